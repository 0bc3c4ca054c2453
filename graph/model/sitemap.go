package model

import (
	"time"

	"github.com/google/uuid"
)

// Sitemap is everything of one kind that a search engine should know of; Type is a value of SitemapType. What is in it is
// read page by page.
type Sitemap struct{ Type string }

// SitemapResource is one thing in a sitemap. ID and MediaID lead to its picture: of a product, whose first picture it is,
// and of a collection.
type SitemapResource struct {
	ID        uuid.UUID
	Type      string
	Handle    string
	Title     string
	UpdatedAt time.Time
	MediaID   *uuid.UUID
}
