package operation

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// Outcome tells what a registration did.
type Outcome struct {
	// Added documents are new, Known ones were there already, Revived ones were retired and are in force again, or wait for it;
	// Activated ones waited for it.
	Added, Known, Revived, Activated int
}

// Register has a release of an app know documents, all or none. It may be repeated: what the release knows already stays. Fails
// with [fault.Invalid] for what cannot be registered, and with [fault.Conflict] where the release knows another text under
// the same id. Those of the documents that the release has pending are put in force by it; whatever else it has pending stays so.
func (s *Service) Register(ctx context.Context, app uuid.UUID, release string, docs []Document) (Outcome, error) {
	return s.register(ctx, app, release, docs, false)
}

// RegisterPending is [Service.Register] of documents that nobody is served until [Service.Activate]. What the release has in force
// already stays so.
func (s *Service) RegisterPending(ctx context.Context, app uuid.UUID, release string, docs []Document) (Outcome, error) {
	return s.register(ctx, app, release, docs, true)
}

func (s *Service) register(ctx context.Context, app uuid.UUID, release string, docs []Document, pending bool) (out Outcome, err error) {
	if err := check(release, docs); err != nil {
		return out, err
	}
	now := s.clock.Now()
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		out = Outcome{}
		shop, err := database.Shop(ctx)
		if err != nil {
			return err
		}
		before, err := hashesOf(ctx, tx, app, release)
		if err != nil {
			return err
		}
		var rows [][]any
		var revived []string
		for i := range docs {
			d := &docs[i]
			was, known := before[d.Alias]
			switch {
			case !known:
				rows = append(rows, []any{s.newID(), shop, app, release, d.Alias, d.Hash, d.Name, d.Kind, d.Body, d.Points, d.Statements, pending, now})
			case was.hash != d.Hash:
				return fault.New(fault.Conflict, "Release %q knows another document as %s already. Name a new release, or give the document another id.", release, d.Alias)
			case was.retired:
				revived = append(revived, d.Alias)
				out.Revived++
			case was.pending && !pending:
				revived = append(revived, d.Alias)
				out.Activated++
			default:
				out.Known++
			}
		}
		out.Added = len(rows)
		if err := insert(ctx, tx, rows); err != nil {
			return err
		}
		if err := revive(ctx, tx, app, release, revived, pending); err != nil {
			return err
		}
		tx.AfterCommit(s.known.Flush)
		return s.audit.Audit(ctx, tx, "operations.registered", gid.New("App", app).String(), map[string]any{"release": release, "added": out.Added, "known": out.Known, "revived": out.Revived, "activated": out.Activated, "pending": pending})
	})
	if database.IsUnique(err) {
		err = fault.Wrap(err, fault.Conflict, "Somebody else registered the same release at this moment. Try again.")
	}
	return out, err
}

func check(release string, docs []Document) error {
	if !printable(release, MaxRelease) {
		return fault.New(fault.Invalid, "A release has a name of 1 to %d characters without blanks.", MaxRelease)
	}
	if len(docs) == 0 || len(docs) > MaxTogether {
		return fault.New(fault.Invalid, "Register 1 to %d documents at once; these are %d.", MaxTogether, len(docs))
	}
	seen := map[string]string{}
	for i := range docs {
		d := &docs[i]
		switch was, twice := seen[d.Alias]; {
		case !printable(d.Alias, MaxAlias) || strings.HasPrefix(d.Alias, "sha256:"):
			return fault.New(fault.Invalid, "%s: an id has 1 to %d characters without blanks, and does not begin with sha256:.", named(d), MaxAlias)
		case d.Hash != HashOf(d.Body):
			return fault.New(fault.Internal, "the hash of %s is not that of its text", named(d))
		case isHash(d.Alias) && d.Alias != d.Hash:
			return fault.New(fault.Invalid, "%s: the id has the form of a SHA-256 and is not that of the text, which is %s.", named(d), d.Hash)
		case twice && was != d.Hash:
			return fault.New(fault.Invalid, "Two different documents have the id %s.", d.Alias)
		case twice:
			return fault.New(fault.Invalid, "The document %s is there twice.", d.Alias)
		}
		seen[d.Alias] = d.Hash
	}
	return nil
}

func named(d *Document) string {
	return fmt.Sprintf("operation %q", fault.Shorten(d.Name, 60))
}

// isHash reports whether an id has the form of a [HashOf] some text.
func isHash(id string) bool {
	return len(id) == 64 && strings.Trim(id, "0123456789abcdef") == ""
}

// printable reports whether a name has characters, not too many, and none of them blank or unseen.
func printable(s string, most int) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
}

// Activate puts documents in force that a release of an app has pending, with what was found out of them now: their points and
// statements. It tells how many these are. What else the release has pending stays so: nobody looked it through. Fails with
// [fault.NotFound] where none of them is pending.
func (s *Service) Activate(ctx context.Context, app uuid.UUID, release string, checked []Document) (activated int, err error) {
	now := make(map[string]*Document, len(checked))
	for i := range checked {
		now[checked[i].Alias] = &checked[i]
	}
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		waiting, err := pending(ctx, tx, app, release)
		if err != nil {
			return err
		}
		var aliases []string
		var changed []*Document
		for i := range waiting {
			was := &waiting[i]
			d := now[was.Alias]
			if d == nil || d.Hash != was.Hash {
				continue
			}
			aliases = append(aliases, d.Alias)
			if d.Points != was.Points || d.Statements != was.Statements {
				changed = append(changed, d)
			}
		}
		if len(aliases) == 0 {
			return fault.New(fault.NotFound, "The app has nothing pending in a release %q.", release)
		}
		if err := reprice(ctx, tx, app, release, changed); err != nil {
			return err
		}
		n, err := activate(ctx, tx, app, release, aliases)
		if err != nil {
			return err
		}
		activated = n
		tx.AfterCommit(s.known.Flush)
		return s.audit.Audit(ctx, tx, "operations.activated", gid.New("App", app).String(), map[string]any{"release": release, "documents": n})
	})
	return activated, err
}

// Retire takes a release of an app out of force, what it has pending too, and tells how many documents these were. A document that another
// release of the app still has in force goes on being served. Unless forced, it fails with [fault.Conflict] where a document
// that nobody else would serve was used within [Quiet]. Fails with [fault.NotFound] where there is no such release in force.
func (s *Service) Retire(ctx context.Context, app uuid.UUID, release string, force bool) (retired int, err error) {
	if err := s.WriteUses(ctx); err != nil {
		return 0, err
	}
	now := s.clock.Now()
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		if !force {
			name, count, err := stillUsed(ctx, tx, app, release, now.Add(-Quiet))
			if err != nil {
				return err
			}
			if count > 0 {
				return fault.New(fault.Conflict, "%d of the documents of release %q were used within 30 days, %q among them. Retire it with --force to break those who use them.", count, release, name)
			}
		}
		n, err := retire(ctx, tx, app, release, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "The app has no release %q that is in force or pending.", release)
		}
		retired = n
		tx.AfterCommit(s.known.Flush)
		return s.audit.Audit(ctx, tx, "operations.retired", gid.New("App", app).String(), map[string]any{"release": release, "documents": n, "forced": force})
	})
	return retired, err
}

// Releases lists what apps have registered, newest first: of one app, or of all where it is nil.
func (s *Service) Releases(ctx context.Context, app uuid.UUID) ([]Release, error) {
	return releases(ctx, s.db, app)
}

// InForce lists the documents in force, of one app, or of all where it is nil, by app, release and id.
func (s *Service) InForce(ctx context.Context, app uuid.UUID) ([]Registered, error) {
	return inForce(ctx, s.db, app)
}

// Pending lists the documents that a release of an app has pending, by id.
func (s *Service) Pending(ctx context.Context, app uuid.UUID, release string) ([]Registered, error) {
	return pending(ctx, s.db, app, release)
}
