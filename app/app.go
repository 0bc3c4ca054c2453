// Package app builds every part of a Rialto process once, in plain code, and runs them: an App is a value that main and
// tests start alike.
//
// It decides nothing about commerce. domains.go makes the services, doors.go what answers requests, consumers.go what
// answers events.
package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/notice"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/graph"
	"github.com/rialtohq/rialto/graph/cached"
	"github.com/rialtohq/rialto/graph/persisted"
	"github.com/rialtohq/rialto/platform/aside"
	"github.com/rialtohq/rialto/platform/blob"
	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/generation"
	"github.com/rialtohq/rialto/platform/idempotency"
	"github.com/rialtohq/rialto/platform/outbox"
	"github.com/rialtohq/rialto/platform/ratelimit"
	"github.com/rialtohq/rialto/platform/runner"
	"github.com/rialtohq/rialto/platform/telemetry"
	"github.com/rialtohq/rialto/server"
	"github.com/rialtohq/rialto/web/files"
)

// App is a whole Rialto process. Make it with [New], run it with [App.Run] or between [App.Start] and [App.Stop], and
// close it at the end.
type App struct {
	Domains

	DB     *database.DB
	Log    *slog.Logger
	Clock  clock.Clock
	config Config
	// Policies decide what depends on the object, in all services.
	Policies *policy.Engine
	tel      *telemetry.Telemetry
	redis    *redis.Client // nil where nothing is kept in Redis
	kept     *aside.Store  // nil where redis is
	bus      *bus.Bus
	outbox   *outbox.Outbox
	inbox    *outbox.Inbox
	// answers are remembered under idempotency keys.
	answers *idempotency.Service
	notices *notice.Service
	mailer  notice.Mailer
	mails   io.Closer // the mailer's folder; nil where mails go to a server
	files   *blob.Store
	// limiter counts how much is asked for; nil where nothing is counted. Breach tells of a limit that was reached.
	limiter ratelimit.Limiter
	// cache keeps whole answers; nil where none are kept. Lookups remember small things, and generations tell what has changed since.
	cache       *cached.Store
	lookups     *cached.Lookups
	generations *generation.Generations
	breach      func(context.Context, graph.Breach)
	// breached is the list of passwords that nobody may choose; nil where none is set.
	breached *identity.Breached
	// pictures serves the files, as they are or made smaller.
	pictures *files.Server
	graphql  http.Handler
	// Registrar looks documents through before an app registers them.
	Registrar *persisted.Registrar
	server    *server.Server
	lock      *lock
	quiet     *runner.Group // what works without anybody asking
	parts     *runner.Group // what answers
	verbs     map[string]Verb
	step      func(string)
	// gallery opens the files of shops, and draws the demo's pictures among them when they are first asked for.
	gallery   *demo.Gallery
	drawAhead bool
	process   bool // see AsProcess
	version   string
}

// New opens what the settings name and builds the parts; nothing runs yet. Fails with [ErrOwned] where another process
// owns the data folder.
func New(ctx context.Context, c Config, options ...Option) (*App, error) {
	c = c.Defaults()
	a := &App{config: c, Clock: clock.System{}}
	for _, o := range options {
		o(a)
	}
	if err := a.tell(); err != nil {
		return nil, err
	}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if err := a.build(); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// Option changes how an app is built.
type Option func(*App)

// WithLog sets the logger; without it the settings do.
func WithLog(l *slog.Logger) Option { return func(a *App) { a.Log = l } }

// WithClock sets the clock.
func WithClock(c clock.Clock) Option { return func(a *App) { a.Clock = c } }

// WithSteps has each step of a checkout told before it is taken: tests stop the process there.
func WithSteps(f func(step string)) Option { return func(a *App) { a.step = f } }

// WithVerbs sets the verbs that the command line may run in this process.
func WithVerbs(v map[string]Verb) Option { return func(a *App) { a.verbs = v } }

func (a *App) open(ctx context.Context) error {
	var err error
	if a.lock, err = own(a.config.DataDir); err != nil {
		return err
	}
	if a.Policies, err = policy.New(policy.Config{Dir: a.config.PoliciesDir, Log: a.Log}); err != nil {
		return err
	}
	if a.DB, err = database.Open(ctx, a.config.Database()); err != nil {
		return err
	}
	if a.config.DatabaseURL == "" || a.config.Migrate {
		err = a.DB.Migrate(ctx, a.config.DatabaseFile())
	} else {
		err = a.DB.Ready(ctx)
	}
	if err != nil {
		return err
	}
	if err = a.openRedis(); err != nil {
		return err
	}
	if a.config.BreachedPasswords != "" {
		if a.breached, err = identity.OpenBreached(a.config.BreachedPasswords); err != nil {
			return fmt.Errorf("RIALTO_BREACHED_PASSWORDS: %w", err)
		}
	}
	if a.files, err = blob.New(filepath.Join(a.config.DataDir, "files")); err != nil {
		return err
	}
	a.gallery = demo.NewGallery(a.files, a.Log)
	if a.mailer, a.mails, err = a.config.mailer(a.Clock); err != nil {
		return err
	}
	a.bus, err = bus.Open(ctx, bus.Config{URL: a.config.NATSURL, Dir: filepath.Join(a.config.DataDir, "events"), Name: a.config.BusName, Log: a.Log, Observe: a.delivered})
	return err
}

// build makes every part, in the order in which they depend on each other.
func (a *App) build() error {
	a.outbox = outbox.New(outbox.Config{DB: a.DB, Bus: a.bus, Clock: a.Clock, Log: a.Log, OnRelay: a.tel.Metrics.Published})
	a.inbox = outbox.NewInbox(outbox.InboxConfig{DB: a.DB, Clock: a.Clock, Log: a.Log})
	a.answers = idempotency.New(idempotency.Config{DB: a.DB, Clock: a.Clock, Log: a.Log})
	if err := a.watch(); err != nil {
		return err
	}
	address, err := a.publicURL()
	if err != nil {
		return err
	}
	if err := a.domains(address); err != nil {
		return err
	}
	a.quiet = runner.NewGroup(a.Log)
	a.openCache()
	a.quiet.Add("inbox", a.inbox)
	a.quiet.Add("answers", a.answers)
	a.quiet.Add("uses of API keys", a.Apps.Writer())
	a.quiet.Add("uses of operations", a.Operations.Writer())
	a.quiet.Add("usage of the schema", a.Usage.Writer())
	a.consumers()
	a.quiet.Add("outbox", a.outbox)
	a.sweeps()
	a.quiet.Add("demo pictures", a.gallery)
	a.openLimiter()
	a.parts = runner.NewGroup(a.Log)
	return a.doors(address)
}

// publicURL is how shoppers reach this process: as set, or by the address that it listens on. A port 0 is chosen now, so
// that links are right from the start.
func (a *App) publicURL() (string, error) {
	if a.config.PublicURL != "" {
		return strings.TrimRight(a.config.PublicURL, "/"), nil
	}
	host, port, err := net.SplitHostPort(a.config.Addr)
	if err != nil {
		return "", fmt.Errorf("RIALTO_ADDR: %w", err)
	}
	if port == "0" {
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", a.config.Addr)
		if err != nil {
			return "", err
		}
		a.config.Addr = l.Addr().String()
		if err := l.Close(); err != nil {
			return "", err
		}
		_, port, _ = net.SplitHostPort(a.config.Addr)
	}
	if host == "" || host == "0.0.0.0" || host == "::" {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port), nil
}

// startQuietly starts what works without anybody asking: for verbs that run alone.
func (a *App) startQuietly(ctx context.Context) error { return a.quiet.Start(ctx) }

// Start starts every part, fills an empty demo deployment, and returns once requests are answered.
func (a *App) Start(ctx context.Context) error {
	if err := a.demo(ctx); err != nil {
		return err
	}
	if err := a.OAuth.CheckKeys(ctx); err != nil {
		return err
	}
	if err := a.quiet.Start(ctx); err != nil {
		return err
	}
	if err := a.parts.Start(ctx); err != nil {
		return errors.Join(err, a.quiet.Stop(context.WithoutCancel(ctx)))
	}
	a.Log.InfoContext(ctx, "answers requests", "url", a.URL(), "admin", a.AdminURL())
	return a.writeRunFile()
}

// Stop stops every part: doors first, so that what is under way can end. After it nothing runs.
func (a *App) Stop(ctx context.Context) error {
	_ = os.Remove(filepath.Join(a.config.DataDir, "run.json"))
	return errors.Join(a.parts.Stop(ctx), a.quiet.Stop(ctx))
}

// Close gives back what New opened.
func (a *App) Close() error {
	var errs []error
	if a.bus != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		errs = append(errs, a.bus.Close(ctx))
	}
	if a.DB != nil {
		errs = append(errs, a.DB.Close())
	}
	if a.redis != nil {
		errs = append(errs, a.redis.Close())
	}
	errs = append(errs, a.closeFiles())
	if a.mails != nil {
		errs = append(errs, a.mails.Close())
	}
	if a.breached != nil {
		errs = append(errs, a.breached.Close())
	}
	if a.tel != nil { // a collector that is away must not keep the process
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := a.tel.Shutdown(ctx); err != nil {
			a.Log.Warn("the last traces were not sent", "error", err)
		}
	}
	if a.lock != nil {
		errs = append(errs, a.lock.release())
	}
	return errors.Join(errs...)
}

// Run starts the app, waits until ctx ends or a port fails, and stops it.
func (a *App) Run(ctx context.Context) error {
	if err := a.Start(ctx); err != nil {
		return err
	}
	return a.Wait(ctx)
}

// URL is where the API is reached while the app runs: http://host:port.
func (a *App) URL() string { return "http://" + a.server.Addr() }

// AdminURL is where metrics, health and pprof are reached while the app runs.
func (a *App) AdminURL() string { return "http://" + a.server.AdminAddr() }

// Config is the configuration in force.
func (a *App) Config() Config { return a.config }

// writeRunFile tells scripts where this process is to be found.
func (a *App) writeRunFile() error {
	b, err := json.MarshalIndent(map[string]any{"pid": os.Getpid(), "url": a.URL(), "admin_url": a.AdminURL()}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(a.config.DataDir, "run.json"), append(b, '\n'), 0o600)
}

// Wait waits until ctx ends or a port fails, and stops the app.
func (a *App) Wait(ctx context.Context) error {
	var failed error
	select {
	case <-ctx.Done():
		a.Log.InfoContext(ctx, "stops: the process was told to end")
	case failed = <-a.server.Failed():
		a.Log.ErrorContext(ctx, "stops: a port failed", "error", failed)
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 14*time.Second)
	defer cancel()
	return errors.Join(failed, a.Stop(stop))
}

// DeleteEvents removes this deployment's streams, for tests that share a NATS server.
func (a *App) DeleteEvents(ctx context.Context) error { return a.bus.Delete(ctx) }
