package tests

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/graph/schema"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

// Whatever is sent, the answer is a polite no: never a failure of ours, never our inner words, always a code and a
// sentence, with the place where that is; and what was refused left nothing behind. Arguments are found by walking the
// schema, so that a new one is tried without anybody thinking of it.
func TestBadInput(t *testing.T) {
	sweep(t)
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		loaded, err := gqlparser.LoadSchema(schema.Sources()...)
		if err != nil {
			t.Fatal(err)
		}
		w := &walkIn{premises: demoPremises(t, a), other: otherPremises(t, a), schema: loaded, tables: tables(t, a.DB), used: map[string]bool{}}
		w.filler = filler{loaded, w.samplesOf(w.premises), w.more()}
		t.Run("Requests", w.requests)
		t.Run("Pages", w.pages)
		t.Run("Carts", w.carts)
		t.Run("RefusedArguments", w.refusedArguments)
		t.Run("IdsOfNothingOfOthersAndOfOtherKinds", w.ids)
		t.Run("Arguments", w.arguments)
		for _, list := range []map[string]string{accepted, elsewhere, indifferent} {
			for prefix := range list {
				if !w.used[prefix] {
					t.Errorf("no case needs this exception any more: %s", prefix)
				}
			}
		}
		t.Logf("%d requests were sent", w.sent.Load())
		if n := w.sent.Load(); n < 5000 {
			t.Errorf("only %d requests were sent: the walk found too few places", n)
		}
	})
}

// walkIn is somebody who sends everything that should not be sent.
type walkIn struct {
	*premises
	other  *premises
	schema *ast.Schema
	filler filler
	tables *regexp.Regexp
	sent   atomic.Int64
	used   map[string]bool // exceptions that were needed
}

// roots are the fields of a root type, with the kind of the operation that asks for them.
func (w *walkIn) roots(kind string) (out []*ast.FieldDefinition) {
	def := w.schema.Query
	if kind == "mutation" {
		def = w.schema.Mutation
	}
	for _, f := range def.Fields {
		if !strings.HasPrefix(f.Name, "__") {
			out = append(out, f)
		}
	}
	return out
}

// try sends one root field with arguments and checks the manner of the answer.
func (w *walkIn) try(t *testing.T, name, kind string, root *ast.FieldDefinition, arguments map[string]any) *said {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": document(w.schema, kind, root), "variables": arguments})
	if err != nil {
		t.Fatal(err)
	}
	w.sent.Add(1)
	got, err := send(context.WithoutCancel(t.Context()), w.App, string(body), w.headers(root))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, flaw := range got.flaws(w.tables, string(body)) {
		t.Errorf("%s: %s\n%.600s", name, flaw, got.Body)
	}
	return got
}

// headers are those of the owner, save where a field is for shoppers and looks at who asks.
func (w *walkIn) headers(root *ast.FieldDefinition) apptest.Headers {
	if root.Directives.ForName("public") != nil {
		return w.front
	}
	return w.back
}

// refusedArguments puts each value that cannot be meant into each place of each root field.
func (w *walkIn) refusedArguments(t *testing.T) {
	for _, kind := range []string{"query", "mutation"} {
		for _, root := range w.roots(kind) {
			before, refused := w.rows(t), true
			for _, l := range leaves(w.schema, root) {
				for _, b := range values(l) {
					if b.want == polite {
						continue
					}
					name := l.where() + "/" + b.name
					got := w.try(t, name, kind, root, w.filler.arguments(l, b.value))
					w.mustRefuse(t, name, kind, l, b, got)
					refused = refused && got.refused()
				}
			}
			if diff := w.since(t, before); refused && diff != "" {
				t.Errorf("%s was refused and left something behind: %s", root.Name, diff)
			}
		}
	}
}

func (w *walkIn) mustRefuse(t *testing.T, name, kind string, l leaf, b bad, got *said) {
	t.Helper()
	switch {
	case kind == "query" && b.name == "Long" && (got.Nothing || got.refused()): // nothing has such a name
	case !got.refused():
		if !w.excused(accepted, name) {
			t.Errorf("%s: was not refused: %.300s", name, got.Body)
		}
	case b.want == pointed && !got.points(l.name()):
		if !w.excused(elsewhere, name) {
			t.Errorf("%s: does not say where: %.500s", name, got.Body)
		}
	}
}

// excused looks for an exception for a case, and notes that it was needed.
func (w *walkIn) excused(list map[string]string, name string) bool {
	for prefix := range list {
		if strings.HasPrefix(name, prefix) {
			w.used[prefix] = true
			return true
		}
	}
	return false
}

// arguments puts what may be meant into the same places. Whatever comes of it, it is said properly.
func (w *walkIn) arguments(t *testing.T) {
	for _, kind := range []string{"query", "mutation"} {
		for _, root := range w.roots(kind) {
			for _, l := range leaves(w.schema, root) {
				for _, b := range values(l) {
					if b.want == polite {
						w.try(t, l.where()+"/"+b.name, kind, root, w.filler.arguments(l, b.value))
					}
				}
			}
		}
	}
}

// ids puts well-formed ids into each place for one: of something that is not there, of the other shop's, and of another
// kind. Nobody learns from the answer which of the first two it was.
func (w *walkIn) ids(t *testing.T) {
	theirs := w.samplesOf(w.other)
	for _, kind := range []string{"query", "mutation"} {
		for _, root := range w.roots(kind) {
			before, others, refused := w.rows(t), w.other.rows(t), true
			for _, l := range leaves(w.schema, root) {
				if l.typ() == "ID" {
					refused = w.idsAt(t, kind, l, theirs) && refused
				}
			}
			if diff := w.since(t, before); refused && diff != "" {
				t.Errorf("%s was refused and left something behind: %s", root.Name, diff)
			}
			if diff := w.other.since(t, others); diff != "" {
				t.Errorf("%s changed another shop: %s", root.Name, diff)
			}
		}
	}
}

// idsAt reports whether all were refused.
func (w *walkIn) idsAt(t *testing.T, kind string, l leaf, theirs samples) (refused bool) {
	t.Helper()
	refused = true
	foreign, known := theirs.at(l.where())
	if !known {
		t.Errorf("%s: say in samplesOf what kind of id this takes", l.where())
		return true
	}
	if list, ok := foreign.([]any); ok {
		foreign = list[0]
	}
	id, _ := foreign.(string)
	typ, _, _ := strings.Cut(strings.TrimPrefix(id, "gid://rialto/"), "/")
	unknown := "gid://rialto/" + typ + "/" + uuid.NewString()
	if _, key, ok := strings.Cut(id, "?"); ok {
		unknown += "?" + key
	}
	answers := map[string]*said{}
	for name, id := range map[string]string{"Unknown": unknown, "Foreign": id, "Mistyped": w.mistyped(typ)} {
		got := w.try(t, l.where()+"/"+name, kind, l.root, w.filler.arguments(l, id))
		answers[name] = got
		if got.refused() || got.Nothing {
			continue
		}
		refused = false
		if !w.excused(indifferent, l.where()+"/"+name) {
			t.Errorf("%s/%s: was accepted: %.300s", l.where(), name, got.Body)
		}
	}
	mask := func(s *said, id string) string { return strings.ReplaceAll(s.Body, id, "ID") }
	if diff := cmp.Diff(mask(answers["Unknown"], unknown), mask(answers["Foreign"], id)); diff != "" {
		t.Errorf("%s: tells another shop's from nothing: %s", l.where(), diff)
	}
	return refused
}

// mistyped is the id of something that is there and is of another kind.
func (w *walkIn) mistyped(than string) string {
	if than == "Collection" {
		return w.things["Page"]
	}
	return w.things["Collection"]
}

// since is what became more or less in the shop.
func (p *premises) since(t *testing.T, before map[string]int) string {
	t.Helper()
	return cmp.Diff(before, p.rows(t))
}

// rows counts what the shop has, save what comes and goes by itself and what remembers that somebody was refused.
func (p *premises) rows(t *testing.T) map[string]int {
	t.Helper()
	got := databasetest.Rows(t, database.WithShop(t.Context(), p.shop.ID.UUID), p.DB)
	for _, table := range []string{"outbox_event", "inbox_record", "search_document", "search_term", "sign_in_failure"} {
		delete(got, table)
	}
	return got
}
