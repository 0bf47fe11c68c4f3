// Package adopt reads a Patchwork server through its REST API, and has a Store take over what people and programs
// decided there. It knows HTTP and JSON; how decisions of two places are merged is the Store's business.
//
// The server is not trusted. Every answer has a bound, so has the number of pages, and the token is sent to the server
// that it is for and to no other.
package adopt
