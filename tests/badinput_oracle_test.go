package tests

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/platform/database"
)

// said is what an answer says to somebody who sent something wrong.
type said struct {
	Status int
	Body   string
	// Notes are the errors and the problems of payloads alike.
	Notes []note
	// Nothing says that the answer has no data, or null for its one root field.
	Nothing bool
	// Result is the type of a payload's result, where it has one.
	Result string
}

type note struct {
	Code, Message string
	// Where are the names of the path that the note gives: of the input for problems and variables.
	Where []string
}

func (s *said) refused() bool {
	return len(s.Notes) > 0 || slices.Contains([]string{"SubmitFailed", "CartStatusNotReady"}, s.Result)
}

// points reports whether a note leads to the place of that name, by its path or in its words.
func (s *said) points(name string) bool {
	word := regexp.MustCompile(`(?i)\b` + name + `\b`)
	return slices.ContainsFunc(s.Notes, func(n note) bool {
		return slices.ContainsFunc(n.Where, word.MatchString) || word.MatchString(n.Message)
	})
}

// send posts a body as it is, and reads what comes back.
func send(ctx context.Context, a *apptest.App, body string, headers apptest.Headers) (*said, error) {
	req, err := posted(ctx, a, body, headers)
	if err != nil {
		return nil, err
	}
	return exchange(req)
}

// posted is a body on its way to the GraphQL door.
func posted(ctx context.Context, a *apptest.App, body string, headers apptest.Headers) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL+"/graphql", bytes.NewReader([]byte(body)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(storefrontHeader, demo.Token)
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	return req, nil
}

func exchange(req *http.Request) (*said, error) {
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	return read(res.StatusCode, b)
}

func read(status int, b []byte) (*said, error) {
	var answer struct {
		Data   map[string]any
		Errors []struct {
			Message    string
			Path       []any
			Extensions map[string]any
		}
	}
	if err := json.Unmarshal(b, &answer); err != nil {
		return nil, fmt.Errorf("status %d, no JSON: %.300s", status, b)
	}
	out := &said{Status: status, Body: string(b), Nothing: true}
	for _, e := range answer.Errors {
		code, _ := e.Extensions["code"].(string)
		out.Notes = append(out.Notes, note{code, e.Message, words(e.Path)})
	}
	for _, payload := range answer.Data {
		out.Nothing = out.Nothing && payload == nil
		out.Result = apptest.String(payload, "result", "__typename")
		for _, list := range []string{"userErrors", "customerUserErrors", "mediaUserErrors"} {
			problems, _ := apptest.At(payload, list).([]any)
			for _, p := range problems {
				fields, _ := apptest.At(p, "field").([]any)
				n := note{apptest.String(p, "code"), apptest.String(p, "message"), words(fields)}
				if _, coded := p.(map[string]any)["code"]; !coded { // a list of before there were codes
					n.Code = "UNCODED"
				}
				out.Notes = append(out.Notes, n)
			}
		}
	}
	return out, nil
}

func words(path []any) (out []string) {
	for _, p := range path {
		out = append(out, fmt.Sprint(p))
	}
	return out
}

// inside are words that only somebody inside the process should read: of databases, of Go, and of the libraries in it.
var inside = regexp.MustCompile(`(?i)SQLSTATE|sqlite|postgres|pgx|\bpq:|\bsql:|\bselect .* from\b|insert into|constraint|syntax error at|no such (table|column)|` +
	`panic|goroutine|nil pointer|runtime error|interface conversion|\.go:\d|strconv\.|json: |uuid: |invalid UUID|parsing time|reflect\.|gqlgen|unmarshal|\bmap\[|<nil>|%!|` +
	`/work/|/tmp/|/home/|/usr/|context (deadline|canceled)|redis|jetstream|\bent:|graph/model`)

// flaws are what is wrong with how an answer says no. Tables are names that must not be read in it; sent is what the
// request carried, which may come back.
func (s *said) flaws(tables *regexp.Regexp, sent string) (out []string) {
	if s.Status >= 500 {
		out = append(out, fmt.Sprintf("status %d", s.Status))
	}
	for _, n := range s.Notes {
		if n.Code == "" || n.Code == "INTERNAL" {
			out = append(out, fmt.Sprintf("code %q", n.Code))
		}
		if len(n.Message) < 12 {
			out = append(out, fmt.Sprintf("a message that says nothing: %q", n.Message))
		}
		text := n.Message
		for _, leak := range []string{inside.FindString(text), tables.FindString(text)} {
			if leak != "" && !strings.Contains(sent, leak) {
				out = append(out, fmt.Sprintf("internal text %q in %q", leak, text))
			}
		}
	}
	return out
}

// tables match the names of the database's tables that are no words of the API too.
func tables(t *testing.T, db *database.DB) *regexp.Regexp {
	t.Helper()
	query := "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
	if db.Dialect() == database.SQLite {
		query = "SELECT name FROM sqlite_master WHERE type = 'table'"
	}
	rows, err := db.SysQuery(database.AllShops(t.Context()), query)
	names, err := database.Scan(rows, err, func(scan func(...any) error) (name string, err error) { return name, scan(&name) })
	if err != nil {
		t.Fatal(err)
	}
	names = slices.DeleteFunc(names, func(n string) bool { return !strings.Contains(n, "_") })
	if len(names) < 10 {
		t.Fatalf("only these tables: %v", names)
	}
	return regexp.MustCompile(`\b(` + strings.Join(names, "|") + `)\b`)
}
