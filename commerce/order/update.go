package order

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/revision"
)

// UpdateInput is what staff change about an order. A nil part stays as it is.
type UpdateInput struct {
	OrderID          gid.ID
	Note             *string
	Tags             []string // not nil replaces all
	Email            *string
	Phone            *string
	CustomAttributes []*cart.Attribute // not nil replaces all
	ShippingAddress  *customer.AddressInput
	Metafields       []catalog.MetafieldInput
	// IfRevision, where it is given, refuses the change unless the order still has this revision.
	IfRevision *string
}

// Metafields keeps the metafields of orders; *catalog.Service does. Paths of problems begin with "metafields".
type Metafields interface {
	WriteMetafieldsTx(ctx context.Context, tx database.Tx, owner gid.ID, in []catalog.MetafieldInput) (fault.Problems, error)
}

// Update changes what staff keep about an order. The address is refused once something was shipped.
func (s *Service) Update(ctx context.Context, in UpdateInput) (*Order, fault.Problems, error) {
	problems, err := s.change(ctx, in.OrderID, []string{"input", "id"}, func(tx database.Tx, r *record, items []*item) (fault.Problems, error) {
		if p := revision.Problems(in.IfRevision, r.updatedAt, "input", "ifRevision"); len(p) > 0 {
			return p, nil
		}
		before, was := kept(r), *r
		if p := in.apply(r); len(p) > 0 {
			return p, nil
		}
		if len(in.Metafields) == 0 && reflect.DeepEqual(was, *r) {
			return nil, nil // nobody who read the order has to read it again
		}
		if p, err := s.putMetafields(ctx, tx, in); err != nil || len(p) > 0 {
			return p, err
		}
		return nil, s.note(ctx, tx, r, items, "updated", "The order was changed.", map[string]any{"before": before, "after": kept(r)})
	})
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	return s.after(ctx, in.OrderID)
}

// kept is what the record of a change tells of an order. Contact and address are the buyer's: that they changed, another
// read tells.
func kept(r *record) map[string]any {
	return map[string]any{"note": r.note, "tags": r.tags}
}

func (s *Service) putMetafields(ctx context.Context, tx database.Tx, in UpdateInput) (fault.Problems, error) {
	if len(in.Metafields) == 0 {
		return nil, nil
	}
	if s.Metafields == nil {
		return nil, fault.New(fault.Invalid, "Orders have no metafields here.")
	}
	problems, err := s.Metafields.WriteMetafieldsTx(ctx, tx, in.OrderID, in.Metafields)
	for _, p := range problems {
		p.Field = append([]string{"input"}, p.Field...)
	}
	return problems, err
}

// apply puts the changes on an order. With problems, nothing of it is to be kept.
func (in *UpdateInput) apply(r *record) (p fault.Problems) {
	if in.Note != nil {
		if r.note = *in.Note; utf8.RuneCountInString(r.note) > maxNote || !utf8.ValidString(r.note) {
			p.Add(CodeTooLong, "The note is too long: at most 5,000 characters.", "input", "note")
		}
	}
	if in.Tags != nil {
		r.tags = cleanTags(in.Tags, &p, "input", "tags")
	}
	if in.Email != nil {
		email, flaw := identity.NormalizeEmail(*in.Email)
		if r.email = email; flaw != identity.EmailOK && flaw != identity.EmailBlank {
			p.Add(CodeInvalid, "This is not an email address.", "input", "email")
		}
	}
	if in.Phone != nil {
		phone, ok := identity.NormalizePhone(*in.Phone)
		if r.phone = phone; !ok && strings.TrimSpace(*in.Phone) != "" {
			p.Add(CodeInvalid, "Write the phone number with its country: +1 555 123 4567.", "input", "phone")
		}
	}
	if in.CustomAttributes != nil {
		r.attributes = in.CustomAttributes
		checkAttributes(in.CustomAttributes, &p)
	}
	if in.ShippingAddress != nil {
		in.address(r, &p)
	}
	return p
}

func checkAttributes(list []*cart.Attribute, p *fault.Problems) {
	if len(list) > maxAttributes {
		p.Add(CodeTooMany, "An order has at most 100 custom attributes.", "input", "customAttributes")
	}
	for n, a := range list {
		if a.Key == "" {
			p.Add(CodeBlank, "A custom attribute needs a key.", "input", "customAttributes", strconv.Itoa(n), "key")
		}
		if len(a.Key) > maxText {
			p.Add(CodeTooLong, "The key of a custom attribute has at most "+strconv.Itoa(maxText)+" bytes.", "input", "customAttributes", strconv.Itoa(n), "key")
		}
		if a.Value != nil && len(*a.Value) > maxNote {
			p.Add(CodeTooLong, "The value of a custom attribute has at most "+strconv.Itoa(maxNote)+" bytes.", "input", "customAttributes", strconv.Itoa(n), "value")
		}
	}
}

func (in *UpdateInput) address(r *record, p *fault.Problems) {
	if r.fulfillment != Unfulfilled {
		p.Add(CodeConflict, "Something was shipped already: the address stays.", "input", "shippingAddress")
		return
	}
	var old customer.Postal
	if r.shipTo != nil {
		old = *r.shipTo
	}
	now, problems := in.ShippingAddress.Apply(old, customer.AddressRule{Complete: true, Codes: true}, "input", "shippingAddress")
	for _, q := range problems {
		switch q.Code {
		case CodeBlank, CodeTooLong, CodeInvalid:
		default:
			q.Code = CodeInvalid
		}
		*p = append(*p, q)
	}
	r.shipTo = &now
}

// cleanTags trims tags, and keeps each once.
func cleanTags(tags []string, p *fault.Problems, field ...string) []string {
	out := make([]string, 0, len(tags))
	seen := map[string]bool{}
	for n, t := range tags {
		t = strings.TrimSpace(t)
		if t == "" || seen[t] {
			continue
		}
		if utf8.RuneCountInString(t) > maxTag || !utf8.ValidString(t) {
			p.Add(CodeTooLong, "A tag has at most 40 characters.", append(slices.Clone(field), strconv.Itoa(n))...)
			continue
		}
		seen[t] = true
		out = append(out, t)
	}
	if len(out) > maxTags {
		p.Add(CodeTooMany, "An order has at most 250 tags.", field...)
	}
	return out
}
