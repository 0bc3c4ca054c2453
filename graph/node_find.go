package graph

import (
	"context"

	"github.com/google/uuid"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// unfound are the types of nodes that node(id:) does not find, each with the reason.
var unfound = map[string]string{
	"AppliedGiftCard":         "is one cart's or checkout's, whose key is asked for",
	"Article":                 "there are no blogs",
	"Blog":                    "there are no blogs",
	"CartLine":                "is one cart's, whose key is asked for",
	"ComponentizableCartLine": "is one cart's, and there are none",
	"DiscountNode":            "has the id of its DiscountCodeNode or DiscountAutomaticNode, which are found",
	"ExternalVideo":           "there are only pictures",
	"MediaPresentation":       "there are only pictures",
	"Metaobject":              "there are none",
	"Model3d":                 "there are only pictures",
	"Video":                   "there are only pictures",
}

// staffOnly is a finder for who works for the shop and has one of some scopes; for others there is nothing to be found.
func staffOnly(find finder, scopes ...string) finder {
	return func(ctx context.Context, ids []gid.ID, out map[gid.ID]model.Any) error {
		actor := iam.From(ctx)
		for _, scope := range scopes {
			if actor.Works() && actor.Can(scope) {
				return find(ctx, ids, out)
			}
		}
		return nil
	}
}

func (r *Resolver) findShop(ctx context.Context, ids []gid.ID, out map[gid.ID]model.Any) error {
	s, err := r.Shops.Current(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if id.UUID == s.ID.UUID {
			out[id] = s
		}
	}
	return nil
}

func (r *Resolver) findMenus(ctx context.Context, ids []gid.ID, out map[gid.ID]model.Any) error {
	for _, id := range ids {
		m, err := r.Content.MenuByID(ctx, id.UUID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		announceMenu(ctx, m)
		out[id] = m
	}
	return nil
}

// findMenuItems finds entries of menus by the menus that they stand in.
func (r *Resolver) findMenuItems(ctx context.Context, ids []gid.ID, out map[gid.ID]model.Any) error {
	found, err := r.Content.MenuItems(ctx, uuidsOfIDs(ids))
	if err != nil {
		return err
	}
	for _, m := range found.Menus {
		announceMenu(ctx, m)
	}
	for _, id := range ids {
		if item := found.Items[id.UUID]; item != nil {
			out[id] = item
		}
	}
	return nil
}

func (r *Resolver) findPolicies(ctx context.Context, ids []gid.ID, out map[gid.ID]model.Any) error {
	s, err := r.Shops.Current(ctx)
	if err != nil {
		return err
	}
	for _, p := range s.Policies {
		shown := r.policy(s, p.Kind)
		for _, id := range ids {
			if id.UUID == shown.ID.UUID {
				out[id] = shown
			}
		}
	}
	return nil
}

// optionsOf reads the options of the products that options or values of options belong to, as far as the viewer sees these.
func (r *Resolver) optionsOf(ctx context.Context, ids []gid.ID) (map[uuid.UUID][]*catalog.Option, error) {
	owners, err := r.Catalog.ProductsOfOptions(ctx, uuidsOfIDs(ids))
	if err != nil || len(owners) == 0 {
		return nil, err
	}
	seen, err := r.productsByID(ctx, owners)
	if err != nil {
		return nil, err
	}
	visible := make([]uuid.UUID, 0, len(seen))
	for id := range seen {
		visible = append(visible, id)
	}
	return r.Catalog.Options(ctx, visible)
}

func (r *Resolver) findOptions(ctx context.Context, ids []gid.ID, out map[gid.ID]model.Any) error {
	found, err := r.optionsOf(ctx, ids)
	for _, options := range found {
		for _, o := range options {
			place(ids, o.ID, o, out)
		}
	}
	return err
}

func (r *Resolver) findOptionValues(ctx context.Context, ids []gid.ID, out map[gid.ID]model.Any) error {
	found, err := r.optionsOf(ctx, ids)
	for _, options := range found {
		for _, o := range options {
			for _, v := range o.OptionValues {
				place(ids, v.ID, v, out)
			}
		}
	}
	return err
}

// place puts a thing where its id was asked for.
func place(ids []gid.ID, id gid.ID, v model.Any, out map[gid.ID]model.Any) {
	for _, asked := range ids {
		if asked.UUID == id.UUID {
			out[asked] = v
		}
	}
}

func uuidsOfIDs(ids []gid.ID) []uuid.UUID {
	plain := make([]uuid.UUID, len(ids))
	for i, id := range ids {
		plain[i] = id.UUID
	}
	return plain
}

// visibleCustomers gives the viewer's own account, and to staff who may read customers those of the shop.
func (r *Resolver) visibleCustomers(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*customer.Customer, error) {
	actor := iam.From(ctx)
	if !actor.Works() || !actor.Can(iam.CustomersRead) {
		var own []uuid.UUID
		for _, id := range ids {
			if actor.Kind == iam.Customer && id == actor.ID {
				own = append(own, id)
			}
		}
		if ids = own; len(ids) == 0 {
			return nil, nil //nolint:nilnil // a map without entries
		}
	}
	return r.customersByID(ctx, ids)
}

func (r *Resolver) returnsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*order.Return, error) {
	found, err := r.Orders.ReturnsByID(ctx, ids)
	for _, e := range found {
		oneReturn(ctx, e)
	}
	return found, err
}

func (r *Resolver) transactionsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*payment.Transaction, error) {
	found, err := r.Payments.ByIDs(ctx, ids)
	out := make(map[uuid.UUID]*payment.Transaction, len(found))
	for id, t := range found {
		out[id] = &t
	}
	return out, err
}

func (r *Resolver) codeNodes(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*model.DiscountCodeNode, error) {
	found, err := r.Discounts.ByIDs(ctx, ids)
	out := make(map[uuid.UUID]*model.DiscountCodeNode, len(found))
	for _, d := range found {
		if d.Method != promotion.Automatic {
			out[d.ID] = r.codeNode(d)
		}
	}
	return out, err
}

func (r *Resolver) automaticNodes(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*model.DiscountAutomaticNode, error) {
	found, err := r.Discounts.ByIDs(ctx, ids)
	out := make(map[uuid.UUID]*model.DiscountAutomaticNode, len(found))
	for _, d := range found {
		if d.Method == promotion.Automatic {
			out[d.ID] = r.automaticNode(d)
		}
	}
	return out, err
}
