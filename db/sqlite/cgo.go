//go:build !cgo

package sqlite

// SQLite is C. Without a C compiler the driver registers a stub that fails at run time; this line fails the build
// instead, and says why.
var _ = patchwatch_needs_cgo__install_a_C_compiler_such_as_gcc_and_set_CGO_ENABLED_1
