package catalog

import (
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/revision"
)

// Collection is a named set of products.
type Collection struct {
	ID                 gid.ID
	Handle             string
	Title              string
	Text               string
	DescriptionHTML    string
	SortOrder          string
	UpdatedAt          time.Time
	RuleSet            *RuleSet
	OnlineStoreURL     *string
	TrackingParameters *string
	MediaID            *uuid.UUID
	Published          bool
	seoTitle           string
	seoDescription     string
}

// Description is the text without markup, cut to a number of characters where one is given.
func (c *Collection) Description(truncateAt *int) string { return truncate(c.Text, truncateAt) }

// Revision changes with every change of the collection, and of what is in it by hand.
func (c *Collection) Revision() string { return revision.Of(c.UpdatedAt) }

// Seo is what search engines are told.
func (c *Collection) Seo() *SEO { return seo(c.seoTitle, c.seoDescription) }

// RuleSet decides which products are in a collection: all rules must hold, or any of them.
type RuleSet struct {
	AppliedDisjunctively bool
	Rules                []*Rule
}

// Rule is one condition of a rule set: a column of the product, a relation and what it is compared with.
type Rule struct {
	Column    string `json:"column"`
	Relation  string `json:"relation"`
	Condition string `json:"condition"`
}

// Metafield is a typed value that a shop added to one of its things.
type Metafield struct {
	ID          gid.ID
	OwnerID     uuid.UUID
	Namespace   string
	Key         string
	Type        string
	Value       string
	Description *string
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// MetafieldName names a metafield of an owner.
type MetafieldName struct {
	Owner     uuid.UUID
	Namespace string
	Key       string
}
