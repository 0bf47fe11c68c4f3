package ingest

import "testing"

// BenchmarkParse parses the mail of a public list.
func BenchmarkParse(b *testing.B) {
	files := readArchive(b, "real", "batman.tar.gz")
	size := 0
	for _, f := range files {
		size += len(f.raw)
	}
	b.SetBytes(int64(size / len(files)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := Parse(files[i%len(files)].raw); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}
