package app

import (
	"bytes"
	"context"
	"log/slog"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/lastuse"
	"github.com/rialtohq/rialto/platform/runner"
)

// maxUses is how many keys may be in use between two writes.
const maxUses = 20_000

func usesOf(db *database.DB, log *slog.Logger) *lastuse.Notes[uuid.UUID] {
	return lastuse.New(lastuse.Config[uuid.UUID]{Name: "uses of API keys", DB: db, Most: maxUses, Compare: func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }, Write: writeUses, Log: log})
}

// WriteUses writes down when keys were used last since it did so before. What could not be written is kept for the next time.
func (s *Service) WriteUses(ctx context.Context) error { return s.uses.Write(ctx) }

// Writer is the part that writes uses: every minute, and a last time when it is stopped.
func (s *Service) Writer() runner.Part { return s.uses.Part() }
