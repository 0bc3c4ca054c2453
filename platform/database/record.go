package database

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Record collects the statements that ran in a context: case files count them, logs report their number.
type Record struct {
	mu         sync.Mutex
	statements []Statement
	spent      time.Duration
	texts      bool
	args       bool
	outer      *Record // of the context that this one's was made from
}

// Statement is one that ran.
type Statement struct {
	// Text in the words of the database that it ran on.
	Text string
	// Args are its parameters, from $1 on.
	Args []any
}

type recordKey struct{}

// Recording gives a context whose statements are counted. With texts, they are kept too. A record of the context that it
// is made from goes on counting.
func Recording(ctx context.Context, texts bool) (context.Context, *Record) {
	return recording(ctx, &Record{texts: texts})
}

// RecordingArgs is [Recording] with texts and parameters. It is for tests: parameters are what people typed and own.
func RecordingArgs(ctx context.Context) (context.Context, *Record) {
	return recording(ctx, &Record{texts: true, args: true})
}

func recording(ctx context.Context, r *Record) (context.Context, *Record) {
	r.outer, _ = ctx.Value(recordKey{}).(*Record)
	return context.WithValue(ctx, recordKey{}, r), r
}

// Count is how many statements ran so far.
func (r *Record) Count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.statements)
}

// Statements are the texts that ran so far, where they are kept.
func (r *Record) Statements() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	texts := make([]string, len(r.statements))
	for i, s := range r.statements {
		texts[i] = s.Text
	}
	return texts
}

// Calls are the statements that ran so far, with their parameters: what [RecordingArgs] keeps.
func (r *Record) Calls() []Statement {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.statements)
}

// Spent is how long they took, added up.
func (r *Record) Spent() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.spent
}

var tracer = otel.Tracer("github.com/rialtohq/rialto/platform/database")

// OnStatement is told of every statement: its verb, how long it took and how it ended. Set once, before the database is used.
var OnStatement func(verb string, took time.Duration, err error)

// observe opens a span for a statement and returns what ends it. No span holds parameters.
func observe(ctx context.Context, query string, args []any) (context.Context, func(error)) {
	began := started()
	verb := verbOf(query)
	var span trace.Span
	if parent := trace.SpanFromContext(ctx); parent.IsRecording() {
		ctx, span = tracer.Start(ctx, "sql "+verb, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attribute.String("db.query.text", query)))
	}
	return ctx, func(err error) {
		took := started().Sub(began)
		rec, _ := ctx.Value(recordKey{}).(*Record)
		for ; rec != nil; rec = rec.outer {
			rec.add(query, args, took)
		}
		if reads, ok := ctx.Value(readsKey{}).(*Reads); ok {
			reads.add(ctx, query)
		}
		if OnStatement != nil {
			OnStatement(verb, took, err)
		}
		if span != nil {
			if err != nil {
				span.SetStatus(codes.Error, "statement failed")
			}
			span.End()
		}
	}
}

func (r *Record) add(query string, args []any, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var s Statement
	if r.texts {
		s.Text = query
	}
	if r.args {
		s.Args = slices.Clone(args)
	}
	r.statements = append(r.statements, s)
	r.spent += took
}

func verbOf(query string) string {
	verb, _, _ := strings.Cut(strings.TrimLeft(query, " \t\n("), " ")
	verb, _, _ = strings.Cut(verb, "\n")
	switch verb = strings.ToLower(verb); verb {
	case "select", "insert", "update", "delete", "with":
		return verb
	}
	return "other"
}

func itoa(n int) string { return strconv.Itoa(n) }

var started = time.Now
