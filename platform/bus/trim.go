package bus

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/nats-io/nats.go/jetstream"
)

// trimEvents makes room: once the stream of events is half full, what every consumer has dealt with goes. What one of
// them still needs stays, and when that fills the stream, publishing is refused and the outbox waits. A consumer that
// nobody has asked for during MaxAge is forgotten by the server, and holds nothing back any more.
func (b *Bus) trimEvents(ctx context.Context) error {
	stream, err := b.js.Stream(ctx, b.eventStream())
	if err != nil {
		return fmt.Errorf("bus: trim: %w", err)
	}
	state := stream.CachedInfo().State
	if state.Bytes < uint64(b.config.MaxBytes)/2 {
		return nil
	}
	list := stream.ListConsumers(ctx)
	done := uint64(math.MaxUint64)
	for info := range list.Info() {
		done = min(done, info.AckFloor.Stream)
	}
	if err := list.Err(); err != nil && !errors.Is(err, jetstream.ErrEndOfData) {
		return fmt.Errorf("bus: trim: %w", err)
	}
	if done == math.MaxUint64 || done < state.FirstSeq {
		return nil // nobody consumes yet, or nothing is done
	}
	if err := stream.Purge(ctx, jetstream.WithPurgeSequence(done+1)); err != nil {
		return fmt.Errorf("bus: trim: %w", err)
	}
	return nil
}
