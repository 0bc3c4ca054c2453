package discount

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/platform/database"
)

// Buyer names who uses discounts: a signed-in customer by id, and everybody by address of mail. The first name is the one
// that a use is written down under; a use under any of them counts. Empty while nothing is known.
func Buyer(customer *uuid.UUID, email string) (names []string) {
	if customer != nil && *customer != uuid.Nil {
		names = append(names, "customer:"+customer.String())
	}
	if email = strings.ToLower(strings.TrimSpace(email)); email != "" {
		names = append(names, "email:"+email)
	}
	return names
}

// Refused is the error of a use that a discount's rules no longer allow. Nothing was used; the caller's transaction must
// not commit.
type Refused struct {
	DiscountID uuid.UUID
	Reason     promotion.Reason
}

// Error gives the text for logs.
func (r Refused) Error() string { return "discount " + r.DiscountID.String() + ": " + string(r.Reason) }

// UsageTx uses every discount once for ref, or none: the uses count at once, for everybody. A discount that ref has used
// already is passed over, so that a step may be repeated. Discounts are locked in the order of their ids. Fails with
// [Refused]. Dates are not judged: a discount that ended while its buyer paid is still good.
func (s *Service) UsageTx(ctx context.Context, tx database.Tx, discounts []uuid.UUID, ref string, buyer []string) error {
	sorted := slices.SortedFunc(slices.Values(discounts), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	for _, id := range slices.Compact(sorted) {
		if err := s.use(ctx, tx, id, ref, buyer); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) use(ctx context.Context, tx database.Tx, id uuid.UUID, ref string, buyer []string) error {
	// The row is locked before anything is judged: whoever else wants the last use waits here.
	once, free, err := s.store.lockDiscount(ctx, tx, id)
	if database.NoRows(err) {
		return Refused{DiscountID: id, Reason: promotion.NotFound}
	}
	if err != nil {
		return err
	}
	mine, theirs, err := s.store.uses(ctx, tx, id, ref, buyer)
	switch {
	case err != nil || mine > 0:
		return err
	case !free:
		return Refused{DiscountID: id, Reason: promotion.UsageLimitReached}
	case once && theirs > 0:
		return Refused{DiscountID: id, Reason: promotion.CustomerLimit}
	}
	name := ""
	if len(buyer) > 0 {
		name = buyer[0]
	}
	return s.store.insertUse(ctx, tx, id, ref, name, s.clock.Now())
}

// ReleaseUsageTx gives back every use of ref. Without any it does nothing.
func (s *Service) ReleaseUsageTx(ctx context.Context, tx database.Tx, ref string) error {
	return s.store.releaseUses(ctx, tx, ref)
}

// CommitUsageTx ties the uses of ref to the order that came of them.
func (s *Service) CommitUsageTx(ctx context.Context, tx database.Tx, ref string, order uuid.UUID) error {
	return s.store.bindUses(ctx, tx, ref, order)
}
