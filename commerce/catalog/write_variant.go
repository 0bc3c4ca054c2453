package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/revision"
)

// The codes of problems with variants, beside those of products.
const (
	CodeNoOptionValue = "NEED_TO_ADD_OPTION_VALUES"
	CodeUnknownOption = "OPTION_VALUES_FOR_NUMBER_OF_UNKNOWN_OPTIONS"
	CodeIDOnCreate    = "NO_KEY_ON_CREATE"
	CodeTooManyOfAll  = "SUBSCRIPTION_VIOLATION"
	CodeNoVariant     = "PRODUCT_VARIANT_DOES_NOT_EXIST"
	CodeNoVariantID   = "PRODUCT_VARIANT_ID_MISSING"
	CodeForeign       = "AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT"
	CodeLastVariant   = "CANNOT_DELETE_LAST_VARIANT"
	CodeStockOnUpdate = "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE"
	CodeNoLocation    = "NOT_DEFINED_FOR_SHOP"
)

// VariantChanges is a new variant, or changes to one: what is nil stays as it is, or has its usual value when new.
type VariantChanges struct {
	ID      uuid.UUID // which one; none for a new variant
	SKU     *string
	Barcode *string
	// Price is in the shop's currency or in one of its markets'. The former sets the prices that follow from it, too.
	Price *money.Money
	// CompareAt is the former price, in any currency of the shop; ClearCompareAt takes it away in the currency of Price,
	// or in the shop's.
	CompareAt        *money.Money
	ClearCompareAt   bool
	Cost             *money.Money // in the shop's currency
	Weight           *WeightInput
	RequiresShipping *bool
	Taxable          *bool
	Tracked          *bool
	Oversell         *bool
	Options          []OptionChoice
	MediaID          *uuid.UUID
	MediaSource      string // the address of one of the product's pictures, or of those that come along
	Metafields       []MetafieldInput
	Stock            []StockInput // to begin with, of a new variant only
}

// WeightInput is a weight in one of the units of weight.
type WeightInput struct {
	Value float64
	Unit  string
}

// OptionChoice is a value for an option, each named by id or by name. A new name is added to the option.
type OptionChoice struct {
	OptionID, ValueID uuid.UUID
	Option, Value     string
}

// Strategy says what becomes of the variant that a product was created with, once it gets others.
type Strategy string

// The strategies. The default drops it where it was never given an option value of its own.
const (
	DefaultStrategy    Strategy = "DEFAULT"
	PreserveStandalone Strategy = "PRESERVE_STANDALONE_VARIANT"
	RemoveStandalone   Strategy = "REMOVE_STANDALONE_VARIANT"
)

// SavedVariants is a product whose variants were written, and those, in the order of the input.
type SavedVariants struct {
	Product  *Product
	Variants []*Variant
}

// CreateVariants adds variants to a product, all or none, and attaches pictures. Paths of problems begin with "variants",
// "media" or "productId".
func (s *Service) CreateVariants(ctx context.Context, product uuid.UUID, in []VariantChanges, media []MediaInput, strategy Strategy) (*SavedVariants, fault.Problems, error) {
	return run(ctx, s, "product.variants_created", gid.ID{}, func(tx database.Tx) (*SavedVariants, fault.Problems, error) {
		return s.CreateVariantsTx(ctx, tx, product, in, media, strategy)
	})
}

// CreateVariantsTx is [Service.CreateVariants] in the caller's transaction, which must be undone where nothing was saved.
func (s *Service) CreateVariantsTx(ctx context.Context, tx database.Tx, product uuid.UUID, in []VariantChanges, media []MediaInput, strategy Strategy) (*SavedVariants, fault.Problems, error) {
	saved, problems, err := s.writeVariants(ctx, tx, product, in, media, func(c *checker, r *record, list priceList) []*variantRecord {
		if strategy == RemoveStandalone && len(r.variants) == 1 || strategy != PreserveStandalone && r.standalone() {
			r.variants = nil
			for _, o := range r.options {
				o.values = slices.DeleteFunc(o.values, func(w valueRow) bool { return w.name == defaultValue })
			}
		}
		added := make([]*variantRecord, len(in))
		for i, v := range in {
			one := &checker{}
			if v.ID != uuid.Nil {
				one.add(CodeIDOnCreate, "A new variant has no id yet.", "variants", index(i), "id")
			}
			if len(v.Stock) > 0 && v.Tracked == nil {
				counted := true
				v.Tracked = &counted
			}
			fresh := &variantRecord{row: variantRow{id: newID(), unit: "KILOGRAMS", ships: true, taxable: true}, prices: map[money.Currency]price{list.own: {}}}
			if one.change(r, fresh, v, list, i); !one.ok() {
				c.problems = append(c.problems, one.problems...)
				continue
			}
			added[i] = fresh
			r.variants = append(r.variants, fresh)
		}
		if len(r.variants) > MaxVariants {
			c.add(CodeTooManyOfAll, fmt.Sprintf("A product has at most %d variants.", MaxVariants), "variants")
		}
		for _, i := range twins(r, added) {
			c.add(CodeTwice, "Another variant has the same value for each option.", "variants", index(i), "optionValues")
		}
		return added
	})
	if err != nil || len(problems) > 0 || saved == nil {
		return nil, problems, err
	}
	if problems, err := s.open(ctx, tx, in, saved.Variants); err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	return saved, nil, nil
}

// Bulk says how variants are changed.
type Bulk struct {
	Partial    bool    // saves the good entries even when others are refused
	IfRevision *string // refuses all where the product has another revision
}

// UpdateVariants changes variants of a product and attaches pictures. Where one entry is refused none is saved, unless
// how says that the others are. Problems are as with [Service.CreateVariants].
func (s *Service) UpdateVariants(ctx context.Context, product uuid.UUID, in []VariantChanges, media []MediaInput, how Bulk) (*SavedVariants, fault.Problems, error) {
	return run(ctx, s, "product.variants_updated", gid.ID{}, func(tx database.Tx) (*SavedVariants, fault.Problems, error) {
		return s.UpdateVariantsTx(ctx, tx, product, in, media, how)
	})
}

// UpdateVariantsTx is [Service.UpdateVariants] in the caller's transaction, which must be undone where nothing was saved.
func (s *Service) UpdateVariantsTx(ctx context.Context, tx database.Tx, product uuid.UUID, in []VariantChanges, media []MediaInput, how Bulk) (*SavedVariants, fault.Problems, error) {
	var refused fault.Problems
	saved, problems, err := s.writeVariants(ctx, tx, product, in, media, func(c *checker, r *record, list priceList) []*variantRecord {
		if c.problems = append(c.problems, revision.Problems(how.IfRevision, r.written, "ifRevision")...); !c.ok() {
			return nil
		}
		return c.changeAll(r, in, list, how.Partial, &refused)
	})
	return saved, append(problems, refused...), err
}

// writeVariants locks a product, lets change work on a copy and saves it, with the entries' metafields.
func (s *Service) writeVariants(ctx context.Context, tx database.Tx, product uuid.UUID, in []VariantChanges, media []MediaInput, change func(*checker, *record, priceList) []*variantRecord) (*SavedVariants, fault.Problems, error) {
	c := &checker{}
	if len(in) > MaxBulk {
		c.add(CodeInvalid, fmt.Sprintf("At most %d variants are written in one call.", MaxBulk), "variants")
		return nil, c.problems, nil
	}
	list, err := s.priceList(ctx)
	if err != nil {
		return nil, nil, err
	}
	if media, err = s.uploaded(ctx, tx, media); err != nil {
		return nil, nil, err
	}
	var entries []*variantRecord
	problems, err := s.changeProduct(ctx, tx, product, func(c *checker, r *record) {
		c.attach(r, media)
		entries = change(c, r, list)
	})
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	var ids []uuid.UUID
	var fields []metafieldRow
	for i, e := range entries {
		if e == nil {
			continue
		}
		ids = append(ids, e.row.id)
		for _, f := range c.metafields(in[i].Metafields, "variants", index(i), "metafields") {
			f.owner, f.ownerType = e.row.id, "PRODUCTVARIANT"
			fields = append(fields, f)
		}
	}
	if err := s.saveMetafields(ctx, tx, c, fields); err != nil || !c.ok() {
		return nil, c.problems, err
	}
	if len(in) > 0 && len(ids) == 0 {
		return nil, nil, nil
	}
	return s.rereadVariants(ctx, tx, product, ids, list)
}

func (s *Service) rereadVariants(ctx context.Context, tx database.Tx, product uuid.UUID, ids []uuid.UUID, list priceList) (*SavedVariants, fault.Problems, error) {
	p, _, err := s.reread(ctx, tx, product, list)
	if err != nil {
		return nil, nil, err
	}
	variants, err := s.store.variants(ctx, tx, writersView(ctx, list), s.clock.Now(), ids)
	known, err := byID(variants, err, func(v *Variant) uuid.UUID { return v.ID.UUID })
	out := &SavedVariants{Product: p, Variants: make([]*Variant, len(ids))}
	for i, id := range ids {
		out.Variants[i] = known[id]
	}
	return out, nil, err
}

// DeleteVariants deletes variants of a product, all or none. The last one stays. Paths of problems are "variantsIds", with
// a place, or "productId".
func (s *Service) DeleteVariants(ctx context.Context, product uuid.UUID, ids []uuid.UUID) (*Product, fault.Problems, error) {
	return run(ctx, s, "product.variants_deleted", gid.ID{}, func(tx database.Tx) (*Product, fault.Problems, error) {
		return s.DeleteVariantsTx(ctx, tx, product, ids)
	})
}

// DeleteVariantsTx is [Service.DeleteVariants] in the caller's transaction, which must be undone where nothing was saved.
func (s *Service) DeleteVariantsTx(ctx context.Context, tx database.Tx, product uuid.UUID, ids []uuid.UUID) (*Product, fault.Problems, error) {
	list, err := s.priceList(ctx)
	if err != nil {
		return nil, nil, err
	}
	if len(ids) > MaxBulk {
		return nil, nil, fault.New(fault.Invalid, "At most %d variants are deleted in one call.", MaxBulk)
	}
	problems, err := s.changeProduct(ctx, tx, product, func(c *checker, r *record) {
		for i, id := range ids {
			if r.variant(id) == nil {
				c.add(CodeForeign, "The product has no such variant.", "variantsIds", index(i))
			}
		}
		r.variants = slices.DeleteFunc(r.variants, func(v *variantRecord) bool { return slices.Contains(ids, v.row.id) })
		if len(r.variants) == 0 {
			c.add(CodeLastVariant, "A product keeps at least one variant.", "variantsIds")
		}
	})
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	return s.reread(ctx, tx, product, list)
}
