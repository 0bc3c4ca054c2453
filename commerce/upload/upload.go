// Package upload takes pictures from staff: it hands out places to put one at, takes it in, and tells the catalog where it
// is kept.
//
// It does not serve pictures (web/files does, in any size), and does not know what they show or where they are used
// (commerce/catalog).
//
// Invariants: a place takes one picture, once, within an hour, from whoever has its secret, of which only the hash is kept;
// a picture is kept only after it was read and written anew (see picture.Clean), so it is what it says and tells nothing of
// the camera; what is kept under a key never changes; what nobody attached is deleted a day after its place ended.
package upload

import (
	"context"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
)

// The limits of a place.
const (
	Lifetime  = time.Hour
	MaxBytes  = 20 << 20
	MaxAtOnce = 50 // places handed out by one call
)

// keepFor is how long what nobody attached is kept behind the end of its place. It is much longer than any request takes,
// so that nothing is deleted while it is being attached.
const keepFor = 24 * time.Hour

// Files keeps files by key; *blob.Store does.
type Files interface {
	Put(ctx context.Context, key string, r io.Reader) error
	Delete(ctx context.Context, key string) error
}

// Secrets makes secrets; *identity.Service does.
type Secrets interface{ NewSecret() (string, error) }

// Config is what the service needs. Clock defaults to the machine's, Concurrent to 2; everything else must be set.
type Config struct {
	DB      *database.DB
	Files   Files
	Secrets Secrets
	Clock   clock.Clock
	// URL is where pictures are put, without a slash at its end: https://shop.example/uploads.
	URL string
	// Concurrent is how many pictures are read at once; each may take 400 MB for a second.
	Concurrent int
}

// Service takes pictures. It is safe for concurrent use.
type Service struct {
	Config
	slots chan struct{}
}

// New makes the service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Concurrent <= 0 {
		c.Concurrent = 2
	}
	return &Service{Config: c, slots: make(chan struct{}, c.Concurrent)}
}

// Target is a place to put a picture at.
type Target struct {
	// URL takes the picture by PUT, with Parameters as headers. It carries the secret.
	URL string
	// ResourceURL is the source to name where the picture is attached.
	ResourceURL string
	Parameters  []Parameter
}

// Parameter is a header to send with a picture.
type Parameter struct{ Name, Value string }

// Picture is one that was taken.
type Picture struct {
	Key, Type     string
	Width, Height int
}

// place is a row.
type place struct {
	id           uuid.UUID
	hash         []byte
	declared     string
	limit        int64
	key, content string
	width        int
	height       int
	expires      time.Time
}
