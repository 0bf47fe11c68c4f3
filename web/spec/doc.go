// Package spec holds the answers of patchwatch serve against the OpenAPI files of Patchwork itself. It is a module of
// its own, so that only its tests need a validator. The files are not here, since their licence is another: they are
// looked for beside the checkout, in shared/openapi. Where they are absent, the tests say so and are skipped.
package spec
