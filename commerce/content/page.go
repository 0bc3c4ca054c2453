package content

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/markup"
	"github.com/rialtohq/rialto/platform/revision"
)

// The subjects of the events that writes append. A reader looks up the present state: what is not there was deleted.
const (
	EventPageChanged = "content.page_changed"
	EventMenuChanged = "content.menu_changed"
)

// PageEvent says that a page was written or deleted.
type PageEvent struct {
	PageID uuid.UUID `json:"page_id"`
	Handle string    `json:"handle"`
}

// MenuEvent says that a menu was written.
type MenuEvent struct {
	MenuID uuid.UUID `json:"menu_id"`
	Handle string    `json:"handle"`
}

// pageRow is a page as it is stored.
type pageRow struct {
	id                           uuid.UUID
	handle, title, body, summary string
	publishedAt                  *time.Time
	written                      time.Time // when it was last written; never for a new one
}

// CreatePage makes a page. Paths of problems begin with "page"; nothing is saved where there is one.
func (s *Service) CreatePage(ctx context.Context, in PageInput) (*Page, fault.Problems, error) {
	return run(ctx, s, "page", func(tx database.Tx) (*Page, fault.Problems, error) {
		c := &checker{prefix: []string{"page"}}
		row := pageRow{id: newID()}
		if in.Title == nil {
			c.add(CodeBlank, "This is needed.", "title")
		}
		if in.Published == nil && in.PublishAt == nil {
			yes := true
			in.Published = &yes
		}
		c.editPage(&row, in, s.clock.Now())
		return s.savePage(ctx, tx, c, nil, row, in)
	})
}

// UpdatePage changes parts of a page. Problems are as with [Service.CreatePage]; of a page that is not there, the path is
// "id".
func (s *Service) UpdatePage(ctx context.Context, id uuid.UUID, in PageInput) (*Page, fault.Problems, error) {
	return run(ctx, s, "page", func(tx database.Tx) (*Page, fault.Problems, error) {
		before, err := lockPage(ctx, tx, id)
		if err != nil {
			return nil, nil, err
		}
		c := &checker{prefix: []string{"page"}}
		if before == nil {
			c.problems.Add(CodeNotFound, "There is no such page.", "id")
			return nil, c.problems, nil
		}
		if stale := revision.Problems(in.IfRevision, before.written, "page", "ifRevision"); stale != nil {
			return nil, stale, nil
		}
		row := *before
		if in.Handle != nil {
			c.name(*in.Handle, "handle")
		}
		c.editPage(&row, in, s.clock.Now())
		return s.savePage(ctx, tx, c, before, row, in)
	})
}

// editPage takes the parts over that are given.
func (c *checker) editPage(row *pageRow, in PageInput, now time.Time) {
	if in.Title != nil {
		row.title = c.name(*in.Title, "title")
	}
	if in.Body != nil {
		if c.body(*in.Body, "body"); c.ok() {
			var text string
			row.body, text = markup.Clean(*in.Body)
			row.summary = summary(text)
		}
	}
	if at := in.PublishAt; at != nil {
		if in.Published != nil && *in.Published == at.After(now) {
			c.add(CodePublishDate, "The page cannot be visible before its date, nor hidden after it.", "publishDate")
		}
		utc := at.UTC().Truncate(time.Microsecond)
		row.publishedAt = &utc
		return
	}
	switch {
	case in.Published == nil:
	case !*in.Published:
		row.publishedAt = nil
	case row.publishedAt == nil || row.publishedAt.After(now):
		row.publishedAt = &now
	}
}

// savePage finds the handle and writes what differs.
func (s *Service) savePage(ctx context.Context, tx database.Tx, c *checker, before *pageRow, row pageRow, in PageInput) (*Page, fault.Problems, error) {
	if !c.ok() {
		return nil, c.problems, nil
	}
	if before == nil || in.Handle != nil {
		handle, err := c.handle(ctx, tx, "page", in.Handle, row.title, row.id)
		if err != nil || !c.ok() {
			return nil, c.problems, err
		}
		row.handle = handle
	}
	now, action := s.clock.Now(), "page.updated"
	var err error
	if before == nil {
		action, err = "page.created", insertPage(ctx, tx, row, now)
	} else {
		err = updatePage(ctx, tx, row, revision.Next(now, row.written))
	}
	if err != nil {
		return nil, nil, err
	}
	if problems, err := s.putMetafields(ctx, tx, row.id, in.Metafields); err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	if err := s.told(ctx, tx, EventPageChanged, PageEvent{row.id, row.handle}, action, gid.New("Page", row.id), row.handle); err != nil {
		return nil, nil, err
	}
	list, err := pagesBy(ctx, tx, true, now, "id = $3", row.id)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.Internal, "a page that was just written is not there")
	}
	if err != nil {
		return nil, nil, err
	}
	return list[0], nil, nil
}

func (s *Service) putMetafields(ctx context.Context, tx database.Tx, page uuid.UUID, in []MetafieldInput) (fault.Problems, error) {
	if len(in) == 0 {
		return nil, nil
	}
	if s.metafields == nil {
		return nil, fault.New(fault.Invalid, "Pages have no metafields here.")
	}
	problems, err := s.metafields.PutTx(ctx, tx, gid.New("Page", page), in)
	for _, p := range problems {
		p.Field = slices.Concat([]string{"page"}, p.Field)
	}
	return problems, err
}

// DeletePage deletes a page, with its metafields and the entries of menus that lead to it. Of a page that is not there,
// the path of the problem is "id".
func (s *Service) DeletePage(ctx context.Context, id uuid.UUID) (fault.Problems, error) {
	_, problems, err := run(ctx, s, "page", func(tx database.Tx) (*bool, fault.Problems, error) {
		row, err := lockPage(ctx, tx, id)
		if err != nil {
			return nil, nil, err
		}
		if row == nil {
			return nil, fault.Problems{{Field: []string{"id"}, Code: CodeNotFound, Message: "There is no such page."}}, nil
		}
		menus, err := deletePage(ctx, tx, id)
		if err != nil {
			return nil, nil, err
		}
		for _, m := range menus {
			if err := s.emit(ctx, tx, EventMenuChanged, m); err != nil {
				return nil, nil, err
			}
		}
		done := true
		return &done, nil, s.told(ctx, tx, EventPageChanged, PageEvent{id, row.handle}, "page.deleted", gid.New("Page", id), row.handle)
	})
	return problems, err
}

// told tells the house of a write, and the audit trail.
func (s *Service) told(ctx context.Context, tx database.Tx, subject string, event any, action string, id gid.ID, handle string) error {
	if err := s.emit(ctx, tx, subject, event); err != nil || s.audit == nil {
		return err
	}
	return s.audit.Audit(ctx, tx, action, id.String(), map[string]string{"handle": handle})
}

func (s *Service) emit(ctx context.Context, tx database.Tx, subject string, event any) error {
	if s.events == nil {
		return nil
	}
	return s.events.AppendTx(ctx, tx, subject, event)
}

var errRefused = errors.New("content: refused")

// run runs f in a transaction that is undone where f gives nothing. Two rows that get the same handle at once are a
// problem of the later one.
func run[T any](ctx context.Context, s *Service, what string, f func(tx database.Tx) (*T, fault.Problems, error)) (out *T, problems fault.Problems, err error) {
	err = s.db.InTx(ctx, func(tx database.Tx) (err error) {
		out, problems, err = f(tx)
		if err == nil && out == nil {
			return errRefused
		}
		return err
	})
	switch {
	case errors.Is(err, errRefused):
		return nil, problems, nil
	case database.IsUnique(err):
		return nil, fault.Problems{{Field: []string{"handle"}, Code: CodeTaken, Message: "Another " + what + " has this handle."}}, nil
	case err != nil:
		return nil, nil, err
	}
	return out, problems, nil
}
