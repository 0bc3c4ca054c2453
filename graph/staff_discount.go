package graph

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// The codes of problems with the form of a discount's input: values of DiscountErrorCode.
const (
	codeMissing = "MISSING_ARGUMENT"
	codeTooMany = "TOO_MANY_ARGUMENTS"
	codeInvalid = "INVALID"
)

// offer reads the input of a discount: an intake whose paths begin with the argument's name. What a change leaves out stays
// as it is stored.
type offer struct {
	intake
	root   string
	stored bool
	promotion.Discount
}

func (o *offer) wrong(code, message string, field ...string) {
	o.add(code, message, slices.Concat([]string{o.root}, field)...)
}

// newOffer begins with the stored discount, or with a new one of a method and kind where there is none.
func newOffer(ctx context.Context, root string, stored *promotion.Discount, method promotion.Method, kind promotion.Kind, title *string, starts, ends *time.Time) *offer {
	o := &offer{intake: intake{ctx: ctx}, root: root, Discount: promotion.Discount{Method: method, Kind: kind}}
	if stored != nil {
		o.stored, o.Discount = true, *stored
	}
	if title != nil {
		o.Title = *title
	}
	if starts != nil {
		o.StartsAt = *starts
	}
	switch {
	case ends != nil:
		o.EndsAt = *ends
	case o.cleared("endsAt"):
		o.EndsAt = time.Time{}
	}
	return o
}

// cleared reports whether a change sends null for a field, to take away what is stored.
func (o *offer) cleared(field string) bool { return o.stored && o.gave(o.root, field) }

func (o *offer) code(code *string, once *bool, limit *int) {
	if code != nil {
		o.Code = *code
	}
	if once != nil {
		o.OncePerCustomer = *once
	}
	if limit == nil && o.cleared("usageLimit") {
		o.UsageLimit = 0
	}
	if limit != nil {
		o.UsageLimit = int64(*limit)
		if *limit < 1 {
			o.UsageLimit = -1 // none is not no limit
		}
	}
}

func (o *offer) combines(in *model.DiscountCombinesWithInput) {
	if in == nil {
		return
	}
	yes := func(b *bool) bool { return b != nil && *b }
	o.Config.Combines = promotion.Combines{Order: yes(in.OrderDiscounts), Product: yes(in.ProductDiscounts), Shipping: yes(in.ShippingDiscounts)}
}

// buyers reads who can use it, from the input of now or of before.
func (o *offer) buyers(in *model.DiscountContextInput, old *model.DiscountCustomerSelectionInput) {
	var some *model.DiscountCustomersInput
	field, all := "context", in != nil && in.All != nil
	switch {
	case in != nil && old != nil:
		o.wrong(codeTooMany, "Give context or customerSelection, not both.", "context")
		return
	case in != nil:
		some = in.Customers
	case old != nil:
		field, all, some = "customerSelection", old.All != nil && *old.All, old.Customers
	default:
		return
	}
	switch {
	case all && some != nil:
		o.wrong(codeTooMany, "Give all or customers, not both.", field)
	case some != nil:
		// Nobody left would be everybody.
		if o.Config.Customers = joined(o.Config.Customers, some.Add, some.Remove, "Customer"); len(o.Config.Customers) == 0 {
			o.wrong(codeMissing, "Say who can use it.", field, "customers", "add")
		}
	case all:
		o.Config.Customers = nil
	default:
		o.wrong(codeMissing, "Say who can use it.", field, "customers", "add")
	}
}

// joined is a list with some added and others taken off.
func joined(list []uuid.UUID, add, remove []*gid.ID, typ string) []uuid.UUID {
	out := slices.Clone(list)
	for _, id := range uuidsOf(add, typ) {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	gone := uuidsOf(remove, typ)
	return slices.DeleteFunc(out, func(id uuid.UUID) bool { return slices.Contains(gone, id) })
}

// items reads which things it is about, beginning with those stored. Nothing named is a mistake, never everything.
func (o *offer) items(stored promotion.Target, in *model.DiscountItemsInput, field ...string) (t promotion.Target) {
	if in == nil && o.stored {
		return stored
	}
	given := 0
	if in != nil {
		for _, part := range []bool{in.All != nil && *in.All, in.Collections != nil, in.Products != nil} {
			if part {
				given++
			}
		}
	}
	if given != 1 {
		code := codeMissing
		if given > 1 {
			code = codeTooMany
		}
		o.wrong(code, "Give exactly one of all, collections and products.", field...)
		return t
	}
	if c := in.Collections; c != nil {
		t.Collections = joined(stored.Collections, c.Add, c.Remove, "Collection")
	}
	if p := in.Products; p != nil {
		t.Products = joined(stored.Products, p.ProductsToAdd, p.ProductsToRemove, "Product")
		t.Variants = joined(stored.Variants, p.ProductVariantsToAdd, p.ProductVariantsToRemove, "ProductVariant")
	}
	if (in.All == nil || !*in.All) && len(t.Collections)+len(t.Products)+len(t.Variants) == 0 {
		o.wrong(codeMissing, "Name one thing at least.", field...)
	}
	return t
}

func (o *offer) amount(in *model.MoneyInput, field ...string) map[money.Currency]int64 {
	m := o.money(in, slices.Concat([]string{o.root}, field)...)
	if m == nil {
		return nil
	}
	return map[money.Currency]int64{m.Currency: m.Amount}
}

// minimum reads what has to be in the cart. What contradicts itself, the service says.
func (o *offer) minimum(in *model.DiscountMinimumRequirementInput) {
	if in != nil || o.cleared("minimumRequirement") {
		o.Config.MinQuantity, o.Config.MinSubtotal = 0, nil
	}
	if in == nil {
		return
	}
	if in.Quantity != nil {
		o.Config.MinQuantity = whole(in.Quantity.GreaterThanOrEqualToQuantity)
	}
	if in.Subtotal != nil {
		o.Config.MinSubtotal = o.amount(in.Subtotal.GreaterThanOrEqualToSubtotal, "minimumRequirement", "subtotal", "greaterThanOrEqualToSubtotal")
	}
}

// basic reads what an amount or a percentage is taken off, and how much.
func (o *offer) basic(in *model.DiscountCustomerGetsInput) {
	if in == nil && o.stored {
		return
	}
	if in == nil || in.Value == nil && !o.stored {
		o.wrong(codeMissing, "Say what the discount gives.", "customerGets", "value")
		return
	}
	o.Config.Target = o.items(o.Config.Target, in.Items, "customerGets", "items")
	v := in.Value
	if v == nil {
		return
	}
	o.Config.PPM, o.Config.Amounts, o.Config.Each = 0, nil, ""
	switch {
	case v.DiscountOnQuantity != nil:
		o.wrong(codeInvalid, "A discount on a number of pieces comes with buying others: use discountCodeBxgyCreate.", "customerGets", "value", "discountOnQuantity")
	case v.Percentage != nil && v.DiscountAmount != nil:
		o.wrong(codeTooMany, "Give an amount or a percentage, not both.", "customerGets", "value")
	case v.Percentage != nil:
		o.Kind, o.Config.PPM = promotion.Percentage, ppm(*v.Percentage)
	case v.DiscountAmount != nil:
		o.Kind, o.Config.Each = promotion.Fixed, promotion.EachOrder
		o.Config.Amounts = o.amount(v.DiscountAmount.Amount, "customerGets", "value", "discountAmount", "amount")
		if each := v.DiscountAmount.AppliesOnEachItem; each != nil && *each {
			o.Config.Each = promotion.EachItem
		}
	default:
		o.wrong(codeMissing, "Give an amount or a percentage.", "customerGets", "value")
	}
}

// bxgy reads what has to be bought and what is given for it.
func (o *offer) bxgy(buys *model.DiscountCustomerBuysInput, gets *model.DiscountCustomerGetsInput, uses *int) {
	switch {
	case buys == nil && o.stored:
	case buys != nil && buys.Value == nil && o.stored:
		o.Config.Target = o.items(o.Config.Target, buys.Items, "customerBuys", "items")
	case buys == nil || buys.Value == nil:
		o.wrong(codeMissing, "Say how much has to be bought.", "customerBuys", "value")
	case buys.Value.Amount != nil:
		o.wrong(codeInvalid, "What has to be bought is a number of pieces in this shop.", "customerBuys", "value", "amount")
	default:
		o.Config.Get.Buy = whole(buys.Value.Quantity)
		o.Config.Target = o.items(o.Config.Target, buys.Items, "customerBuys", "items")
	}
	switch {
	case gets == nil && o.stored:
	case gets != nil && gets.Value != nil && (gets.Value.DiscountAmount != nil || gets.Value.Percentage != nil):
		o.wrong(codeInvalid, "Say what is given as discountOnQuantity alone.", "customerGets", "value")
	case gets != nil && gets.Value == nil && o.stored:
		o.Config.Get.Target = o.items(o.Config.Get.Target, gets.Items, "customerGets", "items")
	case gets == nil || gets.Value == nil || gets.Value.DiscountOnQuantity == nil || gets.Value.DiscountOnQuantity.Effect == nil:
		o.wrong(codeMissing, "Say what is given, as discountOnQuantity.", "customerGets", "value", "discountOnQuantity")
	case gets.Value.DiscountOnQuantity.Effect.Amount != nil:
		o.wrong(codeInvalid, "What is given gets cheaper by a share in this shop.", "customerGets", "value", "discountOnQuantity", "effect", "amount")
	default:
		on := gets.Value.DiscountOnQuantity
		o.Config.Get.Quantity = whole(on.Quantity)
		if on.Effect.Percentage != nil {
			o.Config.Get.PPM = ppm(*on.Effect.Percentage)
		}
		o.Config.Get.Target = o.items(o.Config.Get.Target, gets.Items, "customerGets", "items")
	}
	if uses == nil && o.cleared("usesPerOrderLimit") {
		o.Config.Get.MaxUses = 0
	}
	if uses != nil {
		o.Config.Get.MaxUses = int64(*uses)
		if *uses < 1 {
			o.Config.Get.MaxUses = -1
		}
	}
}

// shipping reads the limits of free shipping, of which this shop keeps none.
func (o *offer) shipping(to *model.DiscountShippingDestinationSelectionInput, dearest *model.MoneyInput) {
	if to != nil && to.Countries != nil {
		o.wrong(codeInvalid, "Free shipping is for all countries in this shop.", "destination", "countries")
	}
	if dearest != nil {
		o.wrong(codeInvalid, "Free shipping covers any price in this shop.", "maximumShippingPrice")
	}
}

// ppm is a share as services know it; what is no share is out of their range.
func ppm(share float64) int64 {
	if share > 0 && share <= 1 {
		return int64(math.Round(share * money.PPM))
	}
	return -1
}

func whole(n *uint64) int64 {
	if n == nil {
		return 0
	}
	return int64(min(*n, math.MaxInt32))
}

// paths are where the fields that problems of the service name stand in the inputs.
var paths = map[string][]string{"value": {"customerGets", "value"}, "items": {"customerGets", "items"}, "customers": {"context", "customers", "add"}}

// createOffer makes the discount, unless the form of the input is wrong.
func (r *Resolver) createOffer(ctx context.Context, o *offer) (*discount.Discount, []*model.DiscountUserError, error) {
	if len(o.problems) > 0 {
		return nil, discountErrors(o.problems, ""), nil
	}
	made, ps, err := r.Discounts.Create(ctx, o.Discount)
	return made, discountErrors(rooted(ps, o.root), o.Code), err
}

// rooted puts the fields that problems of the service name where they stand in the argument.
func rooted(ps fault.Problems, root string) fault.Problems {
	for _, p := range ps {
		if inside, ok := paths[p.Field[0]]; ok {
			p.Field = inside
		}
		if p.Field[0] != "id" && p.Field[0] != "ifRevision" {
			p.Field = slices.Concat([]string{root}, p.Field)
		}
	}
	return ps
}

// endOffer ends a discount of a method.
func (r *Resolver) endOffer(ctx context.Context, id gid.ID, method promotion.Method) (*discount.Discount, []*model.DiscountUserError, error) {
	ended, ps, err := r.Discounts.Deactivate(ctx, id.UUID, method)
	return ended, discountErrors(ps, ""), err
}

// discountErrors shows problems, and which code is taken.
func discountErrors(list fault.Problems, code string) []*model.DiscountUserError {
	out := make([]*model.DiscountUserError, len(list))
	for i, p := range coded("DiscountErrorCode", list) {
		out[i] = &model.DiscountUserError{Field: p.Field, Message: p.Message}
		if p.Code != "" {
			out[i].Code = &p.Code
		}
		if p.Code == "TAKEN" && code != "" {
			out[i].ExtraInfo = &code
		}
	}
	return out
}

func codeOffer(ctx context.Context, stored *promotion.Discount, in model.DiscountCodeBasicInput) *offer {
	o := newOffer(ctx, "basicCodeDiscount", stored, promotion.Code, promotion.Percentage, in.Title, in.StartsAt, in.EndsAt)
	o.code(in.Code, in.AppliesOncePerCustomer, in.UsageLimit)
	o.combines(in.CombinesWith)
	o.buyers(in.Context, in.CustomerSelection)
	o.minimum(in.MinimumRequirement)
	o.basic(in.CustomerGets)
	return o
}

func shippingOffer(ctx context.Context, stored *promotion.Discount, in model.DiscountCodeFreeShippingInput) *offer {
	o := newOffer(ctx, "freeShippingCodeDiscount", stored, promotion.Code, promotion.FreeShipping, in.Title, in.StartsAt, in.EndsAt)
	o.code(in.Code, in.AppliesOncePerCustomer, in.UsageLimit)
	o.combines(in.CombinesWith)
	o.buyers(in.Context, in.CustomerSelection)
	o.minimum(in.MinimumRequirement)
	o.shipping(in.Destination, in.MaximumShippingPrice)
	return o
}

func bxgyOffer(ctx context.Context, stored *promotion.Discount, in model.DiscountCodeBxgyInput) *offer {
	o := newOffer(ctx, "bxgyCodeDiscount", stored, promotion.Code, promotion.BuyXGetY, in.Title, in.StartsAt, in.EndsAt)
	o.code(in.Code, in.AppliesOncePerCustomer, in.UsageLimit)
	o.combines(in.CombinesWith)
	o.buyers(in.Context, in.CustomerSelection)
	o.bxgy(in.CustomerBuys, in.CustomerGets, in.UsesPerOrderLimit)
	return o
}

func automaticOffer(ctx context.Context, stored *promotion.Discount, in model.DiscountAutomaticBasicInput) *offer {
	o := newOffer(ctx, "automaticBasicDiscount", stored, promotion.Automatic, promotion.Percentage, in.Title, in.StartsAt, in.EndsAt)
	o.combines(in.CombinesWith)
	o.buyers(in.Context, nil)
	o.minimum(in.MinimumRequirement)
	o.basic(in.CustomerGets)
	return o
}
