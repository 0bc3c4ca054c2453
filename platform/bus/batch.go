package bus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/rialtohq/rialto/platform/runner"
)

// BatchHandler deals with several messages at once and gives an outcome for each, in their order, as [Handler] does for one;
// nil, or fewer of them, is success for the rest. A message that came before comes alone, at the same time as others: whoever
// fails, or takes the process with it, does so once for those beside it.
type BatchHandler func(ctx context.Context, messages []Message) []error

// BatchConsumer makes a consumer whose handler gets up to c.Batch messages at once: all that wait. One that comes alone is
// handled at once; under load turns begin c.Pace apart, so that the next takes what has gathered meanwhile, and follow each
// other at once where the last was full. It gathers in the server, where another replica may take it.
func (b *Bus) BatchConsumer(c ConsumerConfig, handler BatchHandler) *Consumer {
	consumer := b.Consumer(c, nil)
	if consumer.config.Batch <= 0 {
		consumer.config.Batch = 32
	}
	consumer.together = handler
	consumer.handler = func(ctx context.Context, m Message) error {
		return errors.Join(handler(ctx, []Message{m})...)
	}
	return consumer
}

// consumeTogether takes batches until its context ends or the connection to the durable consumer breaks: as many of them at
// once as the configuration has handlers. See [Consumer.consume].
func (c *Consumer) consumeTogether(ctx, work context.Context, durable jetstream.Consumer, running *sync.WaitGroup) error {
	free := make(chan struct{}, c.config.Concurrency)
	pace := time.NewTimer(0)
	defer pace.Stop()
	for {
		select {
		case <-pace.C:
		case <-ctx.Done():
			return nil
		}
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		waiting, came, err := c.fetch(ctx, durable)
		if err != nil {
			return err
		}
		wait := c.config.Pace
		if len(waiting) == c.config.Batch {
			wait = 0 // more may wait: the pace is no limit to how much is done
		}
		pace.Reset(wait)
		run := func(deliver func()) {
			running.Go(func() {
				defer func() { <-free }()
				deliver()
			})
		}
		together, alone := c.part(waiting)
		switch {
		case len(together) > 1:
			run(func() { c.deliverTogether(work, together, came) })
		case len(together) == 1:
			run(func() { c.deliver(work, together[0].Msg, came) })
		case len(alone) > 0:
			first := alone[0]
			alone = alone[1:]
			run(func() { c.deliver(work, first, came) })
		default:
			<-free
		}
		c.deliverAlone(ctx, work, alone, free, run)
	}
}

// deliverAlone hands messages to the handler one by one, each as soon as a handler is free; until then the server is told that
// they are in hand, so that no other replica gets them. A Nak would use up one of their deliveries. Nothing is fetched
// meanwhile, so that few wait here.
func (c *Consumer) deliverAlone(ctx, work context.Context, alone []jetstream.Msg, free chan<- struct{}, run func(deliver func())) {
	if len(alone) == 0 {
		return
	}
	renew := time.NewTicker(max(c.config.AckWait/4, time.Millisecond))
	defer renew.Stop()
	for len(alone) > 0 {
		select {
		case free <- struct{}{}:
			msg, came := alone[0], time.Now()
			alone = alone[1:]
			c.confirm(msg.InProgress()) // all of AckWait is before it again
			run(func() { c.deliver(work, msg, came) })
		case <-renew.C:
			for _, msg := range alone {
				c.confirm(msg.InProgress())
			}
		case <-ctx.Done(): // stopping: let another have them now, and not after AckWait
			for _, msg := range alone {
				c.confirm(msg.Nak())
			}
			return
		}
	}
}

// fetch waits for a message, takes those with it that wait by then, and says when the first came. None came where nothing
// did for a while, or the context ended.
func (c *Consumer) fetch(ctx context.Context, durable jetstream.Consumer) (taken []jetstream.Msg, came time.Time, err error) {
	taken, err = take(durable.Fetch(1, jetstream.FetchContext(ctx)))
	came = time.Now()
	if len(taken) > 0 && c.config.Batch > 1 && ctx.Err() == nil {
		var more []jetstream.Msg
		more, err = take(durable.FetchNoWait(c.config.Batch - 1))
		taken = append(taken, more...)
	}
	if ctx.Err() != nil { // stopping: let another have them now, and not after AckWait
		for _, msg := range taken {
			c.confirm(msg.Nak())
		}
		return nil, came, nil
	}
	if len(taken) == 0 && err != nil {
		return nil, came, fmt.Errorf("bus: consumer %s: %w", c.config.Name, err)
	}
	return taken, came, nil
}

// take gives the messages of a batch that has come to its end.
func take(batch jetstream.MessageBatch, err error) (taken []jetstream.Msg, _ error) {
	if err != nil {
		return nil, err
	}
	for msg := range batch.Messages() {
		taken = append(taken, msg)
	}
	return taken, batch.Error()
}

// fresh is a message of the server's, and what is in it.
type fresh struct {
	jetstream.Msg
	message Message
}

// part tells messages that come for the first time from those that are handled alone.
func (c *Consumer) part(taken []jetstream.Msg) (together []fresh, alone []jetstream.Msg) {
	for _, msg := range taken {
		meta, err := msg.Metadata()
		m, unread := c.bus.read(msg, 1)
		if err != nil || unread != nil || meta.NumDelivered > 1 || !c.wanted(m.Subject) {
			alone = append(alone, msg)
			continue
		}
		together = append(together, fresh{msg, m})
	}
	return together, alone
}

// deliverTogether hands messages that came at a time to the handler and settles each with the server.
func (c *Consumer) deliverTogether(ctx context.Context, taken []fresh, came time.Time) {
	messages := make([]Message, len(taken))
	for i, f := range taken {
		messages[i] = f.message
	}
	began := time.Now()
	errs := c.handleTogether(ctx, messages, came)
	took := time.Since(began) / time.Duration(len(taken))
	for i, f := range taken {
		var err error
		if i < len(errs) {
			err = errs[i]
		}
		result := c.settle(ctx, f.Msg, f.message, err)
		if observe := c.bus.config.Observe; observe != nil {
			observe(Outcome{Consumer: c.config.Name, Subject: f.message.Subject, Result: result, Took: took})
		}
	}
}

// handleTogether runs the handler with links to the traces of the events' causes, and a deadline before the messages go to
// another. One that panics has failed all of them.
func (c *Consumer) handleTogether(ctx context.Context, messages []Message, came time.Time) (errs []error) {
	ctx, cancel := context.WithDeadline(ctx, c.until(came))
	defer cancel()
	var causes []oteltrace.Link
	for _, m := range messages {
		cause := oteltrace.SpanContextFromContext(trace.Extract(context.Background(), propagation.MapCarrier(m.Headers)))
		if cause.IsValid() {
			causes = append(causes, oteltrace.Link{SpanContext: cause})
		}
	}
	ctx, span := otel.Tracer(scope).Start(ctx, "events", oteltrace.WithSpanKind(oteltrace.SpanKindConsumer), oteltrace.WithLinks(causes...),
		oteltrace.WithAttributes(attribute.String("rialto.consumer", c.config.Name), attribute.Int("rialto.events", len(messages))))
	defer span.End()
	err := runner.Guard(func() error { errs = c.together(ctx, messages); return nil })
	if err != nil {
		errs = make([]error, len(messages))
		for i := range errs {
			errs[i] = err
		}
	}
	if errors.Join(errs...) != nil {
		span.SetStatus(codes.Error, "handler failed")
	}
	return errs
}
