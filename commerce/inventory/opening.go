package inventory

import (
	"context"
	"strconv"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

var _ catalog.Stock = (*Service)(nil)

// OpenTx gives new variants the units that they begin with. Codes of problems are those of variants, and their paths begin
// with the place of the opening in the list; the transaction must be undone where there are any.
func (s *Service) OpenTx(ctx context.Context, tx database.Tx, list []catalog.Opening) (problems fault.Problems, err error) {
	for from := 0; from < len(list); from += MaxChanges {
		count := Count{Reason: Received, Actor: access.From(ctx).Label(), opening: true}
		for _, o := range list[from:min(from+MaxChanges, len(list))] {
			count.Quantities = append(count.Quantities, SetQuantity{VariantID: o.Variant, LocationID: o.Location, Quantity: o.Quantity})
		}
		_, refused, err := s.SetTx(ctx, tx, count)
		if err != nil {
			return nil, err
		}
		for _, p := range refused {
			problems = append(problems, asOpening(p, from))
		}
	}
	return problems, nil
}

// asOpening says of an opening what was said of an entry of a count ("input", "quantities", "0", "locationId").
func asOpening(p *fault.Problem, from int) *fault.Problem {
	out := &fault.Problem{Code: catalog.CodeInvalid, Message: p.Message}
	switch p.Code {
	case CodeUnknownLocation:
		out.Code = catalog.CodeNoLocation
	case CodeNegative:
		out.Code = catalog.CodeNegative
	}
	if len(p.Field) < 4 {
		return out
	}
	place, _ := strconv.Atoi(p.Field[2])
	field := p.Field[3]
	if field == "quantity" {
		field = "availableQuantity"
	}
	out.Field = []string{strconv.Itoa(from + place), field}
	return out
}
