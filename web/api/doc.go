// Package api is the REST API that Patchwork's clients speak, versions 1.0 to 1.4, under /api/.
//
// A request goes through route.go (which noun, which version), filter.go, page.go or body.go (what is asked for), a
// file a noun (what the database is asked, and who may), and encode.go (JSON, written field by field in Patchwork's
// order). Answers to GET are kept by site.Keeper.
//
// Where it differs from Patchwork: docs/api.md.
package api
