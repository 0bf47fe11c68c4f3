// Package site is what the API and the pages share: which projects and people there are (World), the URLs under which
// things are found (Links), and answers that are given again as long as nothing has changed (Keeper).
package site
