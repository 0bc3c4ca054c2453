package breaker_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/rialtohq/rialto/platform/breaker"
	"github.com/rialtohq/rialto/platform/clock"
)

func TestPatient(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	var log bytes.Buffer
	p := breaker.NewPatient(breaker.PatientConfig{Clock: now, Patience: time.Millisecond, Log: slog.New(slog.NewTextHandler(&log, nil)), Away: "is away", Back: "is back"})
	asked := 0
	ask := func(ctx context.Context, question func(context.Context) error) bool {
		return p.Ask(ctx, func(ctx context.Context) error { asked++; return question(ctx) })
	}
	good := func(context.Context) error { return nil }
	slow := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	gone, leave := context.WithCancel(t.Context())
	leave()
	if !ask(gone, func(ctx context.Context) error { return ctx.Err() }) {
		t.Error("that who asks has gone away counts as a failure")
	}
	if ask(t.Context(), slow) || ask(t.Context(), good) || asked != 2 {
		t.Errorf("asked %d times: after a failure it is to be left alone", asked)
	}
	now.Advance(time.Second)
	if ask(t.Context(), func(context.Context) error { return errors.New("again") }) {
		t.Error("a failure is an answer")
	}
	now.Advance(time.Second)
	for range 2 {
		if !ask(t.Context(), good) {
			t.Error("it does not recover")
		}
	}
	if strings.Count(log.String(), "is away") != 1 || strings.Count(log.String(), "is back") != 1 {
		t.Errorf("logged:\n%s", log.String())
	}
}
