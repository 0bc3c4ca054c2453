package idempotency

import (
	"crypto/sha256"
	"sync"

	"github.com/google/uuid"
)

// name is what twins have in common. The request is part of it: who uses a key for another request is no twin, and has
// to hear that from the table, which knows whose the key is.
type name struct {
	shop       uuid.UUID
	actor, key string
	hash       [sha256.Size]byte
}

// flight is a name that is under way in this process. Its other fields are written by the one who leads it, before it
// lands, and read by the others afterwards.
type flight struct {
	landed chan struct{}
	body   []byte
	ok     bool // there is an answer for the twins
}

// flights lets twins of one process wait for each other without asking the database.
type flights struct {
	mu  sync.Mutex
	all map[name]*flight
}

// join gives the flight of a name, and whether the caller is its leader.
func (fs *flights) join(n name) (*flight, bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if f, ok := fs.all[n]; ok {
		return f, false
	}
	if fs.all == nil {
		fs.all = map[name]*flight{}
	}
	f := &flight{landed: make(chan struct{})}
	fs.all[n] = f
	return f, true
}

// land ends a flight and wakes who waits for it.
func (fs *flights) land(n name, f *flight) {
	fs.mu.Lock()
	delete(fs.all, n)
	fs.mu.Unlock()
	close(f.landed)
}
