package bus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/rialtohq/rialto/platform/runner"
)

const scope = "github.com/rialtohq/rialto/platform/bus"

// deliver hands one message, for which AckWait runs since it came, to the handler and settles it with the server.
func (c *Consumer) deliver(ctx context.Context, msg jetstream.Msg, came time.Time) {
	attempt := 1
	if meta, err := msg.Metadata(); err == nil {
		attempt = int(meta.NumDelivered)
	}
	m, err := c.bus.read(msg, attempt)
	if !c.wanted(m.Subject) {
		c.confirm(msg.Ack())
		return
	}
	began := time.Now()
	if err == nil && attempt > c.config.MaxDeliver+spareDeliveries {
		err = Permanent(fmt.Errorf("delivered %d times without an outcome", attempt-1))
	}
	if err == nil {
		err = c.handle(ctx, m, came)
	}
	result := c.settle(ctx, msg, m, err)
	if observe := c.bus.config.Observe; observe != nil {
		observe(Outcome{Consumer: c.config.Name, Subject: m.Subject, Result: result, Took: time.Since(began)})
	}
}

// until is when the handler of a message must end, which came at a time: before the server gives it to another.
func (c *Consumer) until(came time.Time) time.Time { return came.Add(c.config.AckWait * 5 / 6) }

// handle runs the handler within the trace of the event's cause and a deadline before the message goes to another.
func (c *Consumer) handle(ctx context.Context, m Message, came time.Time) error {
	ctx, cancel := context.WithDeadline(ctx, c.until(came))
	defer cancel()
	ctx = trace.Extract(ctx, propagation.MapCarrier(m.Headers))
	ctx, span := otel.Tracer(scope).Start(ctx, "event "+m.Subject, oteltrace.WithSpanKind(oteltrace.SpanKindConsumer),
		oteltrace.WithAttributes(attribute.String("rialto.consumer", c.config.Name), attribute.Int("rialto.attempt", m.Attempt)))
	defer span.End()
	err := runner.Guard(func() error { return c.handler(ctx, m) })
	if err != nil {
		span.SetStatus(codes.Error, "handler failed")
	}
	return err
}

func (c *Consumer) settle(ctx context.Context, msg jetstream.Msg, m Message, err error) Result {
	if err == nil {
		c.confirm(msg.Ack())
		return Done
	}
	log := c.bus.log.With("consumer", c.config.Name, "event", m.ID, "subject", m.Subject, "attempt", m.Attempt)
	if p, ok := errors.AsType[*runner.PanicError](err); ok {
		log = log.With("stack", string(p.Stack))
	}
	_, hopeless := errors.AsType[permanent](err)
	switch {
	case ctx.Err() != nil: // stopping: the failure is ours, not the message's
		c.confirm(msg.Nak())
		return Retried
	case hopeless || m.Attempt >= c.config.MaxDeliver:
		if failed := c.bury(ctx, msg, m, err); failed != nil {
			log.ErrorContext(ctx, "dead letter not kept, trying again", "error", failed)
			break
		}
		log.ErrorContext(ctx, "event given up", "error", err)
		return Dead
	default:
		log.WarnContext(ctx, "event failed and will be tried again", "error", err)
	}
	c.confirm(msg.NakWithDelay(runner.Backoff(m.Attempt, c.config.RetryPause, 5*time.Minute)))
	return Retried
}

// bury keeps a message as a dead letter, with why, and only then takes it from the consumer.
func (c *Consumer) bury(ctx context.Context, msg jetstream.Msg, m Message, cause error) error {
	ctx, cancel := context.WithTimeout(ctx, ackTimeout)
	defer cancel()
	dead := nats.NewMsg(c.bus.deadSubject(c.config.Name))
	for name, values := range msg.Headers() {
		if !strings.HasPrefix(name, "Nats-") {
			dead.Header[name] = values
		}
	}
	reason := oneLine(cause.Error())
	dead.Header.Set(headerConsumer, c.config.Name)
	dead.Header.Set(headerError, reason)
	dead.Header.Set(headerAttempts, strconv.Itoa(m.Attempt))
	dead.Header.Set(headerOrigin, msg.Subject())
	dead.Data = msg.Data()
	if _, err := c.bus.js.PublishMsg(ctx, dead, jetstream.WithMsgID(c.config.Name+":"+m.ID)); err != nil {
		return err
	}
	if c.bus.newer(2, 10, 4) {
		c.confirm(msg.TermWithReason(reason))
	} else {
		c.confirm(msg.Term()) // earlier servers overlook a Term that gives its reason
	}
	return nil
}

// confirm notes that the server was not told; it will deliver again, and the inbox knows what was done.
func (c *Consumer) confirm(err error) {
	if err != nil {
		c.bus.log.Warn("message not settled", "consumer", c.config.Name, "error", err)
	}
}

// newer reports whether the connected server has at least a version.
func (b *Bus) newer(want ...int) bool {
	version, _, _ := strings.Cut(b.conn.ConnectedServerVersion(), "-")
	for i, part := range strings.Split(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil || i >= len(want) {
			return err == nil
		}
		if n != want[i] {
			return n > want[i]
		}
	}
	return true
}
