package bus

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel/propagation"
)

// Message is an event on its way.
type Message struct {
	// ID names the event for ever: the same id within two minutes is kept once.
	ID string
	// Subject is what happened, "<domain>.<event>": order.created. See [CheckSubject].
	Subject string
	// Shop it happened in; zero for what concerns the whole deployment.
	Shop uuid.UUID
	// Headers travel beside the payload. Names that begin with "Nats-" or "Rialto-" are the bus's own.
	Headers map[string]string
	Payload []byte
	// Attempt counts the deliveries to one consumer, from 1. It is set on receipt.
	Attempt int
}

// The headers that the bus writes itself.
const (
	headerShop     = "Rialto-Shop"
	headerConsumer = "Rialto-Consumer"
	headerError    = "Rialto-Error"
	headerAttempts = "Rialto-Attempts"
	headerOrigin   = "Rialto-Origin" // of a dead letter: the subject on which it came
)

// MaxPayload is how many bytes the payload of a message may have. NATS itself takes 1 MiB with headers.
const MaxPayload = 768 << 10

// ackTimeout bounds how long a publisher waits for the stream. It is below the 15 s after which PostgreSQL ends an
// idle transaction, because the outbox waits within one.
const ackTimeout = 10 * time.Second

// trace writes and reads the W3C trace context, whatever the process has set globally.
var trace = propagation.TraceContext{}

// InjectTrace adds the trace of a context to headers; TraceOf reads it. Headers that have one keep it.
func InjectTrace(ctx context.Context, headers map[string]string) {
	if headers["traceparent"] == "" {
		trace.Inject(ctx, propagation.MapCarrier(headers))
	}
}

var (
	subjects = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}$`)
	filters  = regexp.MustCompile(`^([a-z][a-z0-9_]{0,62}|\*)\.([a-z][a-z0-9_]{0,62}|\*)$`)
)

// CheckSubject refuses a subject that is not two words of small letters, digits and '_' with a dot between.
func CheckSubject(subject string) error {
	if !subjects.MatchString(subject) {
		return fmt.Errorf("bus: %q is not of the form domain.event", subject)
	}
	return nil
}

// Publish sends messages together and returns once the stream has acknowledged every one, which means that they are
// on its disk. On an error any part of them may have been kept: publish them all again, under the same ids.
func (b *Bus) Publish(ctx context.Context, messages ...Message) error {
	ctx, cancel := context.WithTimeout(ctx, ackTimeout)
	defer cancel()
	acks := make([]jetstream.PubAckFuture, 0, len(messages))
	for _, m := range messages {
		msg, err := b.write(ctx, m)
		if err != nil {
			return err
		}
		ack, err := b.js.PublishMsgAsync(msg, jetstream.WithMsgID(m.ID))
		if err != nil {
			return fmt.Errorf("bus: publish: %w", err)
		}
		acks = append(acks, ack)
	}
	for _, ack := range acks {
		select {
		case <-ack.Ok():
		case err := <-ack.Err():
			b.trim.Wake() // it may be full
			return fmt.Errorf("bus: publish: %w", err)
		case <-ctx.Done():
			return fmt.Errorf("bus: publish: no answer: %w", context.Cause(ctx))
		}
	}
	return nil
}

func (b *Bus) write(ctx context.Context, m Message) (*nats.Msg, error) {
	if err := CheckSubject(m.Subject); err != nil {
		return nil, err
	}
	if m.ID == "" || len(m.Payload) > MaxPayload {
		return nil, fmt.Errorf("bus: a message of %s has no id or %d bytes, more than %d", m.Subject, len(m.Payload), MaxPayload)
	}
	headers := map[string]string{}
	for name, value := range m.Headers {
		if !strings.HasPrefix(name, "Nats-") {
			headers[name] = oneLine(value)
		}
	}
	InjectTrace(ctx, headers)
	shop := "all"
	if m.Shop != uuid.Nil {
		shop = m.Shop.String()
		headers[headerShop] = shop
	}
	msg := nats.NewMsg(b.prefix() + shop + "." + m.Subject)
	for name, value := range headers {
		msg.Header[name] = []string{value}
	}
	msg.Data = m.Payload
	return msg, nil
}

// read turns what came back into a message.
func (b *Bus) read(msg jetstream.Msg, attempt int) (Message, error) {
	m := Message{ID: msg.Headers().Get(nats.MsgIdHdr), Subject: subjectOf(b, msg.Subject()), Payload: msg.Data(), Attempt: attempt, Headers: map[string]string{}}
	for name, values := range msg.Headers() {
		if len(values) > 0 && !strings.HasPrefix(name, "Nats-") && name != headerShop {
			m.Headers[name] = values[0]
		}
	}
	if shop := msg.Headers().Get(headerShop); shop != "" {
		id, err := uuid.Parse(shop)
		if err != nil {
			return m, Permanent(fmt.Errorf("bus: the shop of message %s: %w", m.ID, err))
		}
		m.Shop = id
	}
	return m, nil
}

// subjectOf cuts the deployment and the shop off a subject of the stream.
func subjectOf(b *Bus, full string) string {
	_, subject, _ := strings.Cut(strings.TrimPrefix(full, b.prefix()), ".")
	return subject
}

// oneLine keeps a text from ending its header.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
	return strings.TrimSpace(strings.ToValidUTF8(s[:min(len(s), 2000)], ""))
}
