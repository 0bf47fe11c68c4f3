package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// The first choice of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one thread. It takes about a tenth of a
// second.
const (
	memoryKiB = 19 * 1024
	passes    = 2
	threads   = 1
	keyBytes  = 32
	saltBytes = 16
)

// The longest password bounds what a request can make the server hash; the shortest is that of NIST SP 800-63B.
const (
	leastPassword = 8    // characters
	mostPassword  = 1024 // bytes
)

// CheckPassword refuses passwords that nobody should have.
func CheckPassword(name, password string) error {
	switch {
	case utf8.RuneCountInString(password) < leastPassword:
		return fmt.Errorf("a password has at least %d characters", leastPassword)
	case len(password) > mostPassword:
		return fmt.Errorf("a password has at most %d bytes", mostPassword)
	case !utf8.ValidString(password) || strings.ContainsAny(password, "\r\n\x00"):
		return errors.New("a password is one line of text")
	case strings.EqualFold(password, name):
		return errors.New("a password is not the name itself")
	}
	return nil
}

// hashing lets two passwords be hashed at a time: each takes its 19 MiB, and logging in must not take all memory.
type hashing chan struct{}

func newHashing() hashing { return make(hashing, 2) }

// key is argon2id's.
func (h hashing) key(password string, salt []byte, memory, time uint32, threads uint8, length uint32) []byte {
	h <- struct{}{}
	defer func() { <-h }()
	return argon2.IDKey([]byte(password), salt, time, memory, threads, length)
}

// HashPassword makes what is stored of a password, in PHC's string format.
func HashPassword(password string) string { return newHashing().hash(password) }

func (h hashing) hash(password string) string {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the program first
	return phc{memoryKiB, passes, threads, salt, h.key(password, salt, memoryKiB, passes, threads, keyBytes)}.String()
}

// verify tells whether a password is that of a stored hash, and whether the hash was made with other parameters than
// are used today, so that it is to be made anew.
func (h hashing) verify(stored, password string) (ok, stale bool) {
	if len(password) > mostPassword {
		return false, false
	}
	p, err := parsePHC(stored)
	if err != nil { // also of an account without a password: it takes as long as with one
		p, _ = parsePHC(nobodys)
		h.key(password, p.salt, p.memory, p.time, p.threads, keyBytes)
		return false, false
	}
	key := h.key(password, p.salt, p.memory, p.time, p.threads, uint32(len(p.key)))
	ok = subtle.ConstantTimeCompare(key, p.key) == 1
	return ok, p.memory != memoryKiB || p.time != passes || p.threads != threads || len(p.key) != keyBytes
}

// nobodys is what passwords of names that are not there are compared with. No password has it.
var nobodys = phc{memoryKiB, passes, threads, make([]byte, saltBytes), make([]byte, keyBytes)}.String()

// phc is a hash in the format of the Password Hashing Competition: $argon2id$v=19$m=…,t=…,p=…$salt$key.
type phc struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

func (p phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.time, p.threads,
		b64.EncodeToString(p.salt), b64.EncodeToString(p.key))
}

// parsePHC bounds what it takes, so that a row which somebody else wrote can't take all memory.
func parsePHC(s string) (p phc, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, errors.New("it is no argon2id hash")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads); err != nil {
		return p, err
	}
	if p.memory < 8 || p.memory > 1<<20 || p.time < 1 || p.time > 100 || p.threads < 1 {
		return p, errors.New("an argon2id hash with parameters beyond reason")
	}
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return p, err
	}
	if p.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return p, err
	}
	if len(p.salt) < 8 || len(p.key) < 16 || len(p.key) > 128 {
		return p, errors.New("an argon2id hash of a length beyond reason")
	}
	return p, nil
}
