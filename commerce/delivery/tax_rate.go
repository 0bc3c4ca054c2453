package delivery

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
	"github.com/rialtohq/rialto/platform/revision"
)

// TaxType is the type of a tax in its global id.
const TaxType = "TaxRate"

// TaxRate is a tax as it is kept.
type TaxRate struct {
	tax.Rate
	ID        uuid.UUID
	Position  int
	CreatedAt time.Time
	UpdatedAt time.Time
}

// NodeID is the tax's global id.
func (r *TaxRate) NodeID() gid.ID { return gid.New(TaxType, r.ID) }

// Revision changes with every write of the tax.
func (r *TaxRate) Revision() *string {
	text := revision.Of(r.UpdatedAt)
	return &text
}

// ProvinceCode is the province that the tax is for; nil for the whole country.
func (r *TaxRate) ProvinceCode() *string {
	if r.Province == "" {
		return nil
	}
	return &r.Province
}

// RatePercentage is the rate in percent, as a decimal.
func (r *TaxRate) RatePercentage() string { return money.Percent(r.PPM) }

// TaxPage is a page of the shop's taxes, in their order.
func (s *Service) TaxPage(ctx context.Context, args keyset.Args) (keyset.Page[*TaxRate], error) {
	all, err := s.store.keptTaxes(ctx, s.db)
	if err != nil {
		return keyset.Page[*TaxRate]{}, err
	}
	return keyset.Slice(args, all, func(r *TaxRate) uuid.UUID { return r.ID })
}

// TaxesByID finds taxes, for who may read or change settings; for others there are none.
func (s *Service) TaxesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*TaxRate, error) {
	if !sees(ctx) {
		return map[uuid.UUID]*TaxRate{}, nil
	}
	all, err := s.store.keptTaxes(ctx, s.db)
	return pick(all, ids, func(r *TaxRate) uuid.UUID { return r.ID }), err
}

// SetTax makes a tax, or changes the one of the same name at the same place. Paths of problems begin with "input".
func (s *Service) SetTax(ctx context.Context, in tax.Rate, ifRevision *string) (*TaxRate, fault.Problems, error) {
	in.Province = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(in.Province)), in.Country+"-")
	return s.writeTax(ctx, "tax_rate.set", func(all []*TaxRate) (before, after *TaxRate, problems fault.Problems) {
		c := &checker{}
		in.Name = c.text(in.Name, true, "input", "name")
		c.tax(in)
		after = &TaxRate{ID: s.store.newID()}
		for _, r := range all {
			after.Position = max(after.Position, r.Position+1)
		}
		if i := slices.IndexFunc(all, func(r *TaxRate) bool {
			return r.Country == in.Country && r.Province == in.Province && r.Name == in.Name
		}); i >= 0 {
			before = all[i]
			copied := *before
			after = &copied
			if stale := revision.Problems(ifRevision, before.UpdatedAt, "input", "ifRevision"); stale != nil {
				return nil, nil, stale
			}
		} else if stale := revision.Problems(ifRevision, time.Time{}, "input", "ifRevision"); stale != nil {
			return nil, nil, stale // what was read has been deleted
		} else if len(all) >= pricing.MaxTaxRates {
			c.add(CodeTooMany, "A shop has at most 500 taxes.", "input")
		}
		after.Rate = in
		return before, after, c.problems
	})
}

// codeOfProvince is the part of an ISO 3166-2 code after its dash.
var codeOfProvince = regexp.MustCompile(`^[A-Z0-9]{1,3}$`)

func (c *checker) tax(r tax.Rate) {
	if !country(r.Country) {
		c.add(CodeInvalid, "There is no such country.", "input", "countryCode")
	}
	if r.Province != "" && !codeOfProvince.MatchString(r.Province) {
		c.add(CodeInvalid, "A province is named by its code, such as CA.", "input", "provinceCode")
	}
	if r.PPM < 0 || r.PPM > money.PPM {
		c.add(CodeRange, "A rate is between 0 and 100 percent.", "input", "ratePercentage")
	}
}

// DeleteTax deletes a tax. Of one that is not there, the path of the problem is "id".
func (s *Service) DeleteTax(ctx context.Context, id uuid.UUID) (fault.Problems, error) {
	_, problems, err := s.writeTax(ctx, "tax_rate.deleted", func(all []*TaxRate) (before, after *TaxRate, problems fault.Problems) {
		before = pick(all, []uuid.UUID{id}, func(r *TaxRate) uuid.UUID { return r.ID })[id]
		if before == nil {
			problems.Add(CodeNotFound, "There is no such tax.", "id")
		}
		return before, nil, problems
	})
	return problems, err
}

func (s *Service) writeTax(ctx context.Context, action string, plan func(all []*TaxRate) (before, after *TaxRate, problems fault.Problems)) (*TaxRate, fault.Problems, error) {
	return change(ctx, s, action, s.store.keptTaxes, s.store.saveTax, plan)
}

func (r *TaxRate) times() (created, updated *time.Time) { return &r.CreatedAt, &r.UpdatedAt }

// record is a tax in the audit trail; nil where there is none.
func (r *TaxRate) record() any {
	if r == nil {
		return nil
	}
	return r.Rate
}
