package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// What becomes of variants when an option is deleted.
const (
	DeleteSingle      = "DEFAULT"         // options with one value only
	DeleteHarmless    = "NON_DESTRUCTIVE" // where all variants stay different from each other
	DeleteByPosition  = "POSITION"        // of variants that become the same, the first stays
	maxOptionsAtATime = 2 * MaxOptions
)

// change changes one product and gives it as it is now. A product that is not there is a problem of "productId".
func (s *Service) change(ctx context.Context, product uuid.UUID, action string, f func(c *checker, r *record)) (*Product, fault.Problems, error) {
	return run(ctx, s, action, gid.ID{}, func(tx database.Tx) (*Product, fault.Problems, error) {
		list, err := s.priceList(ctx)
		if err != nil {
			return nil, nil, err
		}
		problems, err := s.changeProduct(ctx, tx, product, f)
		for _, p := range problems {
			if p.Code == CodeNoProduct {
				p.Code = CodeNotFound
			}
		}
		if err != nil || len(problems) > 0 {
			return nil, problems, err
		}
		return s.reread(ctx, tx, product, list)
	})
}

// CreateOptions adds options behind those that a product has. Variants that are there get the first value of each; with
// fill, the combinations that are missing become variants, priced as the first. Paths of problems begin with "options".
func (s *Service) CreateOptions(ctx context.Context, product uuid.UUID, in []OptionInput, fill bool) (*Product, fault.Problems, error) {
	return s.change(ctx, product, "product.options_created", func(c *checker, r *record) {
		if r.standalone() {
			r.options, r.variants[0].values = nil, nil
		}
		if len(in) == 0 {
			c.add(CodeBlank, "Name an option at least.", "options")
		}
		if len(r.options)+len(in) > MaxOptions {
			c.add(CodeTooMany, fmt.Sprintf("A product has at most %d options.", MaxOptions), "options")
			return
		}
		for i, o := range in {
			c.addOption(r, o, index(i))
		}
		if fill && c.ok() {
			c.fill(r, func([]string) bool { return true }, "options")
		}
	})
}

func (c *checker) addOption(r *record, in OptionInput, at string) {
	row := &optionRow{name: c.required(in.Name, maxName, "options", at, "name")}
	if r.option(row.name) != nil {
		c.add(CodeTaken, "The product has an option of this name.", "options", at, "name")
	}
	if len(in.Values) == 0 || len(in.Values) > MaxVariants {
		c.add(CodeBlank, fmt.Sprintf("An option has from 1 to %d values.", MaxVariants), "options", at, "values")
		return
	}
	for j, v := range in.Values {
		c.addValue(row, v, "options", at, "values", index(j), "name")
	}
	r.options = append(r.options, row)
	for _, v := range r.variants {
		v.values = append(v.values, row.values[0].name)
	}
}

// addValue adds a value that the option does not have yet.
func (c *checker) addValue(o *optionRow, name string, field ...string) {
	name = c.required(name, maxName, field...)
	if o.value(name) != nil {
		c.add(CodeTaken, "The option has this value already.", field...)
	}
	o.values = append(o.values, valueRow{name: name})
}

func (r *record) option(name string) *optionRow {
	for _, o := range r.options {
		if strings.EqualFold(o.name, name) {
			return o
		}
	}
	return nil
}

// fill adds the variants that are missing among all combinations of option values, those that wanted says.
func (c *checker) fill(r *record, wanted func(values []string) bool, field string) {
	total := 1
	for _, o := range r.options {
		if total *= len(o.values); total > MaxVariants {
			c.add(CodeTooMany, fmt.Sprintf("A product has at most %d variants.", MaxVariants), field)
			return
		}
	}
	there := make(map[string]bool, len(r.variants))
	for _, v := range r.variants {
		there[OptionKey(v.values)] = true
	}
	first := r.variants[0]
	for n := range total {
		values := make([]string, len(r.options))
		for i := len(r.options) - 1; i >= 0; i-- {
			values[i] = r.options[i].values[n%len(r.options[i].values)].name
			n /= len(r.options[i].values)
		}
		if there[OptionKey(values)] || !wanted(values) {
			continue
		}
		row := first.row
		row.id, row.sku, row.barcode = newID(), "", ""
		r.variants = append(r.variants, &variantRecord{row: row, values: values, prices: maps.Clone(first.prices)})
	}
}

// OptionChanges are changes to one option of a product: what is nil or empty stays as it is.
type OptionChanges struct {
	ID       uuid.UUID
	Name     *string
	Position *int // among the options, from 1
	Add      []string
	Rename   []ValueName
	Delete   []uuid.UUID
	// Manage says that variants follow: those of a value that is deleted are deleted, and a value that is added is
	// combined with all others. Otherwise a value that a variant has is not deleted, and no variant is made.
	Manage bool
}

// ValueName is a new name for a value.
type ValueName struct {
	ID   uuid.UUID
	Name string
}

// UpdateOption changes an option: first its values are renamed, then deleted, then added. Paths of problems begin with
// "option", "optionValuesToUpdate", "optionValuesToDelete" or "optionValuesToAdd".
func (s *Service) UpdateOption(ctx context.Context, product uuid.UUID, in OptionChanges) (*Product, fault.Problems, error) {
	return s.change(ctx, product, "product.option_updated", func(c *checker, r *record) {
		at := slices.IndexFunc(r.options, func(o *optionRow) bool { return o.id == in.ID })
		if at < 0 {
			c.add(CodeNotFound, "The product has no such option.", "option", "id")
			return
		}
		if len(in.Add)+len(in.Rename)+len(in.Delete) > MaxVariants {
			c.add(CodeTooMany, fmt.Sprintf("At most %d values are changed in one call.", MaxVariants), "option")
			return
		}
		o := r.options[at]
		if in.Name != nil {
			name := c.required(*in.Name, maxName, "option", "name")
			if other := r.option(name); other != nil && other != o {
				c.add(CodeTaken, "The product has an option of this name.", "option", "name")
			}
			o.name = name
		}
		c.renameValues(r, o, at, in.Rename)
		c.deleteValues(r, o, at, in)
		c.addValues(r, o, at, in)
		if in.Position != nil && c.ok() {
			c.moveOption(r, at, *in.Position)
		}
	})
}

func (c *checker) renameValues(r *record, o *optionRow, at int, list []ValueName) {
	for i, v := range list {
		n := slices.IndexFunc(o.values, func(w valueRow) bool { return w.id == v.ID })
		if n < 0 {
			c.add(CodeNotFound, "The option has no such value.", "optionValuesToUpdate", index(i), "id")
			continue
		}
		name := c.required(v.Name, maxName, "optionValuesToUpdate", index(i), "name")
		if other := o.value(name); other != nil && other.id != v.ID {
			c.add(CodeTaken, "The option has this value already.", "optionValuesToUpdate", index(i), "name")
			continue
		}
		for _, w := range r.variants {
			if w.values[at] == o.values[n].name {
				w.values[at] = name
			}
		}
		o.values[n].name = name
	}
}

func (c *checker) deleteValues(r *record, o *optionRow, at int, in OptionChanges) {
	for i, id := range in.Delete {
		n := slices.IndexFunc(o.values, func(w valueRow) bool { return w.id == id })
		if n < 0 {
			c.add(CodeNotFound, "The option has no such value.", "optionValuesToDelete", index(i))
			continue
		}
		name := o.values[n].name
		has := func(v *variantRecord) bool { return v.values[at] == name }
		if !in.Manage && slices.ContainsFunc(r.variants, has) {
			c.add(CodeConflict, "Variants have this value. Delete them first, or let variants be managed.", "optionValuesToDelete", index(i))
			continue
		}
		r.variants = slices.DeleteFunc(r.variants, has)
		o.values = slices.Delete(o.values, n, n+1)
	}
	if len(r.variants) == 0 {
		c.add(CodeConflict, "A product keeps at least one variant.", "optionValuesToDelete")
	}
}

func (c *checker) addValues(r *record, o *optionRow, at int, in OptionChanges) {
	added := map[string]bool{}
	for i, name := range in.Add {
		c.addValue(o, name, "optionValuesToAdd", index(i), "name")
		added[o.values[len(o.values)-1].name] = true
	}
	if in.Manage && len(added) > 0 && c.ok() {
		c.fill(r, func(values []string) bool { return added[values[at]] }, "optionValuesToAdd")
	}
}

func (c *checker) moveOption(r *record, at, position int) {
	if position < 1 || position > len(r.options) {
		c.add(CodeInvalid, fmt.Sprintf("A position is a number from 1 to %d.", len(r.options)), "option", "position")
		return
	}
	order := make([]int, 0, len(r.options))
	for i := range r.options {
		if i != at {
			order = append(order, i)
		}
	}
	r.arrange(slices.Insert(order, position-1, at))
}

// arrange puts options, and the values of variants with them, into an order of their places.
func (r *record) arrange(order []int) {
	options := make([]*optionRow, len(order))
	for i, from := range order {
		options[i] = r.options[from]
	}
	for _, v := range r.variants {
		values := make([]string, len(order))
		for i, from := range order {
			values[i] = v.values[from]
		}
		v.values = values
	}
	r.options = options
}

// DeleteOptions deletes options of a product. What becomes of its variants, the strategy says. Paths of problems are
// "options", with a place.
func (s *Service) DeleteOptions(ctx context.Context, product uuid.UUID, ids []uuid.UUID, strategy string) (*Product, fault.Problems, error) {
	return s.change(ctx, product, "product.options_deleted", func(c *checker, r *record) {
		if len(ids) > maxOptionsAtATime {
			c.add(CodeTooMany, "A product has fewer options.", "options")
			return
		}
		for i, id := range ids {
			at := slices.IndexFunc(r.options, func(o *optionRow) bool { return o.id == id })
			switch {
			case at < 0:
				c.add(CodeNotFound, "The product has no such option.", "options", index(i))
				continue
			case (strategy == "" || strategy == DeleteSingle) && len(r.options[at].values) > 1:
				c.add(CodeConflict, "The option has more than one value.", "options", index(i))
				continue
			}
			r.options = slices.Delete(r.options, at, at+1)
			for _, v := range r.variants {
				v.values = slices.Delete(v.values, at, at+1)
			}
		}
		if len(r.options) == 0 {
			r.options = []*optionRow{{name: defaultOption}}
			for _, v := range r.variants {
				v.values = []string{defaultValue}
			}
		}
		seen := map[string]bool{}
		left := slices.DeleteFunc(slices.Clone(r.variants), func(v *variantRecord) bool {
			key := OptionKey(v.values)
			again := seen[key]
			seen[key] = true
			return again
		})
		if len(left) < len(r.variants) && strategy != DeleteByPosition {
			c.add(CodeConflict, "Variants would be the same without it.", "options")
		}
		r.variants = left
	})
}

// OptionOrder names an option, by id or name, and values of it, in the order in which they are to stand.
type OptionOrder struct {
	ID     uuid.UUID
	Name   string
	Values []ValueName // by id, or by name where the id is nil
}

// ReorderOptions puts options and their values into an order; those that are not named follow as they stood. Variants are
// sorted by their values then. Paths of problems begin with "options".
func (s *Service) ReorderOptions(ctx context.Context, product uuid.UUID, in []OptionOrder) (*Product, fault.Problems, error) {
	return s.change(ctx, product, "product.options_reordered", func(c *checker, r *record) {
		var order []int
		for i, o := range in {
			at := slices.IndexFunc(r.options, func(row *optionRow) bool {
				return row.id == o.ID || o.ID == uuid.Nil && strings.EqualFold(row.name, strings.TrimSpace(o.Name))
			})
			if at < 0 || slices.Contains(order, at) {
				c.add(CodeNotFound, "The product has no such option, or it is named twice.", "options", index(i))
				continue
			}
			order = append(order, at)
			c.sortValues(r.options[at], o.Values, index(i))
		}
		for i := range r.options {
			if !slices.Contains(order, i) {
				order = append(order, i)
			}
		}
		if !c.ok() {
			return
		}
		r.arrange(order)
		r.sortVariants()
	})
}

func (c *checker) sortValues(o *optionRow, in []ValueName, at string) {
	rank := make(map[uuid.UUID]int, len(in))
	for j, v := range in {
		n := slices.IndexFunc(o.values, func(w valueRow) bool {
			return w.id == v.ID || v.ID == uuid.Nil && strings.EqualFold(w.name, strings.TrimSpace(v.Name))
		})
		if n < 0 {
			c.add(CodeNotFound, "The option has no such value.", "options", at, "values", index(j))
			continue
		}
		rank[o.values[n].id] = j - len(in)
	}
	slices.SortStableFunc(o.values, func(a, b valueRow) int { return rank[a.id] - rank[b.id] })
}

// sortVariants sorts variants by the places of their values.
func (r *record) sortVariants() {
	places := make([]map[string]int, len(r.options))
	for i, o := range r.options {
		places[i] = make(map[string]int, len(o.values))
		for j, w := range o.values {
			places[i][w.name] = j
		}
	}
	slices.SortStableFunc(r.variants, func(a, b *variantRecord) int {
		for i := range r.options {
			if d := places[i][a.values[i]] - places[i][b.values[i]]; d != 0 {
				return d
			}
		}
		return 0
	})
}
