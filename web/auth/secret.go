package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
)

// A secret is random, so its SHA-256 is enough to keep: nobody can guess what it was made of.

// NewToken makes an API token: 40 hex digits, the form that Patchwork's clients know.
func NewToken() string { return secret(20) }

// NewSecret makes what a cookie or a link carries: 64 hex digits.
func NewSecret() string { return secret(32) }

func secret(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program first
	return hex.EncodeToString(b)
}

// HashOf is what is stored of a secret.
func HashOf(secret string) [sha256.Size]byte { return sha256.Sum256([]byte(secret)) }
