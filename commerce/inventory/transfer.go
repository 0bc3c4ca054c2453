package inventory

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// The states of a transfer.
const (
	TransferDraft      = "DRAFT"         // planned: nothing has moved, nothing is set aside
	TransferReady      = "READY_TO_SHIP" // its units are set aside at the origin
	TransferInProgress = "IN_PROGRESS"   // on its way: its units are incoming at the destination
	TransferDone       = "TRANSFERRED"
	TransferCanceled   = "CANCELED"
)

// MaxTransferLines is how many lines a transfer may have.
const MaxTransferLines = 250

// Transfer is goods on their way from one location to another.
type Transfer struct {
	ID            gid.ID
	Name          string
	Status        string
	OriginID      uuid.UUID
	DestinationID uuid.UUID
	Note          string
	ReferenceName string
	CreatedAt     time.Time
	UpdatedAt     time.Time
	ShippedAt     *time.Time
	EndedAt       *time.Time
}

// TransferLine is units of one variant in a transfer, and what became of them.
type TransferLine struct {
	ID         gid.ID
	TransferID uuid.UUID
	VariantID  uuid.UUID
	Quantity   int64
	Accepted   int64 // received into stock
	Rejected   int64 // arrived, but not fit to be stocked, or never arrived
}

// OpenQuantity is [TransferLine.Left].
func (l *TransferLine) OpenQuantity() int64 { return l.Left() }

// AcceptedQuantity is how many were received into stock.
func (l *TransferLine) AcceptedQuantity() int64 { return l.Accepted }

// RejectedQuantity is how many were not.
func (l *TransferLine) RejectedQuantity() int64 { return l.Rejected }

// TotalQuantity is how many were sent, or are to be.
func (l *TransferLine) TotalQuantity() int64 { return l.Quantity }

// Left is how many units nothing has become of yet.
func (l *TransferLine) Left() int64 { return l.Quantity - l.Accepted - l.Rejected }

// TransferInput is a new transfer.
type TransferInput struct {
	Origin, Destination uuid.UUID
	Lines               []Line
	Note, Reference     string
}

// CreateTransfer plans a transfer as a draft. Paths of problems begin with "input".
func (s *Service) CreateTransfer(ctx context.Context, in TransferInput) (*Transfer, fault.Problems, error) {
	return run(ctx, s, func(tx database.Tx) (*Transfer, fault.Problems, error) {
		ps, err := s.checkTransfer(ctx, tx, &in)
		if err != nil || len(ps) > 0 {
			return nil, ps, err
		}
		now := s.clock.Now()
		number, err := s.store.nextTransfer(ctx, tx)
		if err != nil {
			return nil, nil, err
		}
		t := &Transfer{
			ID: gid.New("InventoryTransfer", s.store.newID()), Name: fmt.Sprintf("#T%04d", number), Status: TransferDraft, OriginID: in.Origin, DestinationID: in.Destination,
			Note: in.Note, ReferenceName: in.Reference, CreatedAt: now, UpdatedAt: now,
		}
		if err := s.store.insertTransfer(ctx, tx, t, in.Lines); err != nil {
			return nil, nil, err
		}
		return t, nil, s.tell(ctx, tx, "inventory_transfer.created", t.ID.String(), map[string]any{"after": t.facts(), "lines": len(in.Lines)})
	})
}

// checkTransfer finds what is wrong with a new transfer.
func (s *Service) checkTransfer(ctx context.Context, tx database.Tx, in *TransferInput) (ps fault.Problems, err error) {
	in.Note, in.Reference = line(&ps, in.Note, "note"), line(&ps, in.Reference, "referenceName")
	switch {
	case len(in.Lines) == 0:
		ps.Add(CodeBlank, "A transfer has one line at least.", "input", "lineItems")
	case len(in.Lines) > MaxTransferLines:
		ps.Add(CodeTooMany, fmt.Sprintf("A transfer has at most %d lines.", MaxTransferLines), "input", "lineItems")
		return ps, nil
	}
	if in.Origin == in.Destination {
		ps.Add(CodeInvalid, "A transfer goes to another location than it comes from.", "input", "destinationLocationId")
	}
	locations, err := s.store.lockLocations(ctx, tx, "SHARE")
	if err != nil {
		return nil, err
	}
	for _, l := range []struct {
		id     uuid.UUID
		action policy.Action
		field  string
	}{{in.Origin, policy.LocationWrite, "originLocationId"}, {in.Destination, policy.LocationRead, "destinationLocationId"}} {
		if !slices.ContainsFunc(locations, func(o Location) bool { return o.ID.UUID == l.id && o.Active }) || !s.allows(ctx, l.action, l.id) {
			ps.Add(CodeNotFound, "There is no such active location.", "input", l.field)
		}
	}
	variants, err := s.store.facts(ctx, tx, variantsOf(in.Lines, nil))
	seen := map[uuid.UUID]bool{}
	for i, l := range in.Lines {
		at := func(field string) []string { return []string{"input", "lineItems", strconv.Itoa(i), field} }
		f, known := variants[l.VariantID]
		switch {
		case !known:
			ps.Add(CodeNotFound, "There is no such item.", at("inventoryItemId")...)
		case !f.tracked:
			ps.Add(CodeInvalid, "The stock of this item is not counted.", at("inventoryItemId")...)
		case seen[l.VariantID]:
			ps.Add(CodeTaken, "This item stands in another line.", at("inventoryItemId")...)
		}
		if seen[l.VariantID] = true; l.Quantity < 1 || l.Quantity > MaxQuantity {
			ps.Add(CodeInvalid, "A quantity is between 1 and "+strconv.Itoa(MaxQuantity)+".", at("quantity")...)
		}
	}
	return ps, err
}

func (t *Transfer) facts() map[string]any {
	return map[string]any{"name": t.Name, "status": t.Status, "origin": locationID(t.OriginID), "destination": locationID(t.DestinationID)}
}

// ref is who holds what a transfer has set aside.
func (t *Transfer) ref() Ref { return Ref("transfer:" + t.ID.UUID.String()) }

// Transfers gives transfers by their ids, with all those absent of which the viewer may read neither end.
func (s *Service) Transfers(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Transfer, error) {
	list, err := s.store.transfers(ctx, s.db, ids)
	out := make(map[uuid.UUID]*Transfer, len(list))
	for _, t := range list {
		if s.sees(ctx, t) {
			out[t.ID.UUID] = t
		}
	}
	return out, err
}

func (s *Service) sees(ctx context.Context, t *Transfer) bool {
	return s.allows(ctx, policy.LocationRead, t.OriginID) || s.allows(ctx, policy.LocationRead, t.DestinationID)
}

// TransferPage gives a page of the transfers, the oldest first, those of a status where the query names one
// (status:in_progress). Fails with [fault.Invalid] for an argument that cannot be meant.
func (s *Service) TransferPage(ctx context.Context, args keyset.Args, query string) (keyset.Page[*Transfer], error) {
	none := keyset.Page[*Transfer]{}
	if err := keyset.CheckQuery(query); err != nil {
		return none, err
	}
	status := ""
	if query = strings.TrimSpace(query); query != "" {
		named, ok := strings.CutPrefix(query, "status:")
		status = strings.ToLower(strings.Trim(named, `"'`))
		if !ok || !slices.Contains([]string{TransferDraft, TransferReady, TransferInProgress, TransferDone, TransferCanceled}, strings.ToUpper(status)) {
			return none, fault.New(fault.Invalid, "Transfers are found by status: status:draft, status:ready_to_ship, status:in_progress, status:transferred or status:canceled.")
		}
	}
	w, err := args.Window(keyset.Order{Name: "transfer", ID: "t.id"})
	if err != nil {
		return none, err
	}
	list, err := s.store.transferPage(ctx, s.db, w, status)
	page := keyset.Cut(w, list, func(t *Transfer) (any, uuid.UUID) { return "", t.ID.UUID })
	return keyset.Swap(page, func(t *Transfer) (*Transfer, bool) { return t, s.sees(ctx, t) }), err
}

// TransferLines gives the lines of transfers, in order.
func (s *Service) TransferLines(ctx context.Context, transfers []uuid.UUID) (map[uuid.UUID][]*TransferLine, error) {
	list, err := s.store.transferLines(ctx, s.db, transfers)
	out := make(map[uuid.UUID][]*TransferLine, len(transfers))
	for _, l := range list {
		out[l.TransferID] = append(out[l.TransferID], l)
	}
	return out, err
}
