package site

import (
	"container/list"
	"sync"
)

// Cache keeps what was used last, up to so many bytes. Any number of goroutines may use it.
type Cache[K comparable, V any] struct {
	most int
	mu   sync.Mutex // guards all following fields
	size int
	by   map[K]*list.Element
	used *list.List // of *cached, the newest in front
}

type cached[K comparable, V any] struct {
	key   K
	value V
	size  int
}

// NewCache makes a cache of so many bytes.
func NewCache[K comparable, V any](bytes int) *Cache[K, V] {
	return &Cache[K, V]{most: bytes, by: map[K]*list.Element{}, used: list.New()}
}

// Get finds what was kept.
func (c *Cache[K, V]) Get(key K) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.by[key]
	if !ok {
		return value, false
	}
	c.used.MoveToFront(e)
	return e.Value.(*cached[K, V]).value, true
}

// Put keeps a value of so many bytes, unless that is much of the whole.
func (c *Cache[K, V]) Put(key K, value V, size int) {
	const own = 200 // bytes that an entry takes besides
	size += own
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(c.by[key])
	if size > c.most/8 {
		return
	}
	c.by[key] = c.used.PushFront(&cached[K, V]{key, value, size})
	c.size += size
	for c.size > c.most {
		c.drop(c.used.Back())
	}
}

// Clear forgets everything.
func (c *Cache[K, V]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by, c.size = map[K]*list.Element{}, 0
	c.used.Init()
}

func (c *Cache[K, V]) drop(e *list.Element) {
	if e == nil {
		return
	}
	was := c.used.Remove(e).(*cached[K, V])
	c.size -= was.size
	delete(c.by, was.key)
}
