package bus

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// DeadLetter is a message that a consumer gave up on, with why.
type DeadLetter struct {
	Message
	Consumer string
	Reason   string
	At       time.Time
}

// DeadLetters reads the oldest dead letters of a consumer, at most limit of them. They stay where they are.
func (b *Bus) DeadLetters(ctx context.Context, consumer string, limit int) ([]DeadLetter, error) {
	reader, err := b.js.OrderedConsumer(ctx, b.deadStream(), jetstream.OrderedConsumerConfig{FilterSubjects: []string{b.deadSubject(consumer)}})
	if err != nil {
		return nil, fmt.Errorf("bus: dead letters of %s: %w", consumer, err)
	}
	batch, err := reader.FetchNoWait(limit)
	if err != nil {
		return nil, fmt.Errorf("bus: dead letters of %s: %w", consumer, err)
	}
	var out []DeadLetter
	for msg := range batch.Messages() {
		letter, err := b.readDead(msg)
		if err != nil {
			return nil, err
		}
		out = append(out, letter)
	}
	return out, batch.Error()
}

func (b *Bus) readDead(msg jetstream.Msg) (DeadLetter, error) {
	h := msg.Headers()
	meta, err := msg.Metadata()
	if err != nil {
		return DeadLetter{}, fmt.Errorf("bus: dead letter: %w", err)
	}
	attempts, _ := strconv.Atoi(h.Get(headerAttempts)) // written by us; 0 where it was not
	consumer := h.Get(headerConsumer)
	m, err := b.read(msg, attempts)
	if err != nil {
		m.Headers[headerShop] = h.Get(headerShop) // that may be why it is dead
	}
	m.Subject = subjectOf(b, h.Get(headerOrigin))
	m.ID = h.Get(nats.MsgIdHdr)[len(consumer)+1:]
	return DeadLetter{Message: m, Consumer: consumer, Reason: h.Get(headerError), At: meta.Timestamp.UTC()}, nil
}
