package graph

import (
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/graph/model"
)

// chosen is what a shopper picked, option by option.
type chosen struct {
	values map[string]string
	fold   bool
}

func choose(input []*model.SelectedOptionInput, caseInsensitive *bool) chosen {
	c := chosen{values: make(map[string]string, len(input)), fold: caseInsensitive != nil && *caseInsensitive}
	for _, o := range input {
		c.values[c.key(o.Name)] = c.key(o.Value)
	}
	return c
}

func (c chosen) key(s string) string {
	if c.fold {
		return strings.ToLower(s)
	}
	return s
}

// known keeps the options that the variants have at all.
func (c chosen) known(variants []*catalog.Variant) chosen {
	out := chosen{values: map[string]string{}, fold: c.fold}
	if len(variants) == 0 {
		return out
	}
	for _, o := range variants[0].SelectedOptions {
		if v, ok := c.values[c.key(o.Name)]; ok {
			out.values[c.key(o.Name)] = v
		}
	}
	return out
}

// differences counts the options in which a variant is not as chosen, and the chosen options that it does not have.
func (c chosen) differences(v *catalog.Variant) int {
	n, seen := 0, 0
	for _, o := range v.SelectedOptions {
		want, ok := c.values[c.key(o.Name)]
		if ok {
			seen++
		}
		if !ok || want != c.key(o.Value) {
			n++
		}
	}
	return n + len(c.values) - seen
}

// exact finds the variant that is in every option as chosen.
func (c chosen) exact(variants []*catalog.Variant) *catalog.Variant {
	for _, v := range variants {
		if len(c.values) > 0 && c.differences(v) == 0 {
			return v
		}
	}
	return nil
}

// firstForSale is the first variant that can be bought now, or else the first.
func firstForSale(variants []*catalog.Variant, stock map[uuid.UUID]inventory.Availability) *catalog.Variant {
	for _, v := range variants {
		if stock[v.ID.UUID].ForSale {
			return v
		}
	}
	if len(variants) == 0 {
		return nil
	}
	return variants[0]
}

// encode writes which combinations of option values the variants cover, as the tree that product pages decode: numbers
// are places of values within their option, ":" goes one option deeper, " " is the next value, "," ends an option.
func encode(options []*catalog.Option, variants []*catalog.Variant) string {
	place := make([]map[string]int, len(options))
	for i, o := range options {
		place[i] = make(map[string]int, len(o.OptionValues))
		for j, v := range o.OptionValues {
			place[i][v.Name] = j
		}
	}
	root := &branch{}
	for _, v := range variants {
		at := root
		for i, o := range options {
			for _, s := range v.SelectedOptions {
				if s.Name == o.Name {
					at = at.child(place[i][s.Value], len(o.OptionValues))
				}
			}
		}
	}
	var b strings.Builder
	b.WriteString("v1_")
	root.write(&b, len(options))
	return b.String()
}

type branch struct{ children []*branch }

func (t *branch) child(i, of int) *branch {
	if t.children == nil {
		t.children = make([]*branch, of)
	}
	if t.children[i] == nil {
		t.children[i] = &branch{}
	}
	return t.children[i]
}

func (t *branch) write(b *strings.Builder, depth int) {
	first := true
	for i, c := range t.children {
		if c == nil {
			continue
		}
		if depth == 1 && !first {
			b.WriteByte(' ')
		}
		first = false
		b.WriteString(strconv.Itoa(i))
		if depth > 1 {
			b.WriteByte(':')
			c.write(b, depth-1)
			b.WriteByte(',')
		}
	}
}
