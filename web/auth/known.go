package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

// known remembers for a minute that a password was right, by a hash with a key that this process alone has. What it
// knows holds only as long as the stored hash is the one that was compared with: a new password counts at once.
type known struct {
	key   []byte
	clock func() time.Time
	mu    sync.Mutex
	until map[[sha256.Size]byte]time.Time
}

const (
	rememberFor  = time.Minute
	mostRemember = 1000
)

func newKnown(clock func() time.Time) *known {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the program first
	return &known{key: key, clock: clock, until: map[[sha256.Size]byte]time.Time{}}
}

func (k *known) sum(user int64, password, stored string) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, k.key)
	for range 8 {
		h.Write([]byte{byte(user)})
		user >>= 8
	}
	h.Write([]byte(stored + "\x00" + password))
	h.Sum(sum[:0])
	return sum
}

func (k *known) is(user int64, password, stored string) bool {
	sum := k.sum(user, password, stored)
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.clock().Before(k.until[sum])
}

func (k *known) remember(user int64, password, stored string) {
	sum := k.sum(user, password, stored)
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.until) >= mostRemember {
		clear(k.until)
	}
	k.until[sum] = k.clock().Add(rememberFor)
}
