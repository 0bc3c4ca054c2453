package content

import (
	"context"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// RedirectType is the type of a redirect in its global id.
const RedirectType = "UrlRedirect"

// Redirect is an address of the shop's website that leads elsewhere. Whoever serves the website looks it up before it says that a page
// is not there.
type Redirect struct {
	ID gid.ID
	// Path is the old address, from the root and without the host; it is compared letter by letter.
	Path string
	// Target is a path, or a whole address.
	Target string

	written time.Time
}

// RedirectInput is a new redirect, or changes to one: what is nil stays.
type RedirectInput struct {
	Path   *string
	Target *string
}

// CreateRedirect makes a redirect. Paths of problems begin with "urlRedirect".
func (s *Service) CreateRedirect(ctx context.Context, in RedirectInput) (*Redirect, fault.Problems, error) {
	return runRedirect(ctx, s, func(tx database.Tx) (*Redirect, fault.Problems, error) {
		r := &Redirect{ID: gid.New(RedirectType, newID()), written: s.clock.Now()}
		if problems := r.fill(in); len(problems) > 0 {
			return nil, problems, nil
		}
		if err := insertRedirect(ctx, tx, r); err != nil {
			return nil, nil, err
		}
		return r, nil, s.redirected(ctx, tx, "redirect.created", r.ID, map[string]any{"after": r.facts()})
	})
}

// UpdateRedirect changes a redirect. Of one that is not there, the path of the problem is "id".
func (s *Service) UpdateRedirect(ctx context.Context, id uuid.UUID, in RedirectInput) (*Redirect, fault.Problems, error) {
	return runRedirect(ctx, s, func(tx database.Tx) (*Redirect, fault.Problems, error) {
		r, problems, err := holdRedirect(ctx, tx, id)
		if err != nil || len(problems) > 0 {
			return nil, problems, err
		}
		before := r.facts()
		if problems := r.fill(in); len(problems) > 0 {
			return nil, problems, nil
		}
		r.written = s.clock.Now()
		if err := updateRedirect(ctx, tx, r); err != nil {
			return nil, nil, err
		}
		return r, nil, s.redirected(ctx, tx, "redirect.updated", r.ID, map[string]any{"before": before, "after": r.facts()})
	})
}

// DeleteRedirect takes a redirect away. Of one that is not there, the path of the problem is "id".
func (s *Service) DeleteRedirect(ctx context.Context, id uuid.UUID) (fault.Problems, error) {
	_, problems, err := runRedirect(ctx, s, func(tx database.Tx) (*Redirect, fault.Problems, error) {
		r, problems, err := holdRedirect(ctx, tx, id)
		if err != nil || len(problems) > 0 {
			return nil, problems, err
		}
		if err := deleteRedirect(ctx, tx, id); err != nil {
			return nil, nil, err
		}
		return r, nil, s.redirected(ctx, tx, "redirect.deleted", r.ID, map[string]any{"before": r.facts()})
	})
	return problems, err
}

// runRedirect is run for redirects: two of the same path at once are a problem of the later one.
func runRedirect(ctx context.Context, s *Service, f func(tx database.Tx) (*Redirect, fault.Problems, error)) (*Redirect, fault.Problems, error) {
	var r *Redirect
	var problems fault.Problems
	err := s.db.InTx(ctx, func(tx database.Tx) (err error) {
		if r, problems, err = f(tx); err == nil && len(problems) > 0 {
			err = errRefused
		}
		return err
	})
	switch {
	case len(problems) > 0:
		return nil, problems, nil
	case database.IsUnique(err):
		return nil, fault.Problems{{Field: []string{"urlRedirect", "path"}, Code: CodeTaken, Message: "Another redirect has this path."}}, nil
	case err != nil:
		return nil, nil, err
	}
	return r, nil, nil
}

func holdRedirect(ctx context.Context, tx database.Tx, id uuid.UUID) (*Redirect, fault.Problems, error) {
	r, err := lockRedirect(ctx, tx, id)
	if err == nil && r == nil {
		return nil, fault.Problems{{Field: []string{"id"}, Code: CodeNotFound, Message: "There is no such redirect."}}, nil
	}
	return r, nil, err
}

func (s *Service) redirected(ctx context.Context, tx database.Tx, action string, id gid.ID, data map[string]any) error {
	if s.audit == nil {
		return nil
	}
	return s.audit.Audit(ctx, tx, action, id.String(), data)
}

func (r *Redirect) facts() map[string]any { return map[string]any{"path": r.Path, "target": r.Target} }

// fill takes over what an input says, and tells what is wrong with it.
func (r *Redirect) fill(in RedirectInput) (problems fault.Problems) {
	if in.Path != nil {
		r.Path = strings.TrimSpace(*in.Path)
	}
	if in.Target != nil {
		r.Target = strings.TrimSpace(*in.Target)
	}
	for _, part := range []struct {
		name, text string
		whole      bool
	}{{"path", r.Path, false}, {"target", r.Target, true}} {
		switch {
		case part.text == "":
			problems.Add(CodeBlank, "Say the "+part.name+".", "urlRedirect", part.name)
		case len(part.text) > maxAddress:
			problems.Add(CodeTooLong, "An address has at most 2,048 bytes.", "urlRedirect", part.name)
		case !leads(part.text, part.whole):
			message := "The path is that of a page of the shop's website, such as /old-chair."
			if part.whole {
				message = "The target is a path such as /chair, or a whole address."
			}
			problems.Add(CodeInvalid, message, "urlRedirect", part.name)
		}
	}
	if len(problems) == 0 && r.Path == r.Target {
		problems.Add(CodeInvalid, "A redirect leads elsewhere.", "urlRedirect", "target")
	}
	return problems
}

// leads reports whether a text is a path from the root, or, where that may be, a whole address of the web.
func leads(text string, whole bool) bool {
	u, err := url.Parse(text)
	if err != nil || !utf8.ValidString(text) || strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c == 0x7f || c == '\\' }) {
		return false
	}
	if u.Scheme != "" || u.Host != "" {
		return whole && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil
	}
	return strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//") && (whole || u.RawQuery == "" && u.Fragment == "")
}

var redirectOrder = keyset.Order{Name: "redirect-id", ID: "id"}

// Redirects gives a page of the shop's redirects, oldest first. The query is terms that must all hold: path: and target: with a text or,
// before a "*", its beginning, and bare words, each a part of the path or of the target. Fails with [fault.Invalid] for more than ten.
func (s *Service) Redirects(ctx context.Context, query string, args keyset.Args) (keyset.Page[*Redirect], error) {
	w, err := args.Window(redirectOrder)
	if err == nil {
		err = keyset.CheckQuery(query)
	}
	terms := strings.Fields(query)
	if err == nil && len(terms) > 10 {
		err = fault.New(fault.Invalid, "A query for redirects has at most 10 terms.")
	}
	if err != nil {
		return keyset.Page[*Redirect]{}, err
	}
	rows, err := listRedirects(ctx, s.db, w, terms)
	return keyset.Cut(w, rows, func(r *Redirect) (any, uuid.UUID) { return "", r.ID.UUID }), err
}

// RedirectsByID gives redirects by their ids; those of other shops are missing.
func (s *Service) RedirectsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Redirect, error) {
	rows, err := redirectsByID(ctx, s.db, ids)
	out := make(map[uuid.UUID]*Redirect, len(rows))
	for _, r := range rows {
		out[r.ID.UUID] = r
	}
	return out, err
}
