package api

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"patchwatch/web/internal/webtest"
)

// nowhere takes an answer.
type nowhere struct{ *httptest.ResponseRecorder }

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

// large has 250 patches.
func large() *server {
	s := newServer()
	one := webtest.New().PatchList[0]
	for i := range 246 {
		one.ID = int64(100 + i)
		one.MsgID, one.Submitter.ID = fmt.Sprintf("<%d@x>", i), int64(10+i%20)
		s.store.PatchList = append(s.store.PatchList, one)
	}
	return s
}

func BenchmarkAnswers(b *testing.B) {
	for _, url := range []string{"patches/?per_page=250", "patches/?per_page=30", "patches/2/", "events/"} {
		for _, kept := range []bool{true, false} {
			b.Run(fmt.Sprintf("%s/kept=%v", url, kept), func(b *testing.B) {
				s := large()
				r := httptest.NewRequest("GET", "http://pw.example.org/api/1.3/"+url, nil)
				for b.Loop() {
					if !kept {
						s.store.Counts[1]++
					}
					w := nowhere{httptest.NewRecorder()}
					if s.ServeHTTP(w, r); w.Code != 200 {
						b.Fatal(w.Code)
					}
				}
			})
		}
	}
}
