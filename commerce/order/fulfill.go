package order

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// FulfillInput is a shipment to be recorded.
type FulfillInput struct {
	OrderID gid.ID
	// Lines are what is in it; nil is everything that waits.
	Lines []FulfillLineInput
	// LocationID, where it is given, is where all of it is sent from: only units that lie there are in it.
	LocationID gid.ID
	Tracking   Tracking
	Notify     bool   // Notify asks for a mail to the buyer; the event carries it.
	Message    string // a word to the buyer
}

// FulfillLineInput is a line in a shipment.
type FulfillLineInput struct {
	LineID   gid.ID
	Quantity int64
}

// part is a line's share of a shipment, and where it lay.
type part struct {
	line     uuid.UUID
	quantity int64
	from     []inventory.Allocation
}

// Fulfill records that lines of an order went out: never more of a line than waits to be shipped. Fails with
// [fault.Forbidden] where the viewer may not ship from where they lie.
func (s *Service) Fulfill(ctx context.Context, in FulfillInput) (*Fulfillment, fault.Problems, error) {
	if p := in.check(); len(p) > 0 {
		return nil, p, nil
	}
	if p, err := s.checkOrigin(ctx, in.LocationID); err != nil || len(p) > 0 {
		return nil, p, err
	}
	f := &Fulfillment{ID: gid.New(FulfillmentType, s.NewID()), OrderID: in.OrderID.UUID, Status: "SUCCESS", tracking: in.Tracking}
	problems, err := s.change(ctx, in.OrderID, []string{"fulfillment", "orderId"}, func(tx database.Tx, r *record, items []*item) (fault.Problems, error) {
		parts, p := pack(r, items, in.Lines, in.LocationID.UUID)
		if len(p) > 0 {
			return p, nil
		}
		if err := s.permitShipment(ctx, parts); err != nil {
			return nil, err
		}
		return nil, s.fulfill(ctx, tx, r, items, f, parts, in)
	})
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	list, err := s.fulfillments(ctx, "f.id", []uuid.UUID{f.ID.UUID})
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	return list[0], nil, nil
}

func (s *Service) fulfill(ctx context.Context, tx database.Tx, r *record, items []*item, f *Fulfillment, parts []part, in FulfillInput) error {
	n, err := s.store.countFulfillments(ctx, tx, r.id)
	if err != nil {
		return err
	}
	f.CreatedAt, f.Name, f.LocationID = s.Clock.Now(), r.name+"-F"+strconv.FormatInt(n+1, 10), in.LocationID.UUID
	for _, p := range parts {
		if f.LocationID == uuid.Nil && len(p.from) > 0 {
			f.LocationID = p.from[0].LocationID
		}
	}
	if err := s.store.insertFulfillment(ctx, tx, f, parts, s.NewID); err != nil {
		return err
	}
	data := map[string]any{"fulfillment": f.ID.UUID}
	if err := s.save(ctx, tx, r, items, items, "fulfilled", "The shipment "+f.Name+" went out.", data); err != nil {
		return err
	}
	if err := s.audit(ctx, tx, "order.fulfilled", r.id, data); err != nil {
		return err
	}
	return s.announce(ctx, tx, SubjectFulfilled, Fulfilled{OrderID: r.id, FulfillmentID: f.ID.UUID, Notify: in.Notify, Message: in.Message})
}

// pack books what goes into a shipment on the lines. With problems, nothing of it is to be kept.
func pack(r *record, items []*item, want []FulfillLineInput, from uuid.UUID) (parts []part, problems fault.Problems) {
	if r.canceledAt != nil {
		problems.Add(CodeConflict, "The order is canceled.", "fulfillment", "orderId")
		return nil, problems
	}
	byLine := make(map[uuid.UUID]*item, len(items))
	for _, i := range items {
		byLine[i.id] = i
		if n := i.waitingAt(from); want == nil && n > 0 {
			parts = append(parts, part{i.id, n, i.ship(n, from)})
		}
	}
	packed := map[uuid.UUID]int{}
	for n, w := range want {
		i, field := byLine[w.LineID.UUID], []string{"fulfillment", "lineItems", strconv.Itoa(n)}
		switch {
		case i == nil:
			problems.Add(CodeNotFound, "The order has no such line.", append(field, "lineItemId")...)
		case w.Quantity < 1:
			problems.Add(CodeInvalid, "A quantity is 1 or more.", append(field, "quantity")...)
		case w.Quantity > i.waiting():
			problems.Add(CodeExceeds, "Only "+strconv.FormatInt(i.waiting(), 10)+" of this line wait to be shipped.", append(field, "quantity")...)
		case w.Quantity > i.waitingAt(from):
			problems.Add(CodeExceeds, "Only "+strconv.FormatInt(i.waitingAt(from), 10)+" of this line wait at this location.", append(field, "quantity")...)
		default:
			lay := i.ship(w.Quantity, from)
			if at, again := packed[i.id]; again {
				parts[at].quantity, parts[at].from = parts[at].quantity+w.Quantity, join(parts[at].from, lay)
				continue
			}
			packed[i.id] = len(parts)
			parts = append(parts, part{i.id, w.Quantity, lay})
		}
	}
	if len(parts) == 0 && len(problems) == 0 {
		problems.Add(CodeConflict, "Nothing of the order waits to be shipped.", "fulfillment", "lineItems")
	}
	return parts, problems
}

// checkOrigin refuses a place that the shop does not have, and one that the viewer may not ship from: to them it is absent.
func (s *Service) checkOrigin(ctx context.Context, location gid.ID) (problems fault.Problems, err error) {
	if location.IsZero() {
		return nil, nil
	}
	list, err := s.Stock.Locations(ctx)
	if err != nil {
		return nil, err
	}
	there := slices.ContainsFunc(list, func(l inventory.Location) bool { return l.ID.UUID == location.UUID })
	if !there || !s.Policies.Allows(ctx, policy.LocationFulfill, policy.Location{ID: location.UUID}) {
		problems.Add(CodeNotFound, "There is no such location.", "fulfillment", "locationId")
	}
	return problems, nil
}

func (in *FulfillInput) check() fault.Problems {
	p := in.Tracking.check("fulfillment", "trackingInfo")
	if len(in.Lines) > maxLines {
		p.Add(CodeTooMany, "At most 250 lines fit in one shipment.", "fulfillment", "lineItems")
	}
	if utf8.RuneCountInString(in.Message) > maxNote || !utf8.ValidString(in.Message) {
		p.Add(CodeTooLong, "The message is too long: at most 5,000 characters.", "message")
	}
	return p
}

func (t *Tracking) check(field ...string) (p fault.Problems) {
	if len(t.Numbers) > maxParcels || len(t.URLs) > maxParcels {
		p.Add(CodeTooMany, "A shipment has at most 50 parcels.", field...)
		return p
	}
	for _, text := range append(append([]string{t.Company}, t.Numbers...), t.URLs...) {
		if utf8.RuneCountInString(text) > 2000 || !utf8.ValidString(text) || strings.ContainsAny(text, "\n\r\x00") {
			p.Add(CodeInvalid, "A carrier, number or address is one short line of text.", field...)
			return p
		}
	}
	for _, text := range t.URLs {
		if u, err := url.Parse(text); err != nil || text != "" && (u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
			p.Add(CodeInvalid, "A tracking page begins with https://.", append(slices.Clone(field), "url")...)
		}
	}
	return p
}
