package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/revision"
)

// CollectionChanges is a new collection, or changes to one: what is nil stays as it is.
type CollectionChanges struct {
	IfRevision      *string // of a collection that is changed: refuses where another revision is there
	Title           *string
	Handle          *string // made from the title of a new collection where nil or empty
	DescriptionHTML *string
	SEOTitle        *string
	SEODescription  *string
	SortOrder       *string // a value of CollectionSortOrder; a new one is MANUAL, or BEST_SELLING with rules
	// RuleSet chooses the products. A collection stays chosen by rules or by hand, as it was created.
	RuleSet    *RuleSet
	Image      *ImageInput // staff give an address on the web, Rialto itself any source
	ImageID    *uuid.UUID  // a picture that the shop has, instead of Image
	Metafields []MetafieldInput
	Products   []uuid.UUID // to begin with, of a new collection chosen by hand
}

// collectionRecord is a collection as it is stored.
type collectionRecord struct {
	id                        uuid.UUID
	handle, title, text, html string
	sort, rules               string // rules is JSON, or empty
	disjunctive, published    bool
	media                     uuid.NullUUID
	seoTitle, seoDescription  string
	written                   time.Time // when it was last written
}

func (r *collectionRecord) ruled() (ruled, error) {
	var rules database.JSON[[]*Rule]
	err := rules.Scan(r.rules)
	return ruled{id: r.id, rules: RuleSet{AppliedDisjunctively: r.disjunctive, Rules: rules.V}}, err
}

// CreateCollection makes a collection and publishes it. Paths of problems begin with "input".
func (s *Service) CreateCollection(ctx context.Context, in CollectionChanges) (*Collection, fault.Problems, error) {
	return run(ctx, s, "collection.created", gid.ID{}, func(tx database.Tx) (*Collection, fault.Problems, error) { return s.CreateCollectionTx(ctx, tx, in) })
}

// CreateCollectionTx is [Service.CreateCollection] in the caller's transaction, which must be undone where there is none.
func (s *Service) CreateCollectionTx(ctx context.Context, tx database.Tx, in CollectionChanges) (*Collection, fault.Problems, error) {
	c := &checker{prefix: []string{"input"}}
	r := &collectionRecord{id: newID(), sort: "manual", published: true}
	if in.RuleSet == nil && len(in.Metafields) > 0 {
		if err := s.store.lockRules(ctx, tx, false); err != nil {
			return nil, nil, err
		}
	}
	if in.RuleSet != nil {
		r.sort = "best_selling"
		if len(in.Products) > 0 {
			c.add(CodeInvalid, "A collection with rules is not given products.", "products")
		}
	}
	handle := text(in.Handle)
	if err := s.newHandle(ctx, tx, c, "collection", &handle, text(in.Title)); err != nil {
		return nil, nil, err
	}
	if in.Title == nil {
		c.add(CodeBlank, "This is needed.", "title")
	}
	in.Handle = &handle
	return s.writeCollection(ctx, tx, c, nil, r, in)
}

// UpdateCollection changes parts of a collection. Problems are as with [Service.CreateCollection].
func (s *Service) UpdateCollection(ctx context.Context, id uuid.UUID, in CollectionChanges) (*Collection, fault.Problems, error) {
	return run(ctx, s, "collection.updated", gid.ID{}, func(tx database.Tx) (*Collection, fault.Problems, error) {
		c := &checker{prefix: []string{"input"}}
		if in.RuleSet != nil || len(in.Metafields) > 0 {
			if err := s.store.lockRules(ctx, tx, in.RuleSet != nil); err != nil {
				return nil, nil, err
			}
		}
		before, err := s.store.lockCollection(ctx, tx, id)
		if err != nil {
			return nil, nil, err
		}
		if before == nil {
			c.add(CodeNotFound, "There is no such collection.", "id")
			return nil, c.problems, nil
		}
		if stale := revision.Problems(in.IfRevision, before.written, "input", "ifRevision"); stale != nil {
			return nil, stale, nil
		}
		if in.RuleSet != nil && before.rules == "" {
			c.add(CodeConflict, "A collection that is chosen by hand does not take rules.", "ruleSet")
		}
		if len(in.Products) > 0 {
			c.add(CodeInvalid, "Products are given to a new collection only.", "products")
		}
		after := *before
		if in.Handle != nil {
			chosen := c.required(*in.Handle, maxName, "handle")
			if c.ok() {
				err = s.chosenHandle(ctx, tx, c, "collection", &chosen, id)
			}
			in.Handle = &chosen
		}
		if err != nil {
			return nil, nil, err
		}
		return s.writeCollection(ctx, tx, c, before, &after, in)
	})
}

// writeCollection takes over what is given and saves it.
func (s *Service) writeCollection(ctx context.Context, tx database.Tx, c *checker, before, r *collectionRecord, in CollectionChanges) (*Collection, fault.Problems, error) {
	list, err := s.priceList(ctx)
	if err != nil {
		return nil, nil, err
	}
	c.editCollection(r, in, list.own)
	image, err := s.collectionImage(ctx, tx, c, r, in)
	if err != nil {
		return nil, nil, err
	}
	fc := &checker{problems: c.problems} // its paths are whole already
	fields := fc.metafields(in.Metafields, "input", "metafields")
	for i := range fields {
		fields[i].owner, fields[i].ownerType = r.id, "COLLECTION"
	}
	if err := s.resolveMetafields(ctx, tx, fc, fields); err != nil || !fc.ok() {
		return nil, fc.problems, err
	}
	if before == nil && r.rules != "" {
		if err := s.store.lockRules(ctx, tx, true); err != nil {
			return nil, nil, err
		}
	}
	return s.putCollection(ctx, tx, fc, before, r, in, image, fields, list.own)
}

// putCollection saves a checked collection and chooses its products.
func (s *Service) putCollection(ctx context.Context, tx database.Tx, c *checker, before, r *collectionRecord, in CollectionChanges, image []any, fields []metafieldRow, own money.Currency) (*Collection, fault.Problems, error) {
	now := s.clock.Now()
	changed := before == nil || *before != *r || image != nil
	if changed {
		if err := s.store.saveCollection(ctx, tx, r, image, now); err != nil {
			return nil, nil, err
		}
	}
	written, err := s.store.putMetafields(ctx, tx, fields, now)
	if err != nil {
		return nil, nil, err
	}
	if r.rules != "" && (before == nil || before.rules != r.rules || before.disjunctive != r.disjunctive) {
		chosen, err := r.ruled()
		if err != nil {
			return nil, nil, err
		}
		if err := s.repopulate(ctx, tx, chosen, own); err != nil {
			return nil, nil, err
		}
	}
	if len(in.Products) > 0 {
		if err := s.appendMembers(ctx, tx, c, r.id, in.Products, "input", "products"); err != nil || !c.ok() {
			return nil, c.problems, err
		}
	}
	if !changed && len(written) > 0 {
		if err := s.store.touchCollection(ctx, tx, r.id, revision.Next(now, r.written)); err != nil {
			return nil, nil, err
		}
	}
	if changed || len(written) > 0 {
		if err := s.emit(ctx, tx, EventCollectionChanged, CollectionEvent{CollectionID: r.id, Handle: r.handle}); err != nil {
			return nil, nil, err
		}
	}
	return s.rereadCollection(ctx, tx, r.id)
}

// editCollection takes the parts over that are given.
func (c *checker) editCollection(r *collectionRecord, in CollectionChanges, own money.Currency) {
	if in.Title != nil {
		r.title = c.required(*in.Title, maxName, "title")
	}
	if in.Handle != nil {
		r.handle = *in.Handle
	}
	if in.DescriptionHTML != nil {
		r.html, r.text = c.markup(*in.DescriptionHTML, "descriptionHtml")
	}
	if in.SEOTitle != nil {
		r.seoTitle = c.text(*in.SEOTitle, maxName, "seo", "title")
	}
	if in.SEODescription != nil {
		r.seoDescription = c.text(*in.SEODescription, maxSEO, "seo", "description")
	}
	if in.SortOrder != nil {
		r.sort = strings.ToLower(strings.ReplaceAll(*in.SortOrder, "-", "_"))
		if !slices.Contains([]string{"alpha_asc", "alpha_desc", "best_selling", "created", "created_desc", "manual", "price_asc", "price_desc"}, r.sort) {
			c.add(CodeInvalid, "There is no order "+quote(*in.SortOrder)+".", "sortOrder")
		}
	}
	if set := in.RuleSet; set != nil {
		if len(set.Rules) == 0 {
			c.add(CodeBlank, "Give one rule at least.", "ruleSet", "rules")
		}
		if len(set.Rules) > MaxRules {
			c.add(CodeTooMany, fmt.Sprintf("A collection has at most %d rules.", MaxRules), "ruleSet", "rules")
			return
		}
		for i, rule := range set.Rules {
			c.text(rule.Condition, maxName, "ruleSet", "rules", index(i), "condition")
			if wrong := rule.check(own); wrong != "" {
				c.add(CodeInvalid, wrong, "ruleSet", "rules", index(i))
			}
		}
		r.rules, r.disjunctive = encode(set.Rules), set.AppliedDisjunctively
	}
}

// collectionImage chooses the picture: one that is there, or a new one, which it returns as a row to write.
func (s *Service) collectionImage(ctx context.Context, tx database.Tx, c *checker, r *collectionRecord, in CollectionChanges) ([]any, error) {
	if in.ImageID != nil {
		list, err := s.store.images(ctx, tx, []uuid.UUID{*in.ImageID})
		if err == nil && len(list) == 0 {
			c.add(CodeNotFound, "There is no such picture.", "image", "id")
		}
		r.media = uuid.NullUUID{UUID: *in.ImageID, Valid: true}
		return nil, err
	}
	if in.Image == nil {
		return nil, nil
	}
	i := *in.Image
	source := c.required(i.Source, maxSource, "image", "src")
	if access.From(ctx).Kind != access.System && source != "" {
		source = c.address(source, "image", "src")
	}
	alt := c.text(i.Alt, maxAlt, "image", "altText")
	id := newID()
	if r.media.Valid {
		list, err := s.store.images(ctx, tx, []uuid.UUID{r.media.UUID})
		if err != nil {
			return nil, err
		}
		// The collection's own picture is changed; one that it shares with a product stays.
		if len(list) > 0 && list[0].owner == uuid.Nil {
			id = r.media.UUID
		}
	}
	r.media = uuid.NullUUID{UUID: id, Valid: true}
	if i.ContentType == "" {
		i.ContentType = "image/jpeg"
	}
	return []any{id, nil, 1, alt, source, i.ContentType, i.Width, i.Height, i.Thumbhash, "IMAGE"}, nil
}

func (s *Service) rereadCollection(ctx context.Context, tx database.Tx, id uuid.UUID) (*Collection, fault.Problems, error) {
	list, err := s.store.collections(ctx, tx, view{all: true}, s.clock.Now(), []uuid.UUID{id})
	if err == nil && len(list) == 0 {
		err = fault.New(fault.Internal, "a collection that was just written is not there")
	}
	if err != nil {
		return nil, nil, err
	}
	return list[0], nil, nil
}

// DeleteCollection deletes a collection; its products stay.
func (s *Service) DeleteCollection(ctx context.Context, id uuid.UUID) (fault.Problems, error) {
	_, problems, err := run(ctx, s, "collection.deleted", gid.New("Collection", id), func(tx database.Tx) (*bool, fault.Problems, error) {
		c := &checker{prefix: []string{"input"}}
		if err := s.store.lockRules(ctx, tx, true); err != nil {
			return nil, nil, err
		}
		r, err := s.store.lockCollection(ctx, tx, id)
		if err != nil {
			return nil, nil, err
		}
		if r == nil {
			c.add(CodeNotFound, "There is no such collection.", "id")
			return nil, c.problems, nil
		}
		if err := s.store.dropCollection(ctx, tx, r); err != nil {
			return nil, nil, err
		}
		done := true
		return &done, nil, s.emit(ctx, tx, EventCollectionDeleted, CollectionEvent{CollectionID: id, Handle: r.handle})
	})
	return problems, err
}
