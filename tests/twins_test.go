package tests

import (
	"sync"
	"testing"
	"time"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/app/apptest"
)

// turns stops each pass of a checkout at each step until it is let go.
type turns struct {
	mu    sync.Mutex
	seen  map[string]int
	stops map[string]chan struct{} // step and its how many-th pass
	comes map[string]chan struct{}
}

func (s *turns) step(name string) {
	s.mu.Lock()
	s.seen[name]++
	at := name + [...]string{"", " of the first", " of the second"}[min(s.seen[name], 2)]
	come, stop := s.comes[at], s.stops[at]
	s.mu.Unlock()
	if come != nil {
		close(come)
	}
	if stop != nil {
		<-stop
	}
}

// Whoever presses twice for the last unit gets one order, twice: wherever the second press meets the first, its own promise does
// not count as somebody else's.
func TestTwinsOfTheLastUnit(t *testing.T) {
	for name, tc := range map[string]struct{ first, second, until string }{
		// The first has its promise and no attempt yet; the second overtakes it.
		"Overtakes": {first: "promised of the first"},
		// The second has looked for a live attempt, and asks for stock once the first has taken its promise over.
		"ComesLate": {second: "begin of the second", until: "held of the first", first: "begin of the first"},
	} {
		for _, kind := range []apptest.Kind{apptest.Embedded, apptest.Services} {
			t.Run(name+"/"+string(kind), func(t *testing.T) {
				t.Parallel()
				s := &turns{seen: map[string]int{}, stops: map[string]chan struct{}{}, comes: map[string]chan struct{}{}}
				for _, at := range []string{tc.first, tc.second} {
					s.stops[at], s.comes[at] = make(chan struct{}), make(chan struct{})
				}
				s.comes[tc.until] = make(chan struct{})
				a := apptest.Start(t, apptest.Options{Kind: kind, App: []app.Option{app.WithSteps(s.step)}})
				variant := variantOf(t, a, "oak-chair")
				b := booksOf(t, a.Config())
				b.setStock(t, variant, 1)
				cart := cartOf(t, a, variant, 1)
				var got [2][2]string
				var both sync.WaitGroup
				press := func(i int) { both.Go(func() { got[i][0], got[i][1] = buy(t, a, cart) }) }
				press(0)
				<-s.comes[tc.first]
				press(1)
				if tc.second != "" {
					<-s.comes[tc.second]
					close(s.stops[tc.first])
					<-s.comes[tc.until]
					close(s.stops[tc.second])
				} else {
					until(t, time.Minute, func() bool { return b.orders(t) == 1 })
					close(s.stops[tc.first])
				}
				both.Wait()
				if got[0] != got[1] || got[0][0] == "" || got[0][1] != "" {
					t.Errorf("the presses got %q", got)
				}
				if n, charged := b.orders(t), b.charges(t); n != 1 || charged != 1 {
					t.Errorf("%d orders, %d charges", n, charged)
				}
				b.addUp(t)
				if free := b.available(t, variant); free != 0 {
					t.Errorf("%d units left", free)
				}
			})
		}
	}
}
