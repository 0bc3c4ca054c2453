package operation_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/operation"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

type silent struct{ actions []string }

func (s *silent) Audit(_ context.Context, _ database.Tx, action, _ string, _ any) error {
	s.actions = append(s.actions, action)
	return nil
}

type bundle struct {
	*testing.T
	ctx   context.Context
	db    *database.DB
	clock *clock.Manual
	audit *silent
	ops   *operation.Service
}

func setup(t *testing.T, db *database.DB) bundle {
	t.Helper()
	ctx, _ := databasetest.Shop(t, db)
	b := bundle{T: t, ctx: ctx, db: db, clock: clock.NewManual(time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)), audit: &silent{}}
	b.ops = operation.New(operation.Config{DB: db, Clock: b.clock, Audit: b.audit})
	return b
}

func document(alias, body string) operation.Document {
	return operation.Document{Alias: alias, Hash: operation.HashOf(body), Name: "Name", Kind: "query", Body: body, Points: int64(len(body)), Statements: len(body) - 10}
}

func (b bundle) register(app uuid.UUID, release string, docs ...operation.Document) operation.Outcome {
	b.Helper()
	out, err := b.ops.Register(b.ctx, app, release, docs)
	if err != nil {
		b.Fatal(err)
	}
	return out
}

func (b bundle) find(app uuid.UUID, own bool, id string) string {
	b.Helper()
	m, ok, err := b.ops.Find(b.ctx, app, own, id)
	if err != nil {
		b.Fatal(err)
	}
	if ok && m.Hash != operation.HashOf(m.Body) {
		b.Errorf("%s is not the hash of %q", m.Hash, m.Body)
	}
	return m.Body
}

func (b bundle) same(want, got any) {
	b.Helper()
	if want != got {
		b.Errorf("got %v, want %v", got, want)
	}
}

func (b bundle) refused(code fault.Code, err error) {
	b.Helper()
	if !fault.Is(err, code) {
		b.Errorf("got %v, want %s", err, code)
	}
}

func TestRegister(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		web, kiosk := uuid.New(), uuid.New()
		first, second := document("a", "query A { a }"), document(operation.HashOf("query B { b }"), "query B { b }")

		b.same(operation.Outcome{Added: 2}, b.register(web, "v1", first, second))
		b.same(operation.Outcome{Known: 1}, b.register(web, "v1", first))
		b.same(operation.Outcome{Added: 1}, b.register(web, "v2", first))

		other := document("a", "query A { other }")
		_, err := b.ops.Register(b.ctx, web, "v1", []operation.Document{other})
		b.refused(fault.Conflict, err)
		b.same(operation.Outcome{Added: 1}, b.register(kiosk, "v1", other))

		for what, bad := range map[string][]operation.Document{
			"nothing":              nil,
			"two texts for one id": {first, other},
			"one document twice":   {first, first},
			"an id with a blank":   {document("a b", "{ a }")},
			"no id":                {document("", "{ a }")},
			"a foreign hash":       {document(first.Hash, "{ a }")},
			"a form of our own":    {document("sha256:a", "{ a }")},
		} {
			if _, err := b.ops.Register(b.ctx, web, "v3", bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err = b.ops.Register(b.ctx, web, "", []operation.Document{first})
		b.refused(fault.Invalid, err)
		b.same(4, len(b.audit.actions))

		releases, err := b.ops.Releases(b.ctx, web)
		if err != nil || len(releases) != 2 || releases[0].Name != "v2" || releases[1].Operations != 2 || releases[1].Points != 13 || releases[1].Statements != 3 || !releases[1].Queries {
			t.Errorf("%+v, %v", releases, err)
		}
	})
}

func TestFind(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		web, kiosk, nobody := uuid.New(), uuid.New(), uuid.Nil
		ofWeb, ofKiosk := document("page", "query Web { a }"), document("page", "query Kiosk { a }")
		b.register(web, "v1", ofWeb)
		b.register(kiosk, "v1", ofKiosk)

		b.same(ofWeb.Body, b.find(web, true, "page"))
		b.same(ofKiosk.Body, b.find(kiosk, true, "page"))
		b.same(ofWeb.Body, b.find(web, true, ofWeb.Hash))
		b.same(ofWeb.Body, b.find(web, true, "sha256:"+ofWeb.Hash))
		b.same("", b.find(kiosk, true, ofWeb.Hash))          // not its own
		b.same(ofWeb.Body, b.find(kiosk, false, ofWeb.Hash)) // by content, anybody's of the shop
		b.same("", b.find(uuid.New(), false, "page"))        // by a name of another app, nobody's
		b.same(ofKiosk.Body, b.find(nobody, true, "page"))   // the newest
		b.same("", b.find(web, false, "unknown"))

		// A newer release says what an id means now.
		b.clock.Advance(time.Minute)
		newer := document("page", "query Web { b }")
		b.register(web, "v2", newer)
		b.same(newer.Body, b.find(web, true, "page"))

		// Another shop knows nothing of it.
		elsewhere, _ := databasetest.Shop(t, db)
		if _, ok, err := b.ops.Find(elsewhere, web, false, ofWeb.Hash); ok || err != nil {
			t.Errorf("another shop finds it: %v", err)
		}
	})
}

func TestRetire(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		web := uuid.New()
		first, second := document("a", "query A { a }"), document("b", "query B { b }")
		b.register(web, "v1", first, second)
		b.register(web, "v2", first)
		b.find(web, true, "a")

		// What is used is served by the other release: nobody is broken.
		n, err := b.ops.Retire(b.ctx, web, "v1", false)
		b.same(2, n)
		if err != nil {
			t.Fatal(err)
		}
		b.same(first.Body, b.find(web, true, "a"))
		b.same("", b.find(web, true, "b"))

		_, err = b.ops.Retire(b.ctx, web, "v2", false)
		b.refused(fault.Conflict, err)
		b.clock.Advance(operation.Quiet + time.Hour)
		if _, err = b.ops.Retire(b.ctx, web, "v2", false); err != nil {
			t.Fatal(err)
		}
		b.same("", b.find(web, true, "a"))
		_, err = b.ops.Retire(b.ctx, web, "v2", true)
		b.refused(fault.NotFound, err)

		b.same(operation.Outcome{Revived: 1}, b.register(web, "v1", first))
		b.same("", b.find(web, true, "b")) // what was not registered again stays retired
		b.same(operation.Outcome{Known: 1, Revived: 1}, b.register(web, "v1", first, second))
		b.same(second.Body, b.find(web, true, "b"))
		if _, err = b.ops.Retire(b.ctx, web, "v1", true); err != nil {
			t.Fatal(err)
		}
		b.same("", b.find(web, true, "b"))
	})
}

// What is pending is nobody's until it is activated, and no reason to keep a release.
func TestPending(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		web := uuid.New()
		first, second := document("a", "query A { a }"), document("b", "query B { b }")
		pend := func(release string, docs ...operation.Document) operation.Outcome {
			t.Helper()
			out, err := b.ops.RegisterPending(b.ctx, web, release, docs)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		state := func(release string) [3]int {
			t.Helper()
			all, err := b.ops.Releases(b.ctx, web)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range all {
				if r.Name == release {
					return [3]int{r.Operations, r.Active, r.Pending}
				}
			}
			return [3]int{}
		}
		b.same(operation.Outcome{Added: 2}, pend("v1", first, second))
		b.same(operation.Outcome{Known: 1}, pend("v1", first))
		b.same("", b.find(web, true, "a"))
		b.same("", b.find(web, false, first.Hash))
		b.same([3]int{2, 0, 2}, state("v1"))
		if docs, err := b.ops.InForce(b.ctx, web); err != nil || len(docs) != 0 {
			t.Errorf("%+v, %v", docs, err)
		}
		docs, err := b.ops.Pending(b.ctx, web, "v1")
		if err != nil || len(docs) != 2 || docs[0].Body != first.Body {
			t.Errorf("%+v, %v", docs, err)
		}

		// Registered without, it is in force at once; activated, what is left is.
		b.same(operation.Outcome{Activated: 1}, b.register(web, "v1", first))
		b.same(first.Body, b.find(web, true, "a"))
		b.same("", b.find(web, true, "b"))
		b.same([3]int{2, 1, 1}, state("v1"))
		b.same(operation.Outcome{Known: 1}, pend("v1", first)) // what is in force stays so
		b.same(first.Body, b.find(web, true, "a"))
		n, err := b.ops.Activate(b.ctx, web, "v1", []operation.Document{first, second})
		b.same(1, n)
		if err != nil {
			t.Fatal(err)
		}
		b.same(second.Body, b.find(web, true, "b"))
		_, err = b.ops.Activate(b.ctx, web, "v1", []operation.Document{first, second})
		b.refused(fault.NotFound, err)

		// A pending release does not stand in for one that is used, and is given up without force.
		pend("v2", first, second)
		_, err = b.ops.Retire(b.ctx, web, "v1", false)
		b.refused(fault.Conflict, err)
		n, err = b.ops.Retire(b.ctx, web, "v2", false)
		b.same(2, n)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.ops.Activate(b.ctx, web, "v2", []operation.Document{first, second})
		b.refused(fault.NotFound, err)
		b.same(operation.Outcome{Revived: 2}, pend("v2", first, second))
		b.same([3]int{2, 0, 2}, state("v2"))
	})
}

// Only what was looked through is put in force, and with what it costs now.
func TestActivateWhatWasChecked(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		web := uuid.New()
		checked, dearer, late := document("a", "query A { a }"), document("b", "query B { b }"), document("c", "query C { c }")
		if _, err := b.ops.RegisterPending(b.ctx, web, "v1", []operation.Document{checked, dearer}); err != nil {
			t.Fatal(err)
		}
		dearer.Points, dearer.Statements = 700, 9
		if _, err := b.ops.RegisterPending(b.ctx, web, "v1", []operation.Document{late}); err != nil { // while they are looked through
			t.Fatal(err)
		}
		other := document("c", "query C { other }") // under the same id, and not what is pending
		n, err := b.ops.Activate(b.ctx, web, "v1", []operation.Document{checked, dearer, other})
		if err != nil {
			t.Fatal(err)
		}
		b.same(2, n)
		docs, err := b.ops.InForce(b.ctx, web)
		if err != nil || len(docs) != 2 || docs[0].Document != checked || docs[1].Document != dearer {
			t.Errorf("in force: %+v, %v", docs, err)
		}
		docs, err = b.ops.Pending(b.ctx, web, "v1")
		if err != nil || len(docs) != 1 || docs[0].Document != late {
			t.Errorf("pending: %+v, %v", docs, err)
		}
		b.same("", b.find(web, true, "c"))
		_, err = b.ops.Activate(b.ctx, web, "v1", []operation.Document{checked, dearer})
		b.refused(fault.NotFound, err)
		_, err = b.ops.Activate(b.ctx, web, "v1", nil)
		b.refused(fault.NotFound, err)
	})
}

// While the database is away, what was known stays in force, and what was not known is not taken for unknown.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		web := uuid.New()
		first := document("a", "query A { a }")
		b.register(web, "v1", first)
		b.find(web, true, "a")
		b.clock.Advance(time.Hour)
		away, end := context.WithCancel(b.ctx)
		end()
		m, ok, err := b.ops.Find(away, web, true, "a")
		if err != nil || !ok || m.Body != first.Body {
			t.Errorf("%+v, %v, %v", m, ok, err)
		}
		if _, ok, err = b.ops.Find(away, web, true, first.Hash); err == nil || ok || !errors.Is(err, context.Canceled) {
			t.Errorf("what was never looked up: %v, %v", ok, err)
		}
		b.clock.Advance(25 * time.Hour)
		if _, ok, err = b.ops.Find(away, web, true, "a"); err == nil || ok {
			t.Errorf("after a day it is still believed: %v, %v", ok, err)
		}
	})
}

func TestUsesAreWritten(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		web := uuid.New()
		b.register(web, "v1", document("a", "query A { a }"), document("b", "query B { b }"))
		b.find(web, true, "a")
		if err := b.ops.WriteUses(context.Background()); err != nil {
			t.Fatal(err)
		}
		docs, err := b.ops.InForce(b.ctx, web)
		if err != nil || len(docs) != 2 || docs[0].LastUsedAt == nil || !docs[0].LastUsedAt.Equal(b.clock.Now()) || docs[1].LastUsedAt != nil || docs[0].Statements != len(docs[0].Body)-10 {
			t.Errorf("%+v, %v", docs, err)
		}
	})
}
