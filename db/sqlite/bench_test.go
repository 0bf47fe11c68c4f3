package sqlite_test

import (
	"testing"

	"patchwatch/db/dbtest"
)

func BenchmarkAdd(b *testing.B)    { dbtest.BenchAdd(b, inFile) }
func BenchmarkAt(b *testing.B)     { dbtest.BenchAt(b, inFile) }
func BenchmarkDecide(b *testing.B) { dbtest.BenchDecide(b, inFile) }
