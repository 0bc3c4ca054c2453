package tests

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/platform/database"
)

// effort is what a query cost, and what it took.
type effort struct {
	name   string
	points float64
	// took is the time of its statements and of this process's processors, the least of several turns.
	took       time.Duration
	statements int
}

// TestPricesAreTrue asks a crowded shop every query of the case files, and as many that were made up, and compares what they cost
// with what they take: SQL and processor time. Who costs more takes longer (rank correlation), and a point stands for about the same
// time whatever it is spent on. RIALTO_TEST_LONG=1 takes more queries and more turns, and asks for a closer correlation: less of what
// it sees is noise.
func TestPricesAreTrue(t *testing.T) {
	sweep(t)
	p, c := market(t)
	c.Rand = rand.New(rand.NewPCG(3, 4))
	made, turns, wanted := 150, 4, 0.8
	if os.Getenv("RIALTO_TEST_LONG") != "" {
		made, turns, wanted = 1000, 12, 0.89 // 0.9 but for what else the machine does
	}
	var all []effort
	registered := func(name, text string, variables map[string]any, who apptest.Headers) {
		e := effort{name: name}
		for range turns {
			ctx, record := database.Recording(context.WithoutCancel(t.Context()), false)
			before := usedSoFar()
			answer, err := p.Serve(ctx, text, variables, who)
			took := usedSoFar() - before + record.Spent()
			if err != nil || answer.Status != 200 {
				return
			}
			if _, e.points = answer.Cost(); e.took == 0 || took < e.took {
				e.took, e.statements = took, record.Count()
			}
		}
		all = append(all, e)
	}
	s := newStage(t, p.App)
	s.lenient = true
	cases, err := readCases()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range cases {
		if one.writes || one.errors != "" || one.status != 200 || strings.Contains(one.query, "mutation") || strings.Contains(one.query, "__schema") || strings.Contains(one.query, "__type(") {
			continue
		}
		t.Run(one.name, func(t *testing.T) {
			sc := s.set(t, one)
			registered(one.name, one.query, sc.variables, sc.headers)
		})
	}
	corpus := slices.Clone(all)
	for range made {
		who := p.front
		if c.open = c.chance(50); !c.open {
			who = p.back
		}
		q := c.compose()
		registered("made up", q.text, q.variables, who)
	}
	if len(corpus) < 150 || len(all) < len(corpus)+made*9/10 {
		t.Fatalf("only %d of the case files and %d queries in all were measured", len(corpus), len(all))
	}
	ofCorpus, ofAll := correlation(corpus), correlation(all)
	few, many := perPoint(all, func(e effort) bool { return e.points > 10 && e.points < 100 }), perPoint(all, func(e effort) bool { return e.points >= 300 })
	read, given := perPoint(all, func(e effort) bool { return float64(e.statements)*20 > e.points*0.8 }), perPoint(all, func(e effort) bool { return e.points > 50 && float64(e.statements)*20 < e.points*0.4 })
	t.Logf("rank correlation of points and time: %.3f of %d queries of the case files, %.3f of all %d; a point takes %v in cheap queries and %v in dear ones, %v where statements prevail and %v where objects do",
		ofCorpus, len(corpus), ofAll, len(all), few, many, read, given)
	if ofCorpus < wanted || ofAll < wanted {
		t.Errorf("the rank correlation is %.3f and %.3f; want at least %.2f", ofCorpus, ofAll, wanted)
	}
	for _, pair := range [][2]time.Duration{{few, many}, {read, given}} {
		if pair[0] > 3*pair[1] || pair[1] > 3*pair[0] {
			t.Errorf("a point stands for %v here and for %v there: a weight is off by more than three times", pair[0], pair[1])
		}
	}
}

// perPoint is how long a point takes, at the median of the queries that fit.
func perPoint(all []effort, fit func(effort) bool) time.Duration {
	var each []float64
	for _, e := range all {
		if fit(e) {
			each = append(each, float64(e.took)/e.points)
		}
	}
	return time.Duration(at(each, 50))
}

// correlation is Spearman's, of points and time.
func correlation(all []effort) float64 {
	a := ranks(all, func(e effort) float64 { return e.points })
	b := ranks(all, func(e effort) float64 { return float64(e.took) })
	mean := float64(len(all)-1) / 2
	var ab, aa, bb float64
	for i := range a {
		ab, aa, bb = ab+(a[i]-mean)*(b[i]-mean), aa+(a[i]-mean)*(a[i]-mean), bb+(b[i]-mean)*(b[i]-mean)
	}
	return ab / math.Sqrt(aa*bb)
}

// ranks gives those that are alike the same rank, in the middle of theirs.
func ranks(all []effort, of func(effort) float64) []float64 {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(of(all[i]), of(all[j])) })
	out := make([]float64, len(all))
	for from := 0; from < len(order); {
		to := from
		for to+1 < len(order) && of(all[order[to+1]]) == of(all[order[from]]) {
			to++
		}
		for _, i := range order[from : to+1] {
			out[i] = float64(from+to) / 2
		}
		from = to + 1
	}
	return out
}

// usedSoFar is what this process has used so far.
func usedSoFar() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
