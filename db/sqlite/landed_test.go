package sqlite

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Every migration has a database of the schema before it among those that are tested.
func TestEverySchemaHasADatabase(t *testing.T) {
	versions := map[string]bool{}
	for _, path := range oldDatabases(t) {
		versions[ask(t, path, `SELECT user_version FROM pragma_user_version`)[0]] = true
	}
	migrations, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(migrations) < 13 {
		t.Fatalf("%d migrations, %v", len(migrations), err)
	}
	for v := 1; v < len(migrations); v++ {
		if !versions[fmt.Sprint(v)] {
			t.Errorf("%s has no database of version %d, only of %v", schemas, v, slices.Sorted(maps.Keys(versions)))
		}
	}
}

// landed are the sums of the migrations that databases were made by. Whoever adds a migration adds the one before it.
var landed = map[string]string{
	"0001": "9fdba8c671a7e5b05d6cd69abac7772865e3d813670e5696d9ab7b41930cf838",
	"0002": "7e8f702843d80987f2bc463a8847db57dd14116049f11c2707cbad8f59a15c6f",
	"0003": "0ae794d798cda252218f950ce0346a1556ee41aee126ea7e1bd7da2a8c7f73b6",
	"0004": "58087fbf454e69740791dfdd41354f6183bc0184defe6ca9cd885ae74c1c0676",
	"0005": "4752524068486c5d2a8929d138e271dde01c902c8eacaea7be236e5dcf9f7feb",
	"0006": "10260eb2ae722d6f7fff9bdef7f557c542b52274830f7ab48af6db4b2161750b",
	"0007": "386cac2acbda6b12404e61dafb135ea64ae56b0e6806a4fed465dd65d5d79e2f",
	"0008": "23fbd6eb7a9a8823b31eef48604668ff16f7db79c4c910e2097d651f73cc35da",
	"0009": "5d5a6aba0f57c215930a29023fc3fbde268e3303ced186f57e620358c0ae4001",
	"0010": "640ee6c25e8c3a4ced5b168d8cb0689cd0f9ce9c2b82a4dd9f3e0220087f67c5",
	"0011": "5f2d42e658eeecc111d7670248658d85967751a715860645a48d3960de341569",
	"0012": "dcafd14df2243eb931af1f15f8155a5b8bc7b9d2ea77084b93b0eaff6dd65b65",
}

// What a migration lacks is added by the next one: databases that it made would otherwise never get it.
func TestLandedMigrationsStay(t *testing.T) {
	for name, want := range landed {
		text, err := os.ReadFile(filepath.Join("migrations", name+".sql"))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(text)); got != want {
			t.Errorf("migration %s was changed after databases had been made by it", name)
		}
	}
}
