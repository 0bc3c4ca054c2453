package demo

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// putRuled makes the collections that rules fill, before there are products: each then joins as it comes.
func (f *filling) putRuled(ctx context.Context) error { return f.putCollections(ctx, true) }

// putManual makes the collections that are chosen by hand.
func (f *filling) putManual(ctx context.Context) error { return f.putCollections(ctx, false) }

func (f *filling) putCollections(ctx context.Context, ruled bool) error {
	for _, c := range f.Collections {
		if len(c.Rules) > 0 != ruled {
			continue
		}
		known, err := f.Catalog.CollectionByHandle(ctx, c.Handle)
		if err == nil {
			f.collections[c.Handle] = known.ID.UUID
			continue
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		made, problems, err := f.Catalog.CreateCollection(ctx, f.collection(c))
		if err := refused(c.Handle, problems, err); err != nil {
			return err
		}
		f.collections[c.Handle] = made.ID.UUID
	}
	return nil
}

func (f *filling) collection(c Collection) catalog.CollectionChanges {
	key, _ := PictureKey(c.Image.Src)
	width, height := PictureSize(nil)
	in := catalog.CollectionChanges{
		Handle: &c.Handle, Title: &c.Title, DescriptionHTML: &c.DescriptionHTML, SEOTitle: &c.SEOTitle, SEODescription: &c.SEODescription,
		SortOrder: &c.SortOrder, Image: &catalog.ImageInput{Source: key, Alt: c.Image.Alt, Width: width, Height: height},
	}
	for _, handle := range c.Products {
		in.Products = append(in.Products, f.products[handle])
	}
	if len(c.Rules) > 0 {
		in.RuleSet = &catalog.RuleSet{AppliedDisjunctively: c.Disjunctive}
		for _, r := range c.Rules {
			in.RuleSet.Rules = append(in.RuleSet.Rules, &catalog.Rule{Column: r.Column, Relation: r.Relation, Condition: r.Condition})
		}
	}
	return in
}

// putPages makes the pages that are not there.
func (f *filling) putPages(ctx context.Context) error {
	for _, p := range f.Pages {
		page, err := f.Content.PageByHandle(ctx, p.Handle)
		if fault.Is(err, fault.NotFound) {
			var problems fault.Problems
			page, problems, err = f.Content.CreatePage(ctx, content.PageInput{Handle: &p.Handle, Title: &p.Title, Body: &p.BodyHTML})
			err = refused(p.Handle, problems, err)
		}
		if err != nil {
			return err
		}
		f.pages[p.Handle] = page.ID.UUID
	}
	return nil
}

// putMenus makes the menus that are not there.
func (f *filling) putMenus(ctx context.Context) error {
	for _, m := range f.Menus {
		_, err := f.Content.Menu(ctx, m.Handle)
		if err == nil {
			continue
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		items, err := f.items(m.Items)
		if err != nil {
			return err
		}
		_, problems, err := f.Content.CreateMenu(ctx, content.MenuInput{Handle: &m.Handle, Title: m.Title, Items: items})
		if err := refused(m.Handle, problems, err); err != nil {
			return err
		}
	}
	return nil
}

// refused makes an error of what a service found wrong with the demo's data, where there is none already.
func refused(what string, problems fault.Problems, err error) error {
	if err == nil && len(problems) > 0 {
		return fmt.Errorf("%s: %s (%s)", what, problems[0].Message, strings.Join(problems[0].Field, "."))
	}
	return err
}

func (f *filling) items(in []MenuItem) ([]content.MenuItemInput, error) {
	out := make([]content.MenuItemInput, 0, len(in))
	for _, i := range in {
		below, err := f.items(i.Items)
		if err != nil {
			return nil, err
		}
		item := content.MenuItemInput{Title: i.Title, Type: i.Type, URL: i.URL, Items: below}
		if i.Resource != "" {
			if item.ResourceID, err = f.resource(i); err != nil {
				return nil, err
			}
		}
		out = append(out, item)
	}
	return out, nil
}

// resource is what a menu item leads to.
func (f *filling) resource(i MenuItem) (*gid.ID, error) {
	var name string
	var id uuid.UUID
	switch i.Type {
	case "PRODUCT":
		name, id = "Product", f.products[i.Resource]
	case "COLLECTION":
		name, id = "Collection", f.collections[i.Resource]
	case "PAGE":
		name, id = "Page", f.pages[i.Resource]
	case "SHOP_POLICY": // has no row of its own: its id follows from the shop's, as the API's does
		name, id = "ShopPolicy", uuid.NewSHA1(f.shop.ID.UUID, []byte(i.Resource))
	}
	if id == uuid.Nil {
		return nil, fmt.Errorf("%q leads to no %s %q", i.Title, i.Type, i.Resource)
	}
	out := gid.New(name, id)
	return &out, nil
}
