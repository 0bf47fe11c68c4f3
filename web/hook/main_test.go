package hook_test

import (
	"testing"

	"patchwatch/db/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }
