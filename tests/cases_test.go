package tests

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/database"
)

var update = flag.Bool("update", false, "write what case files answer and cost into them")

// TestCases asks every query of graph/testdata of a demo shop, and compares the answer and the number of statements. The last
// shop is answered for by gqlgen's own executor: ours does not differ from it.
func TestCases(t *testing.T) {
	cases, err := readCases()
	if err != nil {
		t.Fatal(err)
	}
	anew := func(c *app.Config) { c.Cache = "off" }
	for name, o := range map[string]apptest.Options{
		"embedded": {Kind: apptest.Embedded, Config: anew}, "services": {Kind: apptest.Services, Config: anew},
		"reference": {Kind: apptest.Embedded, Config: func(c *app.Config) { anew(c); c.Executor = "gqlgen" }},
	} {
		t.Run(name, func(t *testing.T) {
			kind := o.Kind
			s := newStage(t, apptest.Start(t, o))
			s.promises = newPromises()
			// What changes what others see waits until they have seen it.
			t.Run("reads", func(t *testing.T) {
				for _, c := range cases {
					if !c.writes {
						t.Run(c.name, func(t *testing.T) { t.Parallel(); s.test(t, kind, c) })
					}
				}
			})
			t.Run("writes", func(t *testing.T) {
				for _, c := range cases {
					if c.writes {
						t.Run(c.name, func(t *testing.T) { s.test(t, kind, c) })
					}
				}
			})
			s.promises.all(t, len(cases))
		})
	}
}

// stage is a running shop with those who ask.
type stage struct {
	app *apptest.App
	ctx context.Context // of the shop itself
	// lenient skips cases that cannot begin, where others have left little to begin with.
	lenient bool
	// promises are those that answers have to keep.
	promises *promises

	mu    sync.Mutex
	staff map[string]apptest.Headers // by role
}

func newStage(t *testing.T, a *apptest.App) *stage {
	t.Helper()
	shop, err := a.Shops.ByHandle(t.Context(), demo.Handle)
	if err != nil {
		t.Fatal(err)
	}
	ctx := database.WithShop(t.Context(), shop.ID.UUID)
	return &stage{app: a, ctx: access.With(ctx, access.Actor{Kind: access.System, Shop: shop.ID.UUID}), staff: map[string]apptest.Headers{access.Owner: a.Owner(t)}}
}

// scene is a case that is about to be asked: what it began with has happened.
type scene struct {
	*caseFile
	stage     *stage
	unique    string
	headers   apptest.Headers
	variables map[string]any
	customer  apptest.Headers
	// earlier are the statements of what it began with.
	earlier []database.Statement
}

// asked is what came of a query.
type asked struct {
	*apptest.Answer
	calls []database.Statement
	// count leaves out what a process keeps in memory for a moment.
	count int
}

// remembered are statements that read what a process keeps in memory for a moment, or note that a session was used after a
// while: whose turn that is is not a matter of the query.
var remembered = regexp.MustCompile(`(?is)^\s*UPDATE session SET last_used_at|^\s*SELECT\b.*?\bFROM ["` + "`" + `]?(shop|market|shipping_zone|shipping_rate|tax_rate|storefront_token|session)\b|^\s*SELECT\b.*?\bFROM menu m .*? AND m.handle = |^\s*SELECT\b.*?\bFROM collection c WHERE c.shop_id = .1 AND c.handle = |^SELECT 'product' AS what, |^SELECT p.id FROM .SELECT p.id, p.shop_id, w.score, |^\s*SELECT\b.*?\bFROM discount WHERE shop_id = .1 AND method =`)

func (s *stage) ask(ctx context.Context, query string, variables map[string]any, h apptest.Headers) (asked, error) {
	ctx, record := database.RecordingArgs(ctx)
	answer, err := s.app.Serve(ctx, query, variables, h)
	out := asked{Answer: answer, calls: record.Calls()}
	for _, c := range out.calls {
		if !remembered.MatchString(c.Text) {
			out.count++
		}
	}
	return out, err
}

// set lets happen what a case begins with.
func (s *stage) set(t *testing.T, c *caseFile) *scene {
	t.Helper()
	unique := "u" + strings.ReplaceAll(uuid.NewString(), "-", "")[:12]
	sc := &scene{caseFile: c, stage: s, unique: unique, variables: map[string]any{"unique": unique, "email": unique + "@example.com", "path": "/" + unique}}
	maps.Copy(sc.variables, c.variables)
	sc.headers = sc.as(t, c.actor)
	for _, l := range c.lets {
		h := sc.headers
		if l.actor != "" {
			h = sc.as(t, l.actor)
		}
		got, err := s.ask(t.Context(), l.query, sc.variables, h)
		if err != nil {
			t.Fatal(err)
		}
		sc.earlier = append(sc.earlier, got.calls...)
		for i, name := range l.names {
			v := apptest.At(got.Data, l.paths[i]...)
			if v == nil && s.lenient {
				t.Skip("what it begins with is not there any more")
			}
			if v == nil {
				t.Fatalf("there is no %v in %s", l.paths[i], got.Body)
			}
			sc.variables[name] = v
		}
	}
	return sc
}

// as gives the headers of somebody who asks.
func (sc *scene) as(t *testing.T, actor string) apptest.Headers {
	t.Helper()
	const public = "X-Shopify-Storefront-Access-Token"
	switch actor {
	case "storefront":
		return nil
	case "none":
		return apptest.Headers{public: ""}
	case "private":
		return apptest.Headers{public: "", "Shopify-Storefront-Private-Token": demo.PrivateToken}
	case "customer":
		if sc.customer == nil {
			sc.customer = sc.signUp(t)
		}
		return sc.customer
	}
	return sc.stage.employ(t, actor)
}

// signUp makes an account; its token is the variable customerToken.
func (sc *scene) signUp(t *testing.T) apptest.Headers {
	t.Helper()
	const password = "a long enough password"
	variables := map[string]any{"email": sc.variables["email"], "password": password}
	sc.stage.app.Query(t, `mutation($email: String!, $password: String!) { customerCreate(input: {email: $email, password: $password, firstName: "Ada", lastName: "Baker"}) { customer { id } } }`, variables)
	data := sc.stage.app.Query(t, `mutation($email: String!, $password: String!) { customerAccessTokenCreate(input: {email: $email, password: $password}) { customerAccessToken { accessToken } } }`, variables)
	token := apptest.String(data, "customerAccessTokenCreate", "customerAccessToken", "accessToken")
	if token == "" {
		t.Fatalf("the customer could not sign in: %v", data)
	}
	sc.variables["customerToken"] = token
	return apptest.Headers{"Authorization": "Bearer " + token}
}

// employ gives the headers of a member of staff with a role.
func (s *stage) employ(t *testing.T, role string) apptest.Headers {
	t.Helper()
	if !access.IsRole(role) {
		t.Fatalf("nobody is called %q", role)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if h, ok := s.staff[role]; ok {
		return h
	}
	email, password := role+"@rialto.test", "a long enough password"
	_, problems, err := s.app.Staff.Create(s.ctx, staff.CreateInput{Email: email, Name: "Demo " + role, Password: password, Role: role})
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	token, problems, err := s.app.Staff.SignIn(s.ctx, email, password)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	s.staff[role] = apptest.Headers{"Authorization": "Bearer " + token.AccessToken}
	return s.staff[role]
}

// test asks a case's query, and compares what comes of it with the file.
func (s *stage) test(t *testing.T, kind apptest.Kind, c *caseFile) {
	sc := s.set(t, c)
	got, err := s.ask(t.Context(), c.query, sc.variables, sc.headers)
	if err != nil {
		t.Fatal(err)
	}
	errors, answer, err := sc.plain(got.Answer)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if kind == apptest.Embedded {
			c.status, c.errors, c.answer = got.Status, errors, answer
			if c.statements[apptest.Services] == c.statements[apptest.Embedded] { // also where services are not named
				c.statements[apptest.Services] = got.count
			}
		}
		c.statements[kind] = got.count
		if err := c.write(); err != nil {
			t.Fatal(err)
		}
	}
	if got.Status != c.status {
		t.Errorf("status %d, want %d", got.Status, c.status)
	}
	if diff := cmp.Diff(c.errors, errors); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(c.answer, answer); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if want, ok := c.statements[kind]; !ok || got.count != want {
		t.Errorf("%d statements, want %d:\n%s", got.count, want, texts(got.calls))
	}
	if estimated, actual := got.Cost(); actual > estimated {
		t.Errorf("it came to %v points, and was estimated at %v", actual, estimated)
	}
	s.promises.check(t, c.query, got.Answer)
	sc.testFirst(t)
}

// testFirst checks that a list's length does not change the number of statements.
func (sc *scene) testFirst(t *testing.T) {
	if _, ok := sc.variables["first"]; !ok {
		return
	}
	counts := map[int]int{}
	var calls []database.Statement
	for _, n := range []int{1, 10, 50} {
		variables := maps.Clone(sc.variables)
		variables["first"] = n
		got, err := sc.stage.ask(t.Context(), sc.query, variables, sc.headers)
		if err != nil {
			t.Fatal(err)
		}
		if counts[n] = got.count; got.count != counts[1] {
			t.Errorf("%d statements for %d rows, and %d for 1:\n%s\ninstead of:\n%s", got.count, n, counts[1], texts(got.calls), texts(calls))
		}
		if calls == nil {
			calls = got.calls
		}
	}
}

// plain gives the errors of an answer and its data, without what differs from run to run.
func (sc *scene) plain(a *apptest.Answer) (errors, data string, err error) {
	m := &masks{unique: sc.unique}
	var body struct {
		Data   json.RawMessage `json:"data"`
		Errors json.RawMessage `json:"errors"`
	}
	if err := json.Unmarshal(a.Body, &body); err != nil {
		return "", "", err
	}
	if body.Data != nil {
		if data, err = layout([]byte(m.apply(string(body.Data)))); err != nil {
			return "", "", err
		}
	}
	return m.apply(strings.Join(errorLines(a), "\n")), data, nil
}

// errorLines are the errors of an answer: code, path and message. They are sorted, as fields are resolved side by side.
func errorLines(a *apptest.Answer) (lines []string) {
	for _, e := range a.Errors {
		path := make([]string, len(e.Path))
		for i, p := range e.Path {
			path[i] = fmt.Sprint(p)
		}
		line := fmt.Sprint(e.Extensions["code"])
		if len(path) > 0 {
			line += " at " + strings.Join(path, ".")
		}
		lines = append(lines, line+": "+e.Message)
	}
	slices.Sort(lines)
	return lines
}

func texts(calls []database.Statement) string {
	lines := make([]string, len(calls))
	for i, c := range calls {
		lines[i] = strings.Join(strings.Fields(c.Text), " ")
	}
	return strings.Join(lines, "\n")
}
