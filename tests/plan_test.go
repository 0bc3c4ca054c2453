package tests

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/rialtohq/rialto/platform/database"
)

// wasted is how many rows a statement may look at for nothing, or sort to show a few of them. A table is large when it has
// more.
const wasted = 5_000

// planner asks PostgreSQL how it would run statements, and finds fault with plans that cost more the more a shop has.
type planner struct {
	pool  *pgxpool.Pool
	rows  map[string]float64 // of each table
	seen  map[string]bool    // texts that were looked at
	allow []exception
	used  map[string]bool // exceptions that were needed
}

// exception is a statement that may read much, and why.
type exception struct {
	// text is a part of the statement's text that no other has.
	text   string
	reason string
}

func newPlanner(t *testing.T, db *database.DB, allow []exception) *planner {
	t.Helper()
	p := &planner{pool: db.Pool(), rows: map[string]float64{}, seen: map[string]bool{}, allow: allow, used: map[string]bool{}}
	rows, err := p.pool.Query(t.Context(), "SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
	if err != nil {
		t.Fatal(err)
	}
	var name string
	var count float64
	if _, err := pgx.ForEachRow(rows, []any{&name, &count}, func() error { p.rows[name] = count; return nil }); err != nil {
		t.Fatal(err)
	}
	return p
}

// check looks at every statement that was recorded, each text once.
func (p *planner) check(t *testing.T, calls []database.Statement) {
	t.Helper()
	for _, c := range calls {
		if p.seen[c.Text] || !explains(c.Text) {
			continue
		}
		p.seen[c.Text] = true
		plan, err := p.explain(t.Context(), c)
		if err != nil {
			t.Errorf("%v\n%s", err, c.Text)
			continue
		}
		faults := p.faults(plan)
		if len(faults) == 0 {
			continue
		}
		if i := slices.IndexFunc(p.allow, func(e exception) bool { return strings.Contains(c.Text, e.text) }); i >= 0 {
			p.used[p.allow[i].text] = true
			continue
		}
		slices.Sort(faults)
		t.Errorf("%s\n%s", strings.Join(slices.Compact(faults), "\n"), c.Text)
	}
}

// explains reports whether a statement has a plan.
func explains(text string) bool {
	verb, _, _ := strings.Cut(strings.TrimLeft(strings.ToLower(text), " \t\n("), " ")
	return slices.Contains([]string{"select", "with", "insert", "update", "delete"}, strings.TrimSpace(verb))
}

// plan is a node of a plan, as PostgreSQL tells it.
type plan struct {
	Node     string  `json:"Node Type"`
	Table    string  `json:"Relation Name"`
	Index    string  `json:"Index Name"`
	Estimate float64 `json:"Plan Rows"`
	Actual   float64 `json:"Actual Rows"`
	Loops    float64 `json:"Actual Loops"`
	Filtered float64 `json:"Rows Removed by Filter"`
	Joined   float64 `json:"Rows Removed by Join Filter"`
	Checked  float64 `json:"Rows Removed by Index Recheck"`
	Plans    []plan
}

// explain asks for the plan of a statement with its own parameters. What only reads is run; what writes is not.
func (p *planner) explain(ctx context.Context, c database.Statement) (root plan, err error) {
	tx, err := p.pool.Begin(ctx)
	if err != nil {
		return root, err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	how := "EXPLAIN (FORMAT JSON) "
	if lower := strings.ToLower(strings.TrimSpace(c.Text)); strings.HasPrefix(lower, "select") || strings.HasPrefix(lower, "with") && !strings.Contains(lower, "update ") {
		how = "EXPLAIN (FORMAT JSON, ANALYZE, TIMING false) "
	}
	var text string
	if err := tx.QueryRow(ctx, how+c.Text, c.Args...).Scan(&text); err != nil {
		return root, err
	}
	var top []struct{ Plan plan }
	if err := json.Unmarshal([]byte(text), &top); err != nil || len(top) != 1 {
		return root, fmt.Errorf("a plan that cannot be read: %w", err)
	}
	return top[0].Plan, nil
}

// faults are what makes a plan slow where there is much.
func (p *planner) faults(n plan) (faults []string) {
	loops := max(n.Loops, 1)
	if n.Node == "Seq Scan" && p.rows[n.Table] > wasted {
		faults = append(faults, fmt.Sprintf("reads all of %s, which has %.0f rows", n.Table, p.rows[n.Table]))
	}
	if lost := (n.Filtered + n.Joined + n.Checked) * loops; lost > wasted && n.Node != "Seq Scan" {
		faults = append(faults, fmt.Sprintf("looks at %.0f rows for nothing: %s %s %s", lost, n.Node, n.Table, n.Index))
	}
	for _, below := range n.Plans {
		faults = append(faults, p.faults(below)...)
		if n.Node != "Limit" {
			continue
		}
		if s := below; (s.Node == "Sort" || s.Node == "Incremental Sort") && len(s.Plans) == 1 {
			read, shown := s.Plans[0].Estimate, n.Estimate
			if n.Loops > 0 { // it was run
				read, shown = s.Plans[0].Actual, n.Actual
			}
			if read > wasted && read > 20*max(shown, 1) {
				faults = append(faults, fmt.Sprintf("sorts %.0f rows to show %.0f", read, shown))
			}
		}
	}
	return faults
}

// unused are the indexes of large tables that nothing has read since the database was made, beside those that keep rows
// unique.
func (p *planner) unused(t *testing.T) (names []string) {
	t.Helper()
	rows, err := p.pool.Query(t.Context(), `SELECT s.indexrelname FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid
		JOIN pg_class c ON c.oid = s.relid WHERE s.idx_scan = 0 AND NOT i.indisunique AND c.reltuples > $1 ORDER BY 1`, wasted)
	if err != nil {
		t.Fatal(err)
	}
	names, err = pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return names
}
