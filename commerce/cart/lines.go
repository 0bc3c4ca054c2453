package cart

import (
	"context"
	"math"
	"strconv"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// LineInput is one thing to put in a cart.
type LineInput struct {
	MerchandiseID gid.ID
	Quantity      int64 // Quantity is 1 or more.
	Attributes    []*Attribute
}

// LineUpdate is a change of a line. What is nil stays.
type LineUpdate struct {
	ID            gid.ID
	MerchandiseID *gid.ID
	Quantity      *int64 // Quantity of 0 takes the line out.
	Attributes    *[]*Attribute
}

// AddLines puts merchandise in a cart. More of the same thing makes its line grow; more than there is in stock is lowered
// to what there is, with a warning.
func (s *Service) AddLines(ctx context.Context, id gid.ID, lines []LineInput) (*Cart, fault.Problems, []Warning, error) {
	if len(lines) > MaxEntries {
		return s.refuse(ctx, id, "CART_TOO_LARGE", "Add at most 250 entries at once.", "lines")
	}
	n := needs{stock: true}
	for _, l := range lines {
		n.variants = append(n.variants, l.MerchandiseID.UUID)
	}
	return s.edit(ctx, id, n, func(c *change) { c.addLines(lines, "lines") })
}

// UpdateLines changes lines that are in a cart. A line that becomes the same as another is merged into that one.
func (s *Service) UpdateLines(ctx context.Context, id gid.ID, updates []LineUpdate) (*Cart, fault.Problems, []Warning, error) {
	if len(updates) > MaxEntries {
		return s.refuse(ctx, id, "CART_TOO_LARGE", "Change at most 250 entries at once.", "lines")
	}
	n := needs{stock: true}
	for _, u := range updates {
		if u.MerchandiseID != nil {
			n.variants = append(n.variants, u.MerchandiseID.UUID)
		}
	}
	return s.edit(ctx, id, n, func(c *change) {
		for i, u := range updates {
			c.updateLine(u, "lines", strconv.Itoa(i))
		}
	})
}

// RemoveLines takes lines out of a cart.
func (s *Service) RemoveLines(ctx context.Context, id gid.ID, lines []gid.ID) (*Cart, fault.Problems, []Warning, error) {
	if len(lines) > MaxLines {
		return s.refuse(ctx, id, "CART_TOO_LARGE", "Take out at most 500 lines at once.", "lineIds")
	}
	return s.edit(ctx, id, needs{}, func(c *change) {
		for i, line := range lines {
			if line.Type != "CartLine" || c.cart.line(line.UUID) == nil {
				c.problems.Add("INVALID_MERCHANDISE_LINE", "The cart has no such line.", "lineIds", strconv.Itoa(i))
				continue
			}
			c.cart.remove(line.UUID)
		}
	})
}

// refuse answers a call that is not worth trying with the cart as it is.
func (s *Service) refuse(ctx context.Context, id gid.ID, code, message string, field ...string) (*Cart, fault.Problems, []Warning, error) {
	return s.refuseAll(ctx, id, fault.Problems{{Code: code, Message: message, Field: field}})
}

func (s *Service) refuseAll(ctx context.Context, id gid.ID, problems fault.Problems) (*Cart, fault.Problems, []Warning, error) {
	view, err := s.Get(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil, noCart(), nil, nil
	}
	return view, problems, nil, err
}

func (c *change) addLines(lines []LineInput, field ...string) {
	for i, in := range lines {
		c.addLine(in, path(field, strconv.Itoa(i))...)
	}
}

func (c *change) addLine(in LineInput, field ...string) {
	if !c.sold(in.MerchandiseID, field) || !c.amount(in.Quantity, 1, field) {
		return
	}
	attributes, ok := c.attributes(in.Attributes, path(field, "attributes")...)
	if !ok {
		return
	}
	variant, key := in.MerchandiseID.UUID, keyOf(attributes)
	line := c.cart.same(variant, key, uuid.Nil)
	want, own := in.Quantity, uuid.Nil
	if line != nil {
		want, own = want+line.Quantity, line.ID
	}
	if !c.amount(want, 1, field) {
		return
	}
	room := c.room(variant, own)
	switch {
	case room <= 0 && line == nil:
		c.warn("MERCHANDISE_OUT_OF_STOCK", "This is sold out.", c.id)
		return
	case room <= 0:
		c.warn("MERCHANDISE_OUT_OF_STOCK", "There are no more of this.", lineID(line.ID))
		return
	}
	if line == nil {
		// The place of the line in the list is found again once the list has grown.
		c.cart.Lines = append(c.cart.Lines, StoredLine{ID: c.newID(), VariantID: variant, Attributes: attributes, CreatedAt: c.now, key: key})
		line = &c.cart.Lines[len(c.cart.Lines)-1]
	}
	line.Quantity = c.cut(want, room, line.ID)
}

func (c *change) updateLine(u LineUpdate, field ...string) {
	line := c.cart.line(u.ID.UUID)
	if u.ID.Type != "CartLine" || line == nil {
		c.problems.Add("INVALID_MERCHANDISE_LINE", "The cart has no such line.", path(field, "id")...)
		return
	}
	want := line.Quantity
	if u.Quantity != nil {
		if want = *u.Quantity; !c.amount(want, 0, field) {
			return
		}
	}
	if want == 0 {
		c.cart.remove(line.ID)
		return
	}
	merchandise := gid.New("ProductVariant", line.VariantID)
	if u.MerchandiseID != nil {
		merchandise = *u.MerchandiseID
	}
	if !c.sold(merchandise, field) {
		return
	}
	attributes, key := line.Attributes, line.key
	if u.Attributes != nil {
		var ok bool
		if attributes, ok = c.attributes(*u.Attributes, path(field, "attributes")...); !ok {
			return
		}
		key = keyOf(attributes)
	}
	c.become(line, merchandise.UUID, attributes, key, want, u.Quantity != nil, field)
}

// become makes a line another one, merged with the line that is the same already. Stock is looked at when pieces or
// variant change: a new engraving is not a reason to take goods out of a cart.
func (c *change) become(line *StoredLine, variant uuid.UUID, attributes []*Attribute, key string, want int64, counted bool, field []string) {
	own := line.ID
	moved := variant != line.VariantID
	twin := c.cart.same(variant, key, own)
	if twin != nil {
		want += twin.Quantity
	}
	if !c.amount(want, 1, field) {
		return
	}
	if counted || moved {
		room := c.room(variant, own)
		if twin != nil {
			room = c.room(variant, own, twin.ID)
		}
		if room <= 0 {
			c.warn("MERCHANDISE_OUT_OF_STOCK", "This is sold out.", lineID(own))
			return
		}
		want = c.cut(want, room, own)
	}
	if twin != nil {
		twin.Quantity = want
		c.cart.remove(own)
		return
	}
	line.VariantID, line.Attributes, line.key, line.Quantity = variant, attributes, key, want
}

// sold refuses what is not for sale here.
func (c *change) sold(merchandise gid.ID, field []string) bool {
	if merchandise.Type == "ProductVariant" && c.shelf.sells(merchandise.UUID) != nil {
		return true
	}
	c.problems.Add("MERCHANDISE_NOT_APPLICABLE", "This cannot be bought: it does not exist or is not sold here.", path(field, "merchandiseId")...)
	return false
}

// amount refuses numbers of pieces that a line cannot have.
func (c *change) amount(n, least int64, field []string) bool {
	switch {
	case n < least:
		c.problems.Add("INVALID", "The quantity is "+strconv.FormatInt(least, 10)+" or more.", path(field, "quantity")...)
		return false
	case n > MaxQuantity:
		c.problems.Add("MAXIMUM_EXCEEDED", "A line holds at most 1,000,000 pieces.", path(field, "quantity")...)
		return false
	}
	return true
}

// room is how many pieces of a variant a line may have: what is in stock, less what is on other lines.
func (c *change) room(variant uuid.UUID, own ...uuid.UUID) int64 {
	stock := c.shelf.stock[variant]
	if !stock.Tracked || stock.Oversell {
		return math.MaxInt64
	}
	room := stock.Available
next:
	for i := range c.cart.Lines {
		l := &c.cart.Lines[i]
		for _, id := range own {
			if l.ID == id {
				continue next
			}
		}
		if l.VariantID == variant {
			room -= l.Quantity
		}
	}
	return room
}

// cut lowers a number of pieces to what there is room for, and says so.
func (c *change) cut(want, room int64, line uuid.UUID) int64 {
	if want <= room {
		return want
	}
	c.warn("MERCHANDISE_NOT_ENOUGH_STOCK", "Only "+strconv.FormatInt(room, 10)+" of this are left; the quantity was lowered.", lineID(line))
	return room
}

// path is a field's path with more behind it. It never shares memory with what it continues.
func path(field []string, more ...string) []string {
	return append(append(make([]string, 0, len(field)+len(more)), field...), more...)
}
