package customer

import (
	"context"
	"slices"
	"strings"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// AddTags files a customer under more words; those that they have already, whatever their case, are passed over. Problems have the
// paths "id" and "tags".
func (s *Service) AddTags(ctx context.Context, id gid.ID, tags []string) (*Customer, fault.Problems, error) {
	return s.retag(ctx, id, func(has []string) []string { return append(has, tags...) })
}

// RemoveTags takes words off a customer; those that they do not have are passed over.
func (s *Service) RemoveTags(ctx context.Context, id gid.ID, tags []string) (*Customer, fault.Problems, error) {
	return s.retag(ctx, id, func(has []string) []string {
		return slices.DeleteFunc(has, func(t string) bool {
			return slices.ContainsFunc(tags, func(gone string) bool { return strings.EqualFold(strings.TrimSpace(gone), t) })
		})
	})
}

func (s *Service) retag(ctx context.Context, id gid.ID, edit func([]string) []string) (*Customer, fault.Problems, error) {
	var c checker
	owner := customerOf(id)
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		old, err := lockLiving(ctx, tx, owner, "id")
		if err != nil {
			return err
		}
		c, a := checker{}, old
		a.tags = c.tags(edit(slices.Clone(old.tags)))
		if len(c.problems) > 0 {
			return refusal{c.problems[0]}
		}
		return s.change(ctx, tx, old, a)
	})
	return s.outcome(ctx, owner, c, err)
}
