package graph

import (
	"context"

	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

func newPage(in model.PageCreateInput) content.PageInput {
	return content.PageInput{Title: &in.Title, Handle: in.Handle, Body: in.Body, Published: in.IsPublished, PublishAt: in.PublishDate, Metafields: pageMetafields(in.Metafields)}
}

// updatePage changes a page, unless the form of the input is wrong.
func (r *Resolver) updatePage(ctx context.Context, id gid.ID, in model.PageUpdateInput) (*content.Page, fault.Problems, error) {
	form := &intake{ctx: ctx}
	form.redirect(in.RedirectNewHandle, "page", "redirectNewHandle")
	if len(form.problems) > 0 {
		return nil, form.problems, nil
	}
	return r.Content.UpdatePage(ctx, uuidOf(id, "Page"), content.PageInput{
		IfRevision: in.IfRevision, Title: in.Title, Handle: in.Handle, Body: in.Body, Published: in.IsPublished, PublishAt: in.PublishDate, Metafields: pageMetafields(in.Metafields),
	})
}

func pageMetafields(in []*model.MetafieldInput) []content.MetafieldInput {
	out := make([]content.MetafieldInput, len(in))
	for i, f := range metafieldInputs(in) {
		out[i] = content.MetafieldInput(f)
	}
	return out
}

func pageErrors(list fault.Problems) []*model.PageUserError {
	return problems[model.PageUserError](coded("PageUserErrorCode", list))
}

func menuErrors(list fault.Problems) []*model.MenuUserError {
	return problems[model.MenuUserError](coded("MenuUserErrorCode", list))
}

// oneMenu shows the items of one menu to the loaders and gives it back.
func oneMenu(ctx context.Context, m *content.Menu) *content.Menu {
	if m != nil {
		announceMenu(ctx, m)
	}
	return m
}

func newItems(in []*model.MenuItemCreateInput) []content.MenuItemInput {
	out := make([]content.MenuItemInput, len(in))
	for i, item := range in {
		out[i] = content.MenuItemInput{Title: item.Title, Type: item.Type, ResourceID: item.ResourceID, URL: text(item.URL), Tags: item.Tags, Items: newItems(item.Items)}
	}
	return out
}

func changedItems(in []*model.MenuItemUpdateInput) []content.MenuItemInput {
	out := make([]content.MenuItemInput, len(in))
	for i, item := range in {
		out[i] = content.MenuItemInput{
			ID: item.ID, Title: item.Title, Type: item.Type, ResourceID: item.ResourceID, URL: text(item.URL), Tags: item.Tags, Items: changedItems(item.Items),
		}
	}
	return out
}
