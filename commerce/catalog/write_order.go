package catalog

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/fault"
)

// VariantPosition is where a variant is to stand, counted from 1.
type VariantPosition struct {
	ID       uuid.UUID
	Position int
}

// ReorderVariants moves variants of a product to positions; the others keep their order around them. Paths of problems
// begin with "positions".
func (s *Service) ReorderVariants(ctx context.Context, product uuid.UUID, in []VariantPosition) (*Product, fault.Problems, error) {
	return s.change(ctx, product, "product.variants_reordered", func(c *checker, r *record) {
		if len(in) > MaxVariants {
			c.add(CodeTooMany, fmt.Sprintf("A product has at most %d variants.", MaxVariants), "positions")
			return
		}
		moved := make(map[uuid.UUID]*variantRecord, len(in))
		for i, p := range in {
			v := r.variant(p.ID)
			switch {
			case v == nil:
				c.add(CodeNotFound, "The product has no such variant.", "positions", index(i), "id")
			case moved[p.ID] != nil:
				c.add(CodeTaken, "This variant is named twice.", "positions", index(i), "id")
			case p.Position < 1:
				c.add(CodeInvalid, "A position is 1 or more.", "positions", index(i), "position")
			}
			moved[p.ID] = v
		}
		if !c.ok() {
			return
		}
		rest := slices.DeleteFunc(slices.Clone(r.variants), func(v *variantRecord) bool { return moved[v.row.id] != nil })
		sorted := slices.SortedStableFunc(slices.Values(in), func(a, b VariantPosition) int { return cmp.Compare(a.Position, b.Position) })
		for _, p := range sorted {
			rest = slices.Insert(rest, min(p.Position-1, len(rest)), moved[p.ID])
		}
		r.variants = rest
	})
}

// ReorderMedia moves pictures of a product, one move after the other; a place is counted from 0. Paths of problems begin
// with "moves", or are "id" where there is no such product.
func (s *Service) ReorderMedia(ctx context.Context, product uuid.UUID, moves []Move) (*Product, fault.Problems, error) {
	p, problems, err := s.change(ctx, product, "product.media_reordered", func(c *checker, r *record) {
		if len(moves) > MaxBulk {
			c.add(CodeMediaLimit, fmt.Sprintf("At most %d moves are made in one call.", MaxBulk), "moves")
			return
		}
		for i, m := range moves {
			at := slices.IndexFunc(r.media, func(row mediaRow) bool { return row.id == m.Product })
			switch {
			case at < 0:
				c.add(CodeNoMedia, "The product has no such picture.", "moves", index(i), "id")
				continue
			case m.To < 0:
				c.add(CodeInvalid, "A place is not below 0.", "moves", index(i), "newPosition")
				continue
			}
			row := r.media[at]
			r.media = slices.Delete(r.media, at, at+1)
			r.media = slices.Insert(r.media, min(m.To, len(r.media)), row)
		}
	})
	for _, p := range problems {
		if p.Code == CodeNotFound {
			p.Code, p.Field = CodeNoProduct, []string{"id"}
		}
	}
	return p, problems, err
}

// MediaChanges is a picture with another description for who cannot see it.
type MediaChanges struct {
	ID  uuid.UUID
	Alt *string
}

// UpdateMedia changes the descriptions of pictures of a product, all or none. Paths of problems begin with "media", or are
// "productId".
func (s *Service) UpdateMedia(ctx context.Context, product uuid.UUID, in []MediaChanges) (*Product, fault.Problems, error) {
	p, problems, err := s.change(ctx, product, "product.media_updated", func(c *checker, r *record) {
		if len(in) > MaxMedia {
			c.add(CodeMediaLimit, fmt.Sprintf("A product has at most %d pictures.", MaxMedia), "media")
			return
		}
		for i, m := range in {
			at := slices.IndexFunc(r.media, func(row mediaRow) bool { return row.id == m.ID })
			if at < 0 {
				c.add(CodeNoMedia, "The product has no such picture.", "media", index(i), "id")
				continue
			}
			if m.Alt != nil {
				r.media[at].alt = c.text(*m.Alt, maxAlt, "media", index(i), "alt")
			}
		}
	})
	for _, p := range problems {
		if p.Code == CodeNotFound {
			p.Code = CodeNoProduct
		}
	}
	return p, problems, err
}

// ChangeStatus puts a product on sale, or takes it off.
func (s *Service) ChangeStatus(ctx context.Context, product uuid.UUID, status string) (*Product, fault.Problems, error) {
	return s.change(ctx, product, "product.status_changed", func(c *checker, r *record) {
		c.edit(&r.row, ProductChanges{Status: &status})
	})
}

// TagProduct adds tags to a product and takes others off it; case does not count. Paths of problems begin with "tags".
func (s *Service) TagProduct(ctx context.Context, product uuid.UUID, add, remove []string) (*Product, fault.Problems, error) {
	return s.change(ctx, product, "product.tagged", func(c *checker, r *record) {
		off := make(map[string]bool, len(remove))
		for _, t := range remove {
			off[strings.ToLower(strings.TrimSpace(t))] = true
		}
		left := slices.DeleteFunc(r.tags(), func(t string) bool { return off[strings.ToLower(t)] })
		r.row.tags = encode(c.tags(append(left, add...), "tags"))
	})
}
