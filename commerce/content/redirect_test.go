package content_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

func TestRedirects(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, _ := databasetest.Shop(t, db)
		s := content.New(content.Config{DB: db, Clock: clock.System{}})
		in := func(path, target string) content.RedirectInput {
			return content.RedirectInput{Path: &path, Target: &target}
		}
		codes := func(problems fault.Problems, err error) string {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, p := range problems {
				out = append(out, strings.Join(p.Field, ".")+" "+p.Code)
			}
			return strings.Join(out, ", ")
		}
		first, problems, err := s.CreateRedirect(ctx, in(" /old-chair ", "/products/oak-chair?x=1#y"))
		if got := codes(problems, err); got != "" {
			t.Fatal(got)
		}
		second, problems, err := s.CreateRedirect(ctx, in("/100_off", "https://other.example/sale"))
		if got := codes(problems, err); got != "" {
			t.Fatal(got)
		}
		for _, tc := range []struct{ path, target, want string }{
			{"/old-chair", "/x", "urlRedirect.path TAKEN"},
			{"", "", "urlRedirect.path BLANK, urlRedirect.target BLANK"},
			{"old", "x", "urlRedirect.path INVALID, urlRedirect.target INVALID"},
			{"//evil.example", "//evil.example", "urlRedirect.path INVALID, urlRedirect.target INVALID"},
			{"/a?b", "javascript:x()", "urlRedirect.path INVALID, urlRedirect.target INVALID"},
			{"https://shop.example/a", "https://user@evil.example", "urlRedirect.path INVALID, urlRedirect.target INVALID"},
			{"/a\\b", "/a\x00", "urlRedirect.path INVALID, urlRedirect.target INVALID"},
			{"/same", "/same", "urlRedirect.target INVALID"},
			{"/" + strings.Repeat("x", 3000), "/y", "urlRedirect.path TOO_LONG"},
		} {
			_, problems, err := s.CreateRedirect(ctx, in(tc.path, tc.target))
			if got := codes(problems, err); got != tc.want {
				t.Errorf("%q to %q: %q, want %q", tc.path, tc.target, got, tc.want)
			}
		}
		find := func(query string) (paths []string) {
			t.Helper()
			page, err := s.Redirects(ctx, query, keyset.Args{})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Items {
				paths = append(paths, r.Path)
			}
			return paths
		}
		for query, want := range map[string]string{
			"": "/old-chair /100_off", "path:/old-chair": "/old-chair", "path:/old": "", "path:/old*": "/old-chair", "oak": "/old-chair", "100_o": "/100_off",
			"%": "", "target:https://other.example/sale": "/100_off", "path:/old* sale": "",
		} {
			if got := strings.Join(find(query), " "); got != want {
				t.Errorf("%q finds %q, want %q", query, got, want)
			}
		}
		target := "/elsewhere"
		changed, problems, err := s.UpdateRedirect(ctx, first.ID.UUID, content.RedirectInput{Target: &target})
		if got := codes(problems, err); got != "" || changed.Path != "/old-chair" || changed.Target != target {
			t.Error(got, changed)
		}
		path := "/100_off"
		_, problems, err = s.UpdateRedirect(ctx, first.ID.UUID, content.RedirectInput{Path: &path})
		if got := codes(problems, err); got != "urlRedirect.path TAKEN" {
			t.Error(got)
		}
		foreign, _ := databasetest.Shop(t, db)
		if got := codes(s.DeleteRedirect(foreign, first.ID.UUID)); got != "id NOT_FOUND" {
			t.Error(got)
		}
		if found, err := s.RedirectsByID(foreign, []uuid.UUID{first.ID.UUID}); err != nil || len(found) != 0 {
			t.Error(found, err)
		}
		if got := codes(s.DeleteRedirect(ctx, second.ID.UUID)); got != "" {
			t.Error(got)
		}
		if got := strings.Join(find(""), " "); got != "/old-chair" {
			t.Error(got)
		}
	})
}
