package tests

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/graph/schema"
	"github.com/rialtohq/rialto/platform/database"
)

// Whatever one shop has is nothing in another: its ids, put wherever an id or a text can stand, by whoever the other shop
// lets in, are answered as ids of nothing are; and nothing of it changes.
func TestAnotherShopsAreNothing(t *testing.T) {
	sweep(t)
	apptest.EachAnew(t, func(t *testing.T, a *apptest.App) {
		loaded, err := gqlparser.LoadSchema(schema.Sources()...)
		if err != nil {
			t.Fatal(err)
		}
		theirs, ours := demoPremises(t, a), otherPremises(t, a)
		w := &walkIn{premises: ours, other: theirs, schema: loaded, used: map[string]bool{}}
		w.filler = filler{loaded, w.samplesOf(ours), w.more()}
		s := &stranger{walkIn: w, theirs: w.samplesOf(theirs)}
		before := theirs.contents(t)
		for name, who := range ours.everybody(t) {
			s.nodes(t, name, who)
			s.fields(t, name, who)
		}
		if diff := cmp.Diff(before, theirs.contents(t)); diff != "" {
			t.Errorf("another shop changed: %s", diff)
		}
		t.Logf("%d pairs of requests were compared", s.pairs)
		if s.pairs < 2000 {
			t.Errorf("only %d pairs were compared: the walk found too few places", s.pairs)
		}
	})
}

// stranger tries another shop's ids.
type stranger struct {
	*walkIn
	theirs samples
	pairs  int
}

// everybody are those whom a shop lets in, by name.
func (p *premises) everybody(t *testing.T) map[string]apptest.Headers {
	t.Helper()
	w := &shift{App: p.App, who: p.back}
	out := map[string]apptest.Headers{"storefront": p.front, "private storefront": p.private(t), "customer": bearing(p.secrets["customerAccessToken"]), "owner": p.back}
	for _, role := range access.Roles[1:] {
		in := vars{"i": vars{"email": role.Handle + "@other.test", "name": "Staff", "password": "another-password-" + role.Handle, "role": role.Handle}}
		w.do(t, "staffMemberCreate", `mutation($i: StaffMemberCreateInput!) { staffMemberCreate(input: $i) { userErrors { code field message } } }`, in)
		delete(in["i"].(vars), "name")
		delete(in["i"].(vars), "role")
		data := p.ask(t, p.front, `mutation($i: StaffAccessTokenCreateInput!) { staffAccessTokenCreate(input: $i) { staffAccessToken { accessToken } userErrors { message } } }`, in)
		out[role.Handle] = bearing(apptest.String(data, "staffAccessTokenCreate", "staffAccessToken", "accessToken"))
	}
	_, _, app := w.program(t, nil, access.AllScopes...)
	out["app"] = app.who
	return out
}

// nodes asks for everything that the other shop has at once.
func (s *stranger) nodes(t *testing.T, name string, who apptest.Headers) {
	t.Helper()
	ids := slices.Sorted(maps.Values(s.other.things))
	found := apptest.At(s.Query(t, `query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`, vars{"ids": ids}, who), "nodes").([]any)
	for i, n := range found {
		if n != nil && ids[i] != s.things["Shop"] {
			t.Errorf("%s is given %s of another shop", name, ids[i])
		}
	}
	s.pairs += len(ids)
}

// fields puts them into each place of each root field.
func (s *stranger) fields(t *testing.T, name string, who apptest.Headers) {
	t.Helper()
	for _, kind := range []string{"query", "mutation"} {
		for _, root := range s.roots(kind) {
			for _, l := range leaves(s.schema, root) {
				for _, foreign := range s.foreign(kind, l) {
					nothing := ofNothing(foreign).(string)
					got, want := s.say(t, kind, l, foreign, who), s.say(t, kind, l, nothing, who)
					mask := func(body, id string) string { return strings.ReplaceAll(body, id, "ID") }
					if diff := cmp.Diff(mask(want, nothing), mask(got, foreign)); diff != "" {
						t.Errorf("%s at %s tells another shop's %s from nothing: %s", name, l.where(), foreign, diff)
					}
					s.pairs++
				}
			}
		}
	}
}

// foreign are the other shop's values for a place: the one that it is made for, and for a text that is searched an id.
func (s *stranger) foreign(kind string, l leaf) (out []string) {
	switch value, known := s.theirs.at(l.where()); {
	case l.typ() == "ID" && known:
		if list, ok := value.([]any); ok {
			value = list[0]
		}
		out = append(out, value.(string))
	case l.name() == "customerAccessToken":
		out = append(out, s.other.secrets["customerAccessToken"])
	case kind == "query" && l.typ() == "String" && l.name() == "query":
		out = append(out, "id:"+plainText(s.other.things["Product"]), "resource:"+s.other.things["Product"], "customer_id:"+plainText(s.other.things["Customer"]))
	}
	return out
}

func plainText(global string) string { return global[strings.LastIndex(global, "/")+1:] }

// say sends a value at a place, and gives the body.
func (s *stranger) say(t *testing.T, kind string, l leaf, value string, who apptest.Headers) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": document(s.schema, kind, l.root), "variables": s.filler.arguments(l, value)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := send(context.WithoutCancel(t.Context()), s.App, string(body), who)
	if err != nil {
		t.Fatalf("%s: %v", l.where(), err)
	}
	if got.Status >= 500 {
		t.Errorf("%s: %.300s", l.where(), got.Body)
	}
	return got.Body
}

// late are tables and columns that consumers bring up to date in their own time.
var late = []string{"session", "shop_counter", "search_word", "sales_count"}

// contents are digests of what the shop has, by table, save what comes and goes by itself.
func (p *premises) contents(t *testing.T) map[string]string {
	t.Helper()
	ctx := database.AllShops(t.Context())
	out := map[string]string{}
	for table := range p.rows(t) {
		if slices.Contains(late, table) {
			continue
		}
		rows, err := p.DB.SysQuery(ctx, "SELECT "+p.wholeRow(t, table)+` FROM "`+table+`" WHERE shop_id = $1`, p.shop.ID.UUID)
		texts, err := database.Scan(rows, err, func(scan func(...any) error) (text string, err error) { return text, scan(&text) })
		if err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		slices.Sort(texts)
		out[table] = fmt.Sprintf("%d rows, %x", len(texts), sha256.Sum256([]byte(strings.Join(texts, "\n"))))
	}
	return out
}

// wholeRow is an expression for all columns of a table in one text.
func (p *premises) wholeRow(t *testing.T, table string) string {
	t.Helper()
	query := "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1"
	if p.DB.Dialect() == database.SQLite {
		query = "SELECT name FROM pragma_table_info($1)"
	}
	rows, err := p.DB.SysQuery(database.AllShops(t.Context()), query, table)
	columns, err := database.Scan(rows, err, func(scan func(...any) error) (name string, err error) {
		err = scan(&name)
		return `coalesce(CAST("` + name + `" AS TEXT), '')`, err
	})
	if err != nil {
		t.Fatal(err)
	}
	columns = slices.DeleteFunc(columns, func(c string) bool {
		return slices.ContainsFunc(late, func(name string) bool { return strings.Contains(c, `"`+name+`"`) })
	})
	return strings.Join(columns, " || '|' || ")
}
