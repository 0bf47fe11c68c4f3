package site

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web/internal/serve"
)

// Keeper answers requests, and gives an answer again for as long as it holds.
//
// Every request asks the database how often what it is about has changed, which is cheap. An answer is made after that
// number was read, so it is never older than the number says; where another commit comes in between, it is only made
// once more.
type Keeper struct {
	store   Store
	world   atomic.Pointer[World]
	loading sync.Mutex
	kept    *Cache[string, *Answer]
}

// NewKeeper makes a Keeper that keeps so many bytes of answers.
func NewKeeper(s Store, bytes int) *Keeper {
	return &Keeper{store: s, kept: NewCache[string, *Answer](bytes)}
}

// Answer is what a request is answered with. Nobody changes it once it is made.
type Answer struct {
	Header [][2]string
	Body   []byte

	// About are the projects that the answer shows something of. nil: of all that the viewer sees.
	About []int64

	// Tag tells versions of the answer apart. Empty: what it is about does. An answer that depends on more has one of its
	// own, so that it does not tell that something has changed which it does not show.
	Tag string

	etag  string
	about []int64 // 0 and About
	holds []int64 // Changes of about
	epoch string
}

// Ask is what is asked for.
type Ask struct {
	Key    string // the URL, as the client sees it
	Viewer track.Viewer
	Own    bool // the answer depends on who the viewer is, and not only on the projects that they see
	Stored bool // it is made of nothing but what the database is asked for
}

// key has, besides what is asked for, what the viewer may see.
func (a *Ask) key(w *World) string {
	var b strings.Builder
	b.WriteString(a.Key)
	for _, p := range w.private {
		if a.Viewer.Sees(p) {
			b.WriteString("\n" + strconv.FormatInt(p.ID, 10))
		}
	}
	if a.Own && a.Viewer.User != nil {
		b.WriteString("\nown " + strconv.FormatInt(a.Viewer.User.ID, 10))
	}
	return b.String()
}

// whose is under which number changes are counted of what only the viewer sees (derive counts users below 0).
func (a *Ask) whose() []int64 {
	if !a.Own || a.Viewer.User == nil {
		return nil
	}
	return []int64{-a.Viewer.User.ID}
}

// World as it is now.
func (k *Keeper) World(ctx context.Context) (*World, error) {
	_, w, _, err := k.look(ctx, func(*World) []int64 { return []int64{0} })
	if errors.Is(err, engine.ErrReplaced) {
		_, w, _, err = k.look(ctx, func(*World) []int64 { return []int64{0} })
	}
	return w, err
}

// look reads the changes of projects, which are chosen by the world as it was, and the world, if it has changed.
func (k *Keeper) look(
	ctx context.Context, of func(*World) []int64,
) (epoch string, w *World, now map[int64]int64, err error) {
	for {
		w = k.world.Load()
		if w == nil {
			if err = k.reload(ctx, nil); err != nil {
				return "", nil, nil, err
			}
			continue
		}
		if epoch, now, err = k.store.Moment(ctx, of(w)...); err != nil {
			return "", nil, nil, err
		}
		if w.changed == now[0] && w.Epoch == epoch {
			return epoch, w, now, nil
		}
		if err = k.reload(ctx, w); err != nil {
			return "", nil, nil, err
		}
	}
}

// reload reads the world anew, once, however many ask for it.
func (k *Keeper) reload(ctx context.Context, was *World) error {
	k.loading.Lock()
	defer k.loading.Unlock()
	if k.world.Load() != was {
		return nil
	}
	w, err := load(ctx, k.store)
	if err == nil {
		k.world.Store(w)
	}
	return err
}

// Answer gives the answer that is kept, if it holds, or makes it. What make asks of the database it asks with the
// context that it gets.
func (k *Keeper) Answer(
	ctx context.Context, ask Ask, make func(context.Context, *World) (*Answer, error),
) (*Answer, error) {
	a, err := k.answer(ctx, &ask, make)
	if errors.Is(err, engine.ErrReplaced) {
		k.kept.Clear()
		a, err = k.answer(ctx, &ask, make)
	}
	return a, err
}

func (k *Keeper) answer(
	ctx context.Context, ask *Ask, make func(context.Context, *World) (*Answer, error),
) (*Answer, error) {
	if ask.Stored {
		if a, done, err := k.ahead(ctx, ask, make); done {
			return a, err
		}
	}
	var kept *Answer
	var key string
	whose := ask.whose()
	epoch, w, now, err := k.look(ctx, func(w *World) []int64 {
		key = ask.key(w)
		if kept, _ = k.kept.Get(key); kept != nil {
			return kept.about
		}
		return slices.Concat(w.all, whose)
	})
	if err != nil {
		return nil, err
	}
	if kept != nil {
		if kept.stillHolds(epoch, now) {
			return kept, nil
		}
		kept = nil
		all := func(w *World) []int64 { return slices.Concat(w.all, whose) }
		if epoch, w, now, err = k.look(ctx, all); err != nil {
			return nil, err
		}
		key = ask.key(w)
	}
	a, err := make(ctx, w)
	if err != nil {
		return nil, err
	}
	k.keep(key, a, epoch, w.seen(ask.Viewer), whose, now)
	return a, nil
}

// ahead makes an answer that is not kept by the world as it was. Whether it still is so is asked with the first question
// of the answer, which saves a journey to a server. done is false where that is of no use, or another world has come.
func (k *Keeper) ahead(
	ctx context.Context, ask *Ask, make func(context.Context, *World) (*Answer, error),
) (a *Answer, done bool, err error) {
	w := k.world.Load()
	if w == nil {
		return nil, false, nil
	}
	key, whose := ask.key(w), ask.whose()
	if kept, _ := k.kept.Get(key); kept != nil {
		return nil, false, nil
	}
	var now map[int64]int64
	ctx, gains := k.store.Ahead(ctx, slices.Concat(w.all, whose), func(epoch string, changes map[int64]int64) error {
		if epoch != w.Epoch || changes[0] != w.changed {
			return errOtherWorld
		}
		now = changes
		return nil
	})
	if !gains {
		return nil, false, nil
	}
	a, err = make(ctx, w)
	if now == nil { // it asked nothing, or in vain
		return nil, false, nil
	}
	if err == nil {
		k.keep(key, a, w.Epoch, w.seen(ask.Viewer), whose, now)
	}
	return a, true, err
}

// errOtherWorld ends an answer that was begun by a world that is no more.
var errOtherWorld = errors.New("projects, users or states have changed meanwhile")

func (k *Keeper) keep(key string, a *Answer, epoch string, seen, whose []int64, now map[int64]int64) {
	a.seal(key, epoch, seen, whose, now)
	k.kept.Put(key, a, len(key)+cap(a.Body)+16*len(a.about))
}

// seal notes of which moment the answer is, and that it is about 0 and these projects, if it does not say about which,
// and about what is the viewer's own.
func (a *Answer) seal(key, epoch string, seen, whose []int64, now map[int64]int64) {
	a.epoch, a.about = epoch, seen
	if a.About != nil {
		a.about = append([]int64{0}, a.About...)
		slices.Sort(a.about)
		a.about = slices.Compact(a.about)
	}
	a.about = slices.Concat(a.about, whose)
	h := sha256.New()
	h.Write([]byte(key + "\n" + epoch))
	var n [16]byte
	for _, p := range a.about {
		a.holds = append(a.holds, now[p])
		binary.BigEndian.PutUint64(n[:8], uint64(p))
		binary.BigEndian.PutUint64(n[8:], uint64(now[p]))
		h.Write(n[:])
	}
	if a.etag = a.Tag; a.etag != "" {
		return
	}
	a.etag = base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:15])
}

func (a *Answer) stillHolds(epoch string, now map[int64]int64) bool {
	if a.epoch != epoch {
		return false
	}
	for i, p := range a.about {
		if now[p] != a.holds[i] {
			return false
		}
	}
	return true
}

// Write sends the answer, or says that the client has it.
func (a *Answer) Write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for _, f := range a.Header {
		h[f[0]] = []string{f[1]}
	}
	if serve.NotModified(w, r, a.etag) {
		return
	}
	h["Content-Length"] = []string{strconv.Itoa(len(a.Body))}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.Body) // the client has gone
	}
}
