package generation

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
)

// Noted are the changes that were made in a context.
type Noted struct {
	mu   sync.Mutex
	last Moment
	tags map[Tag]struct{}
}

// Tag is a sort of thing of a shop that changed.
type Tag struct {
	Shop uuid.UUID
	Of   string
}

type notedKey struct{}

// Noting gives a context in which changes are noted by who tells of them; see [Note].
func Noting(ctx context.Context) (context.Context, *Noted) {
	n := &Noted{}
	return context.WithValue(ctx, notedKey{}, n), n
}

// Note notes a change that was made in a context.
func Note(ctx context.Context, m Moment, shop uuid.UUID, tags ...string) {
	n, ok := ctx.Value(notedKey{}).(*Noted)
	if !ok {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last = m
	if n.tags == nil {
		n.tags = map[Tag]struct{}{}
	}
	for _, tag := range tags {
		n.tags[Tag{shop, tag}] = struct{}{}
	}
}

// NoteIn notes in a context what was noted here, in another.
func (n *Noted) NoteIn(ctx context.Context) {
	if last := n.Last(); last != (Moment{}) {
		for _, tag := range n.Tags() {
			Note(ctx, last, tag.Shop, tag.Of)
		}
	}
}

// Last is the moment of the last change; the zero value where there was none.
func (n *Noted) Last() Moment {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.last
}

// Tags are what was changed, in order.
func (n *Noted) Tags() []Tag {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.SortedFunc(maps.Keys(n.tags), func(a, b Tag) int {
		return cmp.Or(bytes.Compare(a.Shop[:], b.Shop[:]), strings.Compare(a.Of, b.Of))
	})
}
