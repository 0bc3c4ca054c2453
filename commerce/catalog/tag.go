package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// AddTags files a product under more words; those that it has already, whatever their case, are passed over. Problems have the paths
// "id" and "tags".
func (s *Service) AddTags(ctx context.Context, id gid.ID, tags []string) (*Product, fault.Problems, error) {
	return s.retag(ctx, id, func(has []string) []string { return append(has, tags...) })
}

// RemoveTags takes words off a product; those that it does not have are passed over.
func (s *Service) RemoveTags(ctx context.Context, id gid.ID, tags []string) (*Product, fault.Problems, error) {
	return s.retag(ctx, id, func(has []string) []string {
		return slices.DeleteFunc(has, func(t string) bool {
			return slices.ContainsFunc(tags, func(gone string) bool { return strings.EqualFold(strings.TrimSpace(gone), t) })
		})
	})
}

func (s *Service) retag(ctx context.Context, id gid.ID, edit func([]string) []string) (*Product, fault.Problems, error) {
	p, problems, err := run(ctx, s, "product.updated", gid.ID{}, func(tx database.Tx) (*Product, fault.Problems, error) {
		// Held from here on, so that two who add at the same time both do.
		before, err := s.lockProduct(ctx, tx, id.UUID)
		if err != nil || before == nil {
			return nil, fault.Problems{{Field: []string{"id"}, Code: CodeNotFound, Message: "There is no such product."}}, err
		}
		tags := edit(before.tags())
		return s.UpdateProductTx(ctx, tx, id.UUID, ProductChanges{Tags: &tags})
	})
	for _, problem := range problems {
		if len(problem.Field) > 1 && problem.Field[0] == "product" {
			problem.Field = problem.Field[1:]
		}
	}
	return p, problems, err
}
