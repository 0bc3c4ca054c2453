package catalog

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/revision"
)

// gap is the distance between the positions of neighbors, so that a product can be moved between two without others
// being written.
const gap = 1024

// Move puts a product of a collection at a place, counted from 0.
type Move struct {
	Product uuid.UUID
	To      int
}

// AddProducts puts products at the end of a collection chosen by hand, all or none. Paths of problems are "id" or
// "productIds", with a place.
func (s *Service) AddProducts(ctx context.Context, collection uuid.UUID, products []uuid.UUID) (*Collection, fault.Problems, error) {
	return s.changeByHand(ctx, collection, func(tx database.Tx, c *checker) error {
		if len(products) > MaxBulk {
			c.add(CodeTooMany, fmt.Sprintf("At most %d products are named in one call.", MaxBulk), "productIds")
			return nil
		}
		return s.appendMembers(ctx, tx, c, collection, products, "productIds")
	})
}

// RemoveProducts takes products out of a collection chosen by hand. Those that are not in it do not matter.
func (s *Service) RemoveProducts(ctx context.Context, collection uuid.UUID, products []uuid.UUID) (*Collection, fault.Problems, error) {
	return s.changeByHand(ctx, collection, func(tx database.Tx, c *checker) error {
		if len(products) > MaxBulk {
			c.add(CodeTooMany, fmt.Sprintf("At most %d products are named in one call.", MaxBulk), "productIds")
			return nil
		}
		gone, err := s.store.members(ctx, tx, []uuid.UUID{collection}, products)
		if err != nil {
			return err
		}
		return s.store.changeMembers(ctx, tx, nil, gone, s.clock.Now())
	})
}

// ReorderProducts moves products within a collection that is sorted by hand, one move after the other. Paths of problems
// are "id" or "moves", with a place.
func (s *Service) ReorderProducts(ctx context.Context, collection uuid.UUID, moves []Move) (*Collection, fault.Problems, error) {
	return run(ctx, s, "collection.reordered", gid.ID{}, func(tx database.Tx) (*Collection, fault.Problems, error) {
		c := &checker{}
		r, err := s.store.lockCollection(ctx, tx, collection)
		switch {
		case err != nil:
			return nil, nil, err
		case r == nil:
			c.add(CodeNotFound, "There is no such collection.", "id")
		case r.sort != "manual":
			c.add(CodeConflict, "Only a collection that is sorted by hand can be arranged.", "id")
		case len(moves) > MaxBulk:
			c.add(CodeTooMany, fmt.Sprintf("At most %d moves are made in one call.", MaxBulk), "moves")
		}
		if !c.ok() {
			return nil, c.problems, nil
		}
		list, err := s.store.places(ctx, tx, collection)
		if err != nil {
			return nil, nil, err
		}
		changed := c.arrange(list, moves)
		if !c.ok() {
			return nil, c.problems, nil
		}
		if err := s.store.setPositions(ctx, tx, changed); err != nil {
			return nil, nil, err
		}
		return s.tellCollection(ctx, tx, r)
	})
}

// place is where a product stands in a collection.
type place struct {
	id, product uuid.UUID
	position    int64
}

// arrange makes the moves and gives the rows whose positions change.
func (c *checker) arrange(list []*place, moves []Move) (changed []*place) {
	moved := map[*place]bool{}
	for i, m := range moves {
		at := slices.IndexFunc(list, func(p *place) bool { return p.product == m.Product })
		if at < 0 {
			c.add(CodeNotFound, "The product is not in this collection.", "moves", index(i), "id")
			continue
		}
		if m.To < 0 {
			c.add(CodeInvalid, "A place is not below 0.", "moves", index(i), "newPosition")
			continue
		}
		p := list[at]
		list = slices.Insert(slices.Delete(list, at, at+1), min(m.To, len(list)-1), p)
		moved[p] = true
	}
	if len(moved) == 0 || !c.ok() {
		return nil
	}
	before := make(map[*place]int64, len(list))
	for _, p := range list {
		before[p] = p.position
	}
	if !squeezeIn(list, moved) {
		for i, p := range list {
			p.position = int64(i+1) * gap
		}
	}
	for _, p := range list {
		if before[p] != p.position {
			changed = append(changed, p)
		}
	}
	return changed
}

// squeezeIn gives moved places positions between those that stay; false where there is no room.
func squeezeIn(list []*place, moved map[*place]bool) bool {
	for i := 0; i < len(list); i++ {
		if !moved[list[i]] {
			if i > 0 && list[i-1].position >= list[i].position {
				return false
			}
			continue
		}
		end := i
		for end < len(list) && moved[list[end]] {
			end++
		}
		n := int64(end - i)
		low := int64(0)
		if i > 0 {
			low = list[i-1].position
		}
		step := int64(gap)
		if end < len(list) {
			step = (list[end].position - low) / (n + 1)
		}
		if step < 1 {
			return false
		}
		for k := range n {
			list[i+int(k)].position = low + (k+1)*step
		}
		i = end - 1
	}
	return true
}

// changeByHand changes which products are in a collection that is chosen by hand.
func (s *Service) changeByHand(ctx context.Context, collection uuid.UUID, change func(tx database.Tx, c *checker) error) (*Collection, fault.Problems, error) {
	return run(ctx, s, "collection.products_changed", gid.ID{}, func(tx database.Tx) (*Collection, fault.Problems, error) {
		c := &checker{}
		r, err := s.store.lockCollection(ctx, tx, collection)
		switch {
		case err != nil:
			return nil, nil, err
		case r == nil:
			c.add(CodeNotFound, "There is no such collection.", "id")
		case r.rules != "":
			c.add(CodeConflict, "The products of this collection are chosen by its rules.", "id")
		}
		if !c.ok() {
			return nil, c.problems, nil
		}
		if err := change(tx, c); err != nil || !c.ok() {
			return nil, c.problems, err
		}
		return s.tellCollection(ctx, tx, r)
	})
}

func (s *Service) tellCollection(ctx context.Context, tx database.Tx, r *collectionRecord) (*Collection, fault.Problems, error) {
	if err := s.store.touchCollection(ctx, tx, r.id, revision.Next(s.clock.Now(), r.written)); err != nil {
		return nil, nil, err
	}
	if err := s.emit(ctx, tx, EventCollectionChanged, CollectionEvent{CollectionID: r.id, Handle: r.handle}); err != nil {
		return nil, nil, err
	}
	return s.rereadCollection(ctx, tx, r.id)
}

// appendMembers puts products at the end of a collection.
func (s *Service) appendMembers(ctx context.Context, tx database.Tx, c *checker, collection uuid.UUID, products []uuid.UUID, field ...string) error {
	there, err := s.store.existing(ctx, tx, products)
	if err != nil {
		return err
	}
	have, err := s.store.members(ctx, tx, []uuid.UUID{collection}, products)
	if err != nil {
		return err
	}
	in := map[uuid.UUID]bool{}
	for _, m := range have {
		in[m.product] = true
	}
	last, err := s.store.lastPosition(ctx, tx, collection)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	var rows [][]any
	for i, p := range products {
		switch {
		case !there[p]:
			c.add(CodeNotFound, "There is no such product.", append(slices.Clone(field), index(i))...)
		case in[p]:
			c.add(CodeTaken, "The product is in this collection already.", append(slices.Clone(field), index(i))...)
		}
		in[p] = true
		rows = append(rows, []any{newID(), collection, p, last + int64(i+1)*gap, true})
	}
	if !c.ok() || len(rows) == 0 {
		return nil
	}
	if err := memberTable.put(ctx, tx, rows, now); err != nil {
		return err
	}
	return s.store.count(ctx, tx, map[uuid.UUID]int{collection: len(rows)})
}

// moves are the collections that a product joins and leaves.
type moves struct{ join, leave []*collectionRecord }

// checkCollections finds the collections that a product is to join or to leave; they must be chosen by hand.
func (s *Service) checkCollections(ctx context.Context, tx database.Tx, c *checker, in ProductChanges) (m moves, err error) {
	find := func(ids []uuid.UUID, field string) (list []*collectionRecord, err error) {
		for i, id := range ids {
			r, err := s.store.lockCollection(ctx, tx, id)
			switch {
			case err != nil:
				return nil, err
			case r == nil:
				c.add(CodeNotFound, "There is no such collection.", "product", field, index(i))
			case r.rules != "":
				c.add(CodeConflict, "The products of this collection are chosen by its rules.", "product", field, index(i))
			default:
				list = append(list, r)
			}
		}
		return list, nil
	}
	if len(in.CollectionsToJoin)+len(in.CollectionsToLeave) > MaxBulk {
		c.add(CodeTooMany, fmt.Sprintf("At most %d collections are named in one call.", MaxBulk), "product", "collectionsToJoin")
		return m, nil
	}
	byID := func(a, b uuid.UUID) int { return cmp.Compare(a.String(), b.String()) }
	if m.join, err = find(slices.SortedFunc(slices.Values(in.CollectionsToJoin), byID), "collectionsToJoin"); err != nil {
		return m, err
	}
	m.leave, err = find(slices.SortedFunc(slices.Values(in.CollectionsToLeave), byID), "collectionsToLeave")
	return m, err
}

// joinAndLeave puts a product into collections and takes it out of others; where it is so already, nothing happens.
func (s *Service) joinAndLeave(ctx context.Context, tx database.Tx, product uuid.UUID, m moves) error {
	have, err := s.store.collectionsOf(ctx, tx, product)
	if err != nil {
		return err
	}
	for _, r := range m.join {
		if _, in := have[r.id]; in {
			continue
		}
		have[r.id] = 1
		if err := s.appendMembers(ctx, tx, &checker{}, r.id, []uuid.UUID{product}); err != nil {
			return err
		}
		if err := s.emit(ctx, tx, EventCollectionChanged, CollectionEvent{CollectionID: r.id, Handle: r.handle}); err != nil {
			return err
		}
	}
	for _, r := range m.leave {
		gone, err := s.store.members(ctx, tx, []uuid.UUID{r.id}, []uuid.UUID{product})
		if err != nil {
			return err
		}
		if len(gone) == 0 {
			continue
		}
		if err := s.store.changeMembers(ctx, tx, nil, gone, s.clock.Now()); err != nil {
			return err
		}
		if err := s.emit(ctx, tx, EventCollectionChanged, CollectionEvent{CollectionID: r.id, Handle: r.handle}); err != nil {
			return err
		}
	}
	return nil
}
