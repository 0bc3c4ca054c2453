package persisted

import (
	"context"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"

	iam "github.com/rialtohq/rialto/commerce/access"
)

// Owner is whose automatic persisted queries are kept together: an app of a shop, or in a shop all credentials that belong to
// no app. Each has room of its own, so that nobody pushes out what another one uses.
type Owner struct{ Shop, App uuid.UUID }

func ownerOf(by iam.Actor) Owner { return Owner{by.Shop, by.Program()} }

// Automatic keeps the texts of automatic persisted queries. It is a convenience: what it forgets, the client sends again, and
// none of its methods fails.
type Automatic interface {
	// Get gives the text of a hash.
	Get(ctx context.Context, of Owner, hash string) (string, bool)
	// Put keeps a text under its hash.
	Put(ctx context.Context, of Owner, hash, text string)
}

const (
	maxOwners = 1_000     // owners whose texts are kept in memory
	ownBytes  = 1 << 20   // of texts, for each of them
	maxText   = 128 << 10 // bytes of a text that is kept
)

// Memory keeps texts in this process, 1 MiB for each owner and at most 1,000 owners.
type Memory struct{ owners *otter.Cache[Owner, *texts] }

type texts = otter.Cache[string, string]

var _ Automatic = (*Memory)(nil)

// NewMemory makes one.
func NewMemory() *Memory {
	return &Memory{owners: otter.Must(&otter.Options[Owner, *texts]{MaximumSize: maxOwners})}
}

// Get gives the text of a hash.
func (m *Memory) Get(_ context.Context, of Owner, hash string) (string, bool) {
	kept, ok := m.owners.GetIfPresent(of)
	if !ok {
		return "", false
	}
	return kept.GetIfPresent(hash)
}

// Put keeps a text, unless it is very long.
func (m *Memory) Put(_ context.Context, of Owner, hash, text string) {
	if len(text) > maxText {
		return
	}
	kept, _ := m.owners.ComputeIfAbsent(of, func() (*texts, bool) {
		return otter.Must(&otter.Options[string, string]{
			MaximumWeight: ownBytes, Weigher: func(hash, text string) uint32 { return uint32(len(hash) + len(text)) },
		}), false
	})
	if kept != nil {
		kept.Set(hash, text)
	}
}
