// Package bus carries events between processes on NATS JetStream: to a server inside this process in the embedded
// default, to a cluster in production, with the same code.
//
// It is not the source of truth: what must not be lost is committed with its cause in the outbox (platform/outbox),
// which publishes here until the bus has acknowledged. It promises neither order nor a single delivery: handlers of
// effects go through the inbox (platform/outbox too).
//
// A deployment has a name, and everything of it carries the name, so that several can share a cluster:
//
//	rialto-<name>-events   stream of rialto.<name>.events.<shop>.<domain>.<event>; the shop is "all" where there is none
//	rialto-<name>-dlq      stream of rialto.<name>.dlq.<consumer>, what a consumer gave up on, oldest dropped first
//
// Invariants: an event is acknowledged only once it is on disk; the same message id within two minutes is kept once;
// no event that a living consumer has not dealt with makes room for another (a full stream refuses, and the outbox
// keeps), unless it is older than MaxAge.
package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rialtohq/rialto/platform/runner"
)

// Config says which bus to open. One of URL and Dir must be set.
type Config struct {
	// URL of a NATS server or cluster, comma separated; wins over Dir.
	URL string
	// Dir is the folder of the embedded server. It has one owner: two processes on one folder lose messages, so the
	// caller holds the lock of the data folder.
	Dir string
	// Name of the deployment: small letters, digits and '-'. Empty is "main".
	Name string
	// Replicas of the streams in a cluster; 0 is 1.
	Replicas int
	// MaxBytes bounds the events on disk; 0 is 1 GiB. Dead letters have a quarter of it.
	MaxBytes int64
	// MaxAge is how long an event is kept at most; 0 is 7 days. Dead letters are kept four times as long.
	MaxAge time.Duration
	// Log takes what goes wrong; nil is the default logger.
	Log *slog.Logger
	// Observe is told how each delivery to a handler ended, for metrics. May be nil.
	Observe func(Outcome)
}

// duplicates is how long the streams remember message ids.
const duplicates = 2 * time.Minute

var names = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// Bus is an open connection to the streams of a deployment. It is safe for concurrent use.
type Bus struct {
	config Config
	log    *slog.Logger
	server *server.Server // embedded only
	conn   *nats.Conn
	js     jetstream.JetStream
	trim   *runner.Loop

	mu        sync.Mutex
	consumers []*Consumer
}

// Open connects, starts the embedded server where there is no URL, and makes sure that the streams are there.
func Open(ctx context.Context, c Config) (*Bus, error) {
	if err := c.fill(); err != nil {
		return nil, err
	}
	b := &Bus{config: c, log: c.Log}
	if err := b.connect(); err != nil {
		b.shut()
		return nil, err
	}
	if err := b.declare(ctx); err != nil {
		b.shut()
		return nil, fmt.Errorf("bus: streams of %q: %w", c.Name, err)
	}
	b.trim = runner.NewLoop("bus trim", time.Minute, b.trimEvents)
	b.trim.Log = b.log
	if err := b.trim.Start(ctx); err != nil {
		b.shut()
		return nil, err
	}
	return b, nil
}

func (c *Config) fill() error {
	if c.Name == "" {
		c.Name = "main"
	}
	if !names.MatchString(c.Name) {
		return fmt.Errorf("bus: the name %q is not of small letters, digits and '-'", c.Name)
	}
	if c.URL == "" && c.Dir == "" {
		return errors.New("bus: neither a URL nor a folder is set")
	}
	if c.Replicas <= 0 {
		c.Replicas = 1
	}
	if c.MaxBytes <= 0 {
		c.MaxBytes = 1 << 30
	}
	if c.MaxAge <= 0 {
		c.MaxAge = 7 * 24 * time.Hour
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return nil
}

func (b *Bus) connect() error {
	options := []nats.Option{
		nats.Name("rialto " + b.config.Name), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond),
		nats.Timeout(5 * time.Second),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				b.log.Warn("connection to the bus lost", "error", err)
			}
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { b.log.Warn("bus", "error", err) }),
	}
	if b.config.URL == "" {
		var err error
		if b.server, err = embed(b.config); err != nil {
			return err
		}
		options = append(options, nats.InProcessServer(b.server))
	}
	conn, err := nats.Connect(b.config.URL, options...)
	if err != nil {
		return fmt.Errorf("bus: connect: %w", err)
	}
	b.conn = conn
	b.js, err = jetstream.New(conn, jetstream.WithPublishAsyncMaxPending(8192), jetstream.WithPublishAsyncTimeout(ackTimeout))
	return err
}

// declare makes the streams or brings them to this configuration. Replicas that start together agree.
func (b *Bus) declare(ctx context.Context) error {
	c := b.config
	for _, s := range []jetstream.StreamConfig{
		{
			Name: b.eventStream(), Description: "Events of the Rialto deployment " + c.Name, Subjects: []string{b.prefix() + ">"},
			MaxBytes: c.MaxBytes, MaxAge: c.MaxAge, Discard: jetstream.DiscardNew,
		},
		{
			Name: b.deadStream(), Description: "What consumers of the Rialto deployment " + c.Name + " gave up on", Subjects: []string{b.deadSubject(">")},
			MaxBytes: max(c.MaxBytes/4, 1<<20), MaxAge: 4 * c.MaxAge, Discard: jetstream.DiscardOld,
		},
	} {
		s.Storage, s.Retention, s.Replicas = jetstream.FileStorage, jetstream.LimitsPolicy, c.Replicas
		s.Duplicates = min(duplicates, s.MaxAge)
		if _, err := b.js.CreateOrUpdateStream(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bus) eventStream() string { return "rialto-" + b.config.Name + "-events" }
func (b *Bus) deadStream() string  { return "rialto-" + b.config.Name + "-dlq" }
func (b *Bus) prefix() string      { return "rialto." + b.config.Name + ".events." }

func (b *Bus) deadSubject(consumer string) string {
	return "rialto." + b.config.Name + ".dlq." + consumer
}

// Ready reports whether events can be published now.
func (b *Bus) Ready(ctx context.Context) error {
	if status := b.conn.Status(); status != nats.CONNECTED {
		return fmt.Errorf("bus: the connection is %s", status)
	}
	if _, err := b.js.Stream(ctx, b.eventStream()); err != nil {
		return fmt.Errorf("bus: %w", err)
	}
	return nil
}

// Delete removes the streams of this deployment with all that is in them: for tests, and for the end of a deployment.
func (b *Bus) Delete(ctx context.Context) error {
	return errors.Join(b.js.DeleteStream(ctx, b.eventStream()), b.js.DeleteStream(ctx, b.deadStream()))
}

// Close stops the consumers that still run, waits for publishing to end, and closes the connection and the embedded
// server. After it, nothing of the bus runs.
func (b *Bus) Close(ctx context.Context) error {
	b.mu.Lock()
	consumers := b.consumers
	b.consumers = nil
	b.mu.Unlock()
	var errs []error
	for _, c := range consumers {
		errs = append(errs, c.Stop(ctx))
	}
	errs = append(errs, b.trim.Stop(ctx))
	select {
	case <-b.js.PublishAsyncComplete():
	case <-ctx.Done():
		errs = append(errs, context.Cause(ctx))
	}
	if b.conn.IsConnected() {
		errs = append(errs, b.conn.FlushTimeout(2*time.Second))
	}
	b.shut()
	return errors.Join(errs...)
}

func (b *Bus) shut() {
	if b.js != nil {
		b.js.CleanupPublisher()
	}
	if b.conn != nil {
		b.conn.Close()
	}
	if b.server != nil {
		b.server.Shutdown()
		b.server.WaitForShutdown()
	}
}
