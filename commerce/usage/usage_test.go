package usage_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/usage"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/keyset"
)

var start = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)

type bundle struct {
	*testing.T
	ctx   context.Context
	shop  uuid.UUID
	db    *database.DB
	clock *clock.Manual
	usage *usage.Service
}

func each(t *testing.T, test func(b bundle)) {
	t.Helper()
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, shop := databasetest.Shop(t, db)
		b := bundle{T: t, ctx: ctx, shop: shop, db: db, clock: clock.NewManual(start)}
		b.usage = b.process(0)
		test(b)
	})
}

// process is one more process of the deployment.
func (b bundle) process(most int) *usage.Service {
	return usage.New(usage.Config{DB: b.db, Clock: b.clock, MaxPlaces: most})
}

func (b bundle) write(s *usage.Service) {
	b.Helper()
	if err := s.Write(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// used gives what was used since the first day, in short: place operation count.
func (b bundle) used(coordinates ...string) (out []string) {
	b.Helper()
	uses, err := b.usage.Used(b.ctx, coordinates, start)
	if err != nil {
		b.Fatal(err)
	}
	for _, u := range uses {
		out = append(out, fmt.Sprintf("%s %s%s %d", u.Coordinate, u.Operation, u.Document, u.Count))
	}
	return out
}

func (b bundle) same(want, got any) {
	b.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		b.Error(diff)
	}
}

func page() *usage.Operation {
	return &usage.Operation{Name: "Page", Coordinates: []string{"Product.title", "Query.product"}}
}

func TestCount(t *testing.T) {
	each(t, func(b bundle) {
		op, app := page(), uuid.New()
		for range 3 {
			b.usage.Count(b.shop, app, op, nil)
		}
		b.clock.Advance(time.Minute)
		b.usage.Count(b.shop, app, op, []string{"Query.product(handle:)"})
		b.same([]string{}, b.used())
		b.write(b.usage)
		b.same([]string{"Product.title Page 4", "Query.product Page 4", "Query.product(handle:) Page 1"}, b.used())
		uses, err := b.usage.Used(b.ctx, []string{"Product.title"}, start)
		want := []usage.Use{{Coordinate: "Product.title", Shop: b.shop, AppID: app, Operation: "Page", Count: 4, LastUsed: start.Add(time.Minute)}}
		if diff := cmp.Diff(want, uses, cmpopts.IgnoreUnexported(usage.Use{})); diff != "" || err != nil {
			t.Error(diff, err)
		}
		b.same([]string{}, b.used("Product"))       // exactly, never by a beginning
		b.same([]string{}, b.used([]string{""}...)) // nothing is asked for
		b.write(b.usage)
		b.same([]string{"Product.title Page 4"}, b.used("Product.title"))
	})
}

// An operation is its name, and its document where that is registered; apps and days are counted apart and summed up.
func TestWhoUsesIt(t *testing.T) {
	each(t, func(b bundle) {
		first, second := uuid.New(), uuid.New()
		registered := &usage.Operation{Name: "Page", Document: "#a1b2", Coordinates: []string{"Product.title"}}
		nameless := &usage.Operation{Coordinates: []string{"Product.title"}}
		b.usage.Count(b.shop, first, page(), nil)
		b.usage.Count(b.shop, first, page(), nil) // another text with the same name
		b.usage.Count(b.shop, second, page(), nil)
		b.usage.Count(b.shop, first, registered, nil)
		b.usage.Count(b.shop, uuid.Nil, nameless, nil)
		b.write(b.usage)
		b.clock.Advance(24 * time.Hour)
		b.usage.Count(b.shop, first, registered, nil)
		b.write(b.usage)
		got := b.used("Product.title")
		slices.Sort(got)
		b.same([]string{"Product.title  1", "Product.title Page 1", "Product.title Page 2", "Product.title Page#a1b2 2"}, got)

		since, err := b.usage.Used(b.ctx, []string{"Product.title"}, start.Add(24*time.Hour))
		if err != nil || len(since) != 1 || since[0].Count != 1 {
			t.Errorf("%+v, %v", since, err)
		}
		only, err := b.usage.List(b.ctx, usage.Filter{App: &second}, keyset.Args{})
		if err != nil || len(only.Items) != 2 || only.Items[0].AppID != second {
			t.Errorf("%+v, %v", only.Items, err)
		}
		touched, err := b.usage.Touched(b.ctx, usage.Filter{Since: start.Add(24 * time.Hour)})
		if diff := cmp.Diff(map[string]bool{"Product.title": true}, touched); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}

func TestShopsAreApart(t *testing.T) {
	each(t, func(b bundle) {
		_, other := databasetest.Shop(b, b.db)
		b.usage.Count(b.shop, uuid.Nil, page(), nil)
		b.usage.Count(other, uuid.Nil, page(), nil)
		b.usage.Count(other, uuid.Nil, page(), nil)
		b.write(b.usage)
		b.same([]string{"Product.title Page 1"}, b.used("Product.title"))
		all, err := b.usage.Used(database.AllShops(context.Background()), []string{"Product.title"}, start)
		if err != nil || len(all) != 2 {
			t.Errorf("all shops: %+v, %v", all, err)
		}
		if _, err := b.usage.Used(context.Background(), nil, start); err == nil {
			t.Error("without a shop, something is told")
		}
	})
}

// Processes add up, also while they write the same rows at once; a restart loses nothing of what was written.
func TestProcessesAddUp(t *testing.T) {
	each(t, func(b bundle) {
		op := page()
		for i := range 40 {
			op.Coordinates = append(op.Coordinates, fmt.Sprintf("Product.f%d", i))
		}
		var all sync.WaitGroup
		for range 4 {
			s := b.process(0)
			all.Go(func() {
				for range 5 {
					for range 10 {
						s.Count(b.shop, uuid.Nil, op, []string{"Query.product(id:)"})
					}
					if err := s.Write(context.Background()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		b.same([]string{"Product.title Page 200"}, b.used("Product.title"))
		b.same([]string{"Query.product(id:) Page 200"}, b.used("Query.product(id:)"))
		b.usage = b.process(0)
		b.same([]string{"Product.f7 Page 200"}, b.used("Product.f7"))
	})
}

// Whoever counts while it is written is counted, now or then.
func TestNothingIsLostBetweenTwoWrites(t *testing.T) {
	each(t, func(b bundle) {
		op := page()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for i := range 500 {
					b.usage.Count(b.shop, uuid.Nil, op, []string{fmt.Sprintf("Enum.V%d", i%7)})
				}
			})
		}
		done := make(chan struct{})
		go func() { all.Wait(); close(done) }()
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
				b.write(b.usage)
			}
		}
		b.write(b.usage)
		b.same([]string{"Product.title Page 2000"}, b.used("Product.title"))
		b.same([]string{"Enum.V6 Page 284"}, b.used("Enum.V6"))
	})
}

// What could not be written is written the next time, once.
func TestDatabaseAway(t *testing.T) {
	each(t, func(b bundle) {
		b.usage.Count(b.shop, uuid.Nil, page(), nil)
		away, end := context.WithCancel(context.Background())
		end()
		if err := b.usage.Write(away); err == nil {
			t.Fatal("it was written to a database that is away")
		}
		b.usage.Count(b.shop, uuid.Nil, page(), nil)
		b.write(b.usage)
		b.same([]string{"Product.title Page 2"}, b.used("Product.title"))
	})
}

// A stop writes what is left.
func TestStopWrites(t *testing.T) {
	each(t, func(b bundle) {
		part := b.usage.Writer()
		if err := part.Start(b.ctx); err != nil {
			t.Fatal(err)
		}
		b.usage.Count(b.shop, uuid.Nil, page(), nil)
		if err := part.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
		b.same([]string{"Product.title Page 1"}, b.used("Product.title"))
	})
}

// A flood of documents that are all different takes no more room than there is, and every place of it is counted.
func TestFloodIsBounded(t *testing.T) {
	each(t, func(b bundle) {
		const flood, places = 20_000, 100
		s := b.process(20_000)
		b.usage = s
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		coordinates := make([]string, places)
		for i := range coordinates {
			coordinates[i] = fmt.Sprintf("Type.field%d", i)
		}
		for i := range flood {
			op := &usage.Operation{Name: fmt.Sprintf("Flood%d", i), Coordinates: slices.Clone(coordinates)}
			s.Count(b.shop, uuid.Nil, op, []string{fmt.Sprintf("Enum.V%d", i%50)})
		}
		// A quiet app beside it keeps its names.
		s.Count(b.shop, uuid.New(), page(), nil)
		runtime.GC()
		runtime.ReadMemStats(&after)
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
			t.Errorf("%d KB are kept of a flood", grown>>10)
		}
		runtime.KeepAlive(s)
		b.write(s)
		uses, err := s.Used(b.ctx, []string{"Type.field7"}, start)
		if err != nil {
			t.Fatal(err)
		}
		sum := int64(0)
		for _, u := range uses {
			sum += u.Count
		}
		if sum != flood || len(uses) > 501 || uses[0].Operation != usage.Other {
			t.Errorf("%d requests by %d operations, the first %q", sum, len(uses), uses[0].Operation)
		}
		b.same([]string{"Product.title Page 1"}, b.used("Product.title"))
	})
}

// A client cannot fill the table with names of operations.
func TestNamesAreBounded(t *testing.T) {
	each(t, func(b bundle) {
		for i := range 700 {
			b.usage.Count(b.shop, uuid.Nil, &usage.Operation{Name: fmt.Sprintf("N%d", i), Coordinates: []string{"Type.field"}}, nil)
			if i%100 == 0 {
				b.write(b.usage)
			}
		}
		b.usage.Count(b.shop, uuid.Nil, &usage.Operation{Name: "Known", Document: "#1", Coordinates: []string{"Type.field"}}, nil)
		b.write(b.usage)
		uses, err := b.usage.Used(b.ctx, nil, start)
		if err != nil || len(uses) != 502 {
			t.Fatalf("%d operations: %v", len(uses), err)
		}
		// The next day they are other names.
		b.clock.Advance(24 * time.Hour)
		b.usage.Count(b.shop, uuid.Nil, &usage.Operation{Name: "N699", Coordinates: []string{"Type.next"}}, nil)
		b.write(b.usage)
		b.same([]string{"Type.next N699 1"}, b.used("Type.next"))
	})
}

// Variables that bring ever more places do not take more room than there is either, and are counted.
func TestPlacesOfVariablesAreBounded(t *testing.T) {
	each(t, func(b bundle) {
		s := b.process(400)
		b.usage = s
		op := &usage.Operation{Name: "Page", Coordinates: []string{"Type.field"}}
		for i := range 300 {
			s.Count(b.shop, uuid.Nil, op, []string{fmt.Sprintf("Enum.V%d", i)})
		}
		s.Count(b.shop, uuid.Nil, op, []string{"Enum.V0", "Enum.V299"})
		b.write(s)
		b.same([]string{"Type.field Page 301"}, b.used("Type.field"))
		b.same([]string{"Enum.V0 Page 2"}, b.used("Enum.V0"))
		b.same([]string{"Enum.V299 (other) 2"}, b.used("Enum.V299"))
	})
}

func TestSweep(t *testing.T) {
	each(t, func(b bundle) {
		b.usage.Count(b.shop, uuid.Nil, page(), nil)
		b.write(b.usage)
		b.clock.Advance(usage.Keep)
		b.usage.Count(b.shop, uuid.Nil, &usage.Operation{Coordinates: []string{"Product.title"}}, nil)
		b.write(b.usage)
		if n, err := b.usage.Sweep(b.ctx, 100); n != 0 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		b.clock.Advance(24 * time.Hour)
		for want := range 2 { // one, and one more
			if n, err := b.usage.Sweep(b.ctx, 1); n != 1 || err != nil {
				t.Errorf("%d: %d, %v", want, n, err)
			}
		}
		b.same([]string{"Product.title  1"}, b.used())
	})
}

func TestList(t *testing.T) {
	each(t, func(b bundle) {
		for i := range 5 {
			b.usage.Count(b.shop, uuid.Nil, &usage.Operation{Name: fmt.Sprintf("N%d", i), Coordinates: []string{"A.a", "B.b"}}, nil)
		}
		b.write(b.usage)
		three := 3
		var seen []string
		args := keyset.Args{First: &three}
		for more := true; more; {
			p, err := b.usage.List(b.ctx, usage.Filter{Since: start}, args)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range p.Items {
				seen = append(seen, u.Coordinate+u.Operation)
			}
			args.After, more = p.End(), p.HasNext
		}
		if len(seen) != 10 || len(slices.Compact(slices.Sorted(slices.Values(seen)))) != 10 || seen[0][:3] != "A.a" || seen[9][:3] != "B.b" {
			t.Errorf("%v", seen)
		}
		p, err := b.usage.List(b.ctx, usage.Filter{Coordinates: []string{"B.b"}}, keyset.Args{Last: &three, Reverse: true})
		if err != nil || len(p.Items) != 3 || !p.HasPrevious {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

func BenchmarkCount(b *testing.B) {
	s := usage.New(usage.Config{})
	op, shop, app, added := page(), uuid.New(), uuid.New(), []string{"Query.product(handle:)"}
	b.ReportAllocs()
	for b.Loop() {
		s.Count(shop, app, op, added)
	}
}
