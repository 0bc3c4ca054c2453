package bus

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/rialtohq/rialto/platform/runner"
)

// ConsumerConfig says who consumes what. Replicas that give the same name share the work.
type ConsumerConfig struct {
	// Name of the consumer, for ever: it is the durable's name and the last word of its dead letter subject. Small
	// letters, digits, '-' and '_'.
	Name string
	// Subjects it takes, "<domain>.<event>" where either may be "*"; none is everything.
	Subjects []string
	// MaxDeliver is how often a message is tried before it becomes a dead letter; 0 is 10, which takes a minute.
	MaxDeliver int
	// RetryPause is the pause after the first failure, doubled with each further one up to five minutes; 0 is 100 ms.
	RetryPause time.Duration
	// AckWait is how long a delivery may take before another replica gets it; 0 is 30 s. Handlers have five sixths.
	AckWait time.Duration
	// Concurrency is how many handlers run at once in this process; 0 is 8.
	Concurrency int
	// Batch and Pace are for [Bus.BatchConsumer]: how many messages a handler is given at most, 0 is 32, and how long after
	// the beginning of a turn that was not full the next begins.
	Batch int
	Pace  time.Duration
}

// Handler deals with a message. It returns nil when the message's effect is committed; an error has it tried again
// later, a [Permanent] one makes it a dead letter at once. It may run twice for one message, and obeys its context.
type Handler func(ctx context.Context, m Message) error

// Outcome is how a delivery ended.
type Outcome struct {
	Consumer string
	Subject  string // domain.event
	Result   Result
	Took     time.Duration
}

// Result says what became of a delivery.
type Result string

// The results. They are values of a metric's label.
const (
	Done    Result = "done"
	Retried Result = "retried"
	Dead    Result = "dead"
)

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error that trying again cannot mend.
func Permanent(err error) error { return permanent{err} }

// maxAckPending is how many messages one consumer has under way over all replicas.
const maxAckPending = 256

// spareDeliveries is how many deliveries beyond MaxDeliver may end without any outcome (a killed process, a full
// dead letter stream) before a message is taken to be what kills, and is not handled any more.
const spareDeliveries = 3

var consumerNames = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// Consumer is a part that hands messages to a handler.
type Consumer struct {
	bus      *Bus
	config   ConsumerConfig
	handler  Handler
	together BatchHandler // nil where messages are handled one by one
	loop     *runner.Loop

	mu    sync.Mutex
	abort context.CancelFunc // ends the handlers' context
}

var _ runner.Part = (*Consumer)(nil)

// Consumer makes a consumer that is not started yet. What is wrong with the configuration is said by Start.
func (b *Bus) Consumer(c ConsumerConfig, handler Handler) *Consumer {
	if c.MaxDeliver <= 0 {
		c.MaxDeliver = 10
	}
	if c.RetryPause <= 0 {
		c.RetryPause = 100 * time.Millisecond
	}
	if c.AckWait <= 0 {
		c.AckWait = 30 * time.Second
	}
	if c.Concurrency <= 0 {
		c.Concurrency = 8
	}
	consumer := &Consumer{bus: b, config: c, handler: handler}
	consumer.loop = runner.NewLoop("consumer "+c.Name, time.Millisecond, consumer.consume)
	consumer.loop.Log, consumer.loop.MaxPause = b.log, 5*time.Second
	return consumer
}

// Consume makes a consumer and starts it. [Bus.Close] stops it, where nobody did before.
func (b *Bus) Consume(ctx context.Context, c ConsumerConfig, handler Handler) (*Consumer, error) {
	consumer := b.Consumer(c, handler)
	return consumer, consumer.Start(ctx)
}

// Start makes sure that the durable consumer exists, and begins to take messages.
func (c *Consumer) Start(ctx context.Context) error {
	if !consumerNames.MatchString(c.config.Name) {
		return fmt.Errorf("bus: the consumer's name %q is not of small letters, digits, '-' and '_'", c.config.Name)
	}
	for _, s := range c.config.Subjects {
		if !filters.MatchString(s) {
			return fmt.Errorf("bus: consumer %s: %q is not of the form domain.event", c.config.Name, s)
		}
	}
	if _, err := c.declare(ctx); err != nil {
		return err
	}
	if err := c.loop.Start(ctx); err != nil {
		return err
	}
	c.bus.mu.Lock()
	defer c.bus.mu.Unlock()
	c.bus.consumers = append(c.bus.consumers, c)
	return nil
}

// Stop takes no further messages and waits for the running handlers. When four fifths of the time are over, it ends
// their context. What they did not finish is delivered again, to whoever is there.
func (c *Consumer) Stop(ctx context.Context) error {
	soft, cancel := ctx, context.CancelFunc(func() {})
	if deadline, ok := ctx.Deadline(); ok {
		soft, cancel = context.WithTimeout(ctx, time.Until(deadline)*4/5)
	}
	defer cancel()
	err := c.loop.Stop(soft)
	if err != nil {
		c.mu.Lock()
		if c.abort != nil {
			c.abort()
		}
		c.mu.Unlock()
		err = c.loop.Stop(ctx)
	}
	return err
}

// Pending is how many messages wait for this consumer or are under way, over all replicas.
func (c *Consumer) Pending(ctx context.Context) (int, error) {
	durable, err := c.bus.js.Consumer(ctx, c.bus.eventStream(), c.config.Name)
	if err != nil {
		return 0, fmt.Errorf("bus: %w", err)
	}
	info := durable.CachedInfo()
	return int(info.NumPending) + info.NumAckPending, nil
}

// declare makes the durable consumer or brings it to this configuration. The server redelivers without end, and
// [Consumer.settle] decides when enough is enough: a limit of the server's would drop what a killed process held.
func (c *Consumer) declare(ctx context.Context) (jetstream.Consumer, error) {
	config := jetstream.ConsumerConfig{
		Durable: c.config.Name, AckPolicy: jetstream.AckExplicitPolicy, DeliverPolicy: jetstream.DeliverAllPolicy,
		AckWait: c.config.AckWait, MaxAckPending: maxAckPending, MaxDeliver: -1, InactiveThreshold: c.bus.config.MaxAge,
	}
	switch wanted := c.filters(); {
	case len(wanted) == 1:
		config.FilterSubject = wanted[0]
	case len(wanted) > 1 && c.bus.newer(2, 10, 0):
		config.FilterSubjects = wanted
	default: // everything comes, and wanted() picks
		config.FilterSubject = c.bus.prefix() + ">"
	}
	durable, err := c.bus.js.CreateOrUpdateConsumer(ctx, c.bus.eventStream(), config)
	if err != nil {
		return nil, fmt.Errorf("bus: consumer %s: %w", c.config.Name, err)
	}
	return durable, nil
}

func (c *Consumer) filters() []string {
	var out []string
	for _, s := range c.config.Subjects {
		out = append(out, c.bus.prefix()+"*."+s)
	}
	return out
}

// wanted repeats the filter, for servers before 2.10, which know only one.
func (c *Consumer) wanted(subject string) bool {
	domain, event, _ := strings.Cut(subject, ".")
	for _, s := range c.config.Subjects {
		d, e, _ := strings.Cut(s, ".")
		if (d == "*" || d == domain) && (e == "*" || e == event) {
			return true
		}
	}
	return len(c.config.Subjects) == 0
}

// consume takes messages until its context ends or the connection to the durable consumer breaks, and returns once
// every handler has. It asks for as many messages as handlers are free and no more: a message that waited in this
// process would use up its AckWait. (The client's own iterator does read ahead, and can forget to ask when little is
// wanted at a time.)
func (c *Consumer) consume(ctx context.Context) error {
	durable, err := c.declare(ctx)
	if err != nil {
		return err
	}
	work, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	c.mu.Lock()
	c.abort = abort
	c.mu.Unlock()
	var running sync.WaitGroup
	defer running.Wait()
	if c.together != nil {
		return c.consumeTogether(ctx, work, durable, &running)
	}
	free := make(chan struct{}, c.config.Concurrency)
	for range c.config.Concurrency {
		free <- struct{}{}
	}
	for {
		n := reserve(ctx, free)
		if n == 0 {
			return nil
		}
		batch, err := durable.Fetch(n, jetstream.FetchContext(ctx))
		if err != nil {
			return fmt.Errorf("bus: consumer %s: %w", c.config.Name, err)
		}
		for msg := range batch.Messages() {
			if ctx.Err() != nil { // stopping: let another have it now, and not after AckWait
				c.confirm(msg.Nak())
				continue
			}
			n--
			came := time.Now()
			running.Go(func() {
				defer func() { free <- struct{}{} }()
				c.deliver(work, msg, came)
			})
		}
		if err := batch.Error(); err != nil && ctx.Err() == nil {
			return fmt.Errorf("bus: consumer %s: %w", c.config.Name, err)
		}
		for range n { // asked for and not come
			free <- struct{}{}
		}
	}
}

// reserve waits for a free handler and takes all that are free; none once the context has ended.
func reserve(ctx context.Context, free <-chan struct{}) int {
	select {
	case <-free:
	case <-ctx.Done():
		return 0
	}
	for n := 1; ; n++ {
		select {
		case <-free:
		default:
			if ctx.Err() != nil {
				return 0
			}
			return n
		}
	}
}
