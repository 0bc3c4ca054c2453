package graph

import (
	"context"
	"math"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

func collectionChanges(in model.CollectionInput) catalog.CollectionChanges {
	out := catalog.CollectionChanges{
		IfRevision: in.IfRevision,
		Title:      in.Title, Handle: in.Handle, DescriptionHTML: in.DescriptionHTML, SortOrder: in.SortOrder, Metafields: metafieldInputs(in.Metafields),
		Products: uuidsOf(in.Products, "Product"),
	}
	out.SEOTitle, out.SEODescription = seoInput(in.Seo)
	if i := in.Image; i != nil && i.ID != nil {
		id := i.ID.UUID // a picture has two ids, as an image and as media, of one uuid
		out.ImageID = &id
	} else if i != nil {
		out.Image = &catalog.ImageInput{Source: text(i.Src), Alt: text(i.AltText)}
	}
	if in.RuleSet != nil {
		out.RuleSet = &catalog.RuleSet{AppliedDisjunctively: in.RuleSet.AppliedDisjunctively}
		for _, r := range in.RuleSet.Rules {
			out.RuleSet.Rules = append(out.RuleSet.Rules, &catalog.Rule{Column: r.Column, Relation: r.Relation, Condition: r.Condition})
		}
	}
	return out
}

// createCollection makes a collection, unless the form of the input is wrong.
func (r *Resolver) createCollection(ctx context.Context, in model.CollectionInput) (*catalog.Collection, fault.Problems, error) {
	form := &intake{ctx: ctx}
	if in.ID != nil {
		form.add(catalog.CodeInvalid, "A new collection has no id yet.", "input", "id")
		return nil, form.problems, nil
	}
	if in.IfRevision != nil {
		form.add(catalog.CodeInvalid, "A new collection has no revision yet.", "input", "ifRevision")
		return nil, form.problems, nil
	}
	return r.Catalog.CreateCollection(ctx, collectionChanges(in))
}

// updateCollection changes a collection, unless the form of the input is wrong.
func (r *Resolver) updateCollection(ctx context.Context, in model.CollectionInput) (*catalog.Collection, fault.Problems, error) {
	form := &intake{ctx: ctx}
	form.redirect(in.RedirectNewHandle, "input", "redirectNewHandle")
	if in.ID == nil {
		form.add(catalog.CodeBlank, "Say which collection is meant.", "input", "id")
	}
	if len(form.problems) > 0 {
		return nil, form.problems, nil
	}
	return r.Catalog.UpdateCollection(ctx, uuidOf(*in.ID, "Collection"), collectionChanges(in))
}

func movesOf(in []*model.MoveInput) []catalog.Move {
	out := make([]catalog.Move, len(in))
	for i, m := range in {
		out[i] = catalog.Move{Product: uuidOf(m.ID, "Product"), To: int(min(m.NewPosition, math.MaxInt32))}
	}
	return out
}

// finished is the work behind a change of a collection, which is done before the answer.
func finished(c *catalog.Collection) *model.Job {
	if c == nil {
		return nil
	}
	return &model.Job{Done: true, ID: gid.New("Job", uuid.NewSHA1(c.ID.UUID, []byte(c.UpdatedAt.Format(time.RFC3339Nano))))}
}

// metafieldSets reads metafields to write; a digest of null expects that there is none.
func metafieldSets(ctx context.Context, in []*model.MetafieldsSetInput) []catalog.MetafieldSet {
	form := &intake{ctx: ctx}
	out := make([]catalog.MetafieldSet, len(in))
	for i, f := range in {
		out[i] = catalog.MetafieldSet{Owner: f.OwnerID, Namespace: text(f.Namespace), Key: f.Key, Type: text(f.Type), Value: f.Value, CompareDigest: f.CompareDigest}
		out[i].Compare = f.CompareDigest != nil || form.gave("metafields", strconv.Itoa(i), "compareDigest")
	}
	return out
}

func metafieldErrors(list fault.Problems) []*model.MetafieldsSetUserError {
	out := make([]*model.MetafieldsSetUserError, len(list))
	for i, p := range coded("MetafieldsSetUserErrorCode", list) {
		out[i] = &model.MetafieldsSetUserError{Field: p.Field, Message: p.Message}
		if p.Code != "" {
			out[i].Code = &p.Code
		}
	}
	return out
}
