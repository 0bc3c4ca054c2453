package catalog

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/gid"
)

// Image is a picture.
type Image struct {
	ID        *gid.ID
	AltText   *string
	Width     *int
	Height    *int
	Thumbhash *string
	source    string
	base      string
	owner     uuid.UUID
	place     int64
}

// Transform is how a picture is to be changed on its way out. Sizes are in pixels; a picture is never made larger.
type Transform struct {
	Crop                 *string
	MaxHeight            *int
	MaxWidth             *int
	PreferredContentType *string
	Scale                *int
}

// URL is where the picture is, transformed where that is asked for.
func (i *Image) URL(transform *Transform) string {
	if strings.HasPrefix(i.source, "http://") || strings.HasPrefix(i.source, "https://") {
		return i.source
	}
	u := i.base + "/" + (&url.URL{Path: i.source}).EscapedPath()
	if q := transform.query(); q != "" {
		u += "?" + q
	}
	return u
}

func (t *Transform) query() string {
	if t == nil {
		return ""
	}
	q := url.Values{}
	number := func(name string, n *int) {
		if n != nil && *n > 0 {
			q.Set(name, strconv.Itoa(min(*n, 5760)))
		}
	}
	number("width", t.MaxWidth)
	number("height", t.MaxHeight)
	if t.Crop != nil {
		q.Set("crop", strings.ToLower(*t.Crop))
	}
	if t.PreferredContentType != nil && *t.PreferredContentType != "WEBP" {
		q.Set("format", strings.ToLower(*t.PreferredContentType))
	}
	if t.Scale != nil && *t.Scale > 1 {
		q.Set("scale", strconv.Itoa(min(*t.Scale, 3)))
	}
	return q.Encode()
}

// Src is the picture as it is.
func (i *Image) Src() string { return i.URL(nil) }

// OriginalSrc is the picture as it is.
func (i *Image) OriginalSrc() string { return i.URL(nil) }

// TransformedSrc is URL with its transformation in single arguments.
func (i *Image) TransformedSrc(crop *string, maxHeight, maxWidth *int, preferredContentType *string, scale *int) string {
	return i.URL(&Transform{Crop: crop, MaxHeight: maxHeight, MaxWidth: maxWidth, PreferredContentType: preferredContentType, Scale: scale})
}

// MediaImage is a picture among a product's media.
type MediaImage struct {
	ID    gid.ID
	Image *Image
}

// Alt describes the picture for those who cannot see it.
func (m *MediaImage) Alt() *string { return m.Image.AltText }

// MediaContentType is always IMAGE.
func (m *MediaImage) MediaContentType() string { return "IMAGE" }

// PreviewImage is the picture itself.
func (m *MediaImage) PreviewImage() *Image { return m.Image }

// AsMedia shows a picture as one of a product's media.
func (i *Image) AsMedia() *MediaImage {
	return &MediaImage{ID: gid.New("MediaImage", i.ID.UUID), Image: i}
}
