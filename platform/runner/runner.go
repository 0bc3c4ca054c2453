// Package runner starts and stops what runs for as long as the process: servers, relays, consumers, sweeps.
//
// It does not supervise processes and does not decide what runs: the app lists its parts, in the order in which they
// depend on each other.
//
// Invariants: parts start in order and stop in reverse; a part whose Stop returned nil has no goroutine left; a panic
// of a part is an error that is logged, never the end of the process.
package runner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
)

// Part is something that runs.
type Part interface {
	// Start returns once the part runs. Its context bounds the start, not the part's life.
	Start(ctx context.Context) error
	// Stop returns once the part has stopped, and at the latest when its context ends, then with an error. A part
	// that was never started stops at once.
	Stop(ctx context.Context) error
}

// Funcs makes a part of two functions; either may be nil.
type Funcs struct {
	OnStart, OnStop func(ctx context.Context) error
}

// Start calls OnStart.
func (f Funcs) Start(ctx context.Context) error { return call(ctx, f.OnStart) }

// Stop calls OnStop.
func (f Funcs) Stop(ctx context.Context) error { return call(ctx, f.OnStop) }

func call(ctx context.Context, f func(ctx context.Context) error) error {
	if f == nil {
		return nil
	}
	return f(ctx)
}

// Group is a part made of parts. It is safe for concurrent use; it can be started again after it has stopped.
type Group struct {
	log *slog.Logger

	mu      sync.Mutex
	parts   []member
	running int // the first so many parts run
}

type member struct {
	name string
	part Part
}

// NewGroup makes an empty group. A nil logger is the default one.
func NewGroup(log *slog.Logger) *Group {
	if log == nil {
		log = slog.Default()
	}
	return &Group{log: log}
}

// Add appends a part to a group that does not run yet. Names appear in logs and errors.
func (g *Group) Add(name string, part Part) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.parts = append(g.parts, member{name, part})
}

// Start starts the parts in the order of Add. When one fails, those before it are stopped again, under the same
// context, and the error names it.
func (g *Group) Start(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range g.parts[g.running:] {
		if err := guard(func() error { return m.part.Start(ctx) }); err != nil {
			// A start that ran out of time must still be undone.
			return errors.Join(fmt.Errorf("start %s: %w", m.name, err), g.stop(context.WithoutCancel(ctx)))
		}
		g.running++
		g.log.DebugContext(ctx, "started", "part", m.name)
	}
	return nil
}

// Stop stops the parts in reverse order. A part that fails to stop does not keep the others from stopping; the errors
// are joined.
func (g *Group) Stop(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.stop(ctx)
}

func (g *Group) stop(ctx context.Context) error {
	var errs []error
	for ; g.running > 0; g.running-- {
		m := g.parts[g.running-1]
		if err := guard(func() error { return m.part.Stop(ctx) }); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", m.name, err))
			continue
		}
		g.log.DebugContext(ctx, "stopped", "part", m.name)
	}
	return errors.Join(errs...)
}

// PanicError is a panic that was caught, with the stack it had.
type PanicError struct {
	Value any
	Stack []byte
}

// Error gives the value; the stack is for the log.
func (p *PanicError) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// Unwrap gives the value where the panic was with an error.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Guard runs f and turns a panic into a [*PanicError].
func Guard(f func() error) error { return guard(f) }

func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}
