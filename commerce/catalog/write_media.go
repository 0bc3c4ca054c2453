package catalog

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// The codes of problems with pictures, beside those of products.
const (
	CodeNoProduct   = "PRODUCT_DOES_NOT_EXIST"
	CodeNoMedia     = "MEDIA_DOES_NOT_EXIST"
	CodeMediaType   = "INVALID_MEDIA_TYPE"
	CodeMediaLimit  = "PRODUCT_MEDIA_LIMIT_EXCEEDED"
	mediaCreateRoot = "media"
)

// MediaInput is a picture by its address.
type MediaInput struct {
	Source string // http or https
	Alt    string
	Kind   string // IMAGE, also where empty; nothing else is taken

	ours   bool      // the source is an upload to this shop
	upload *Uploaded // what was uploaded; nil where nothing is there
}

// Uploaded is a picture that was uploaded.
type Uploaded struct {
	Key, Type     string
	Width, Height int
}

// Uploads finds pictures that were uploaded, by their sources. A source of its own without a picture is nil, and another
// source is missing.
type Uploads interface {
	Uploaded(ctx context.Context, q database.Querier, sources []string) (map[string]*Uploaded, error)
}

// uploaded finds out which pictures were uploaded here.
func (s *Service) uploaded(ctx context.Context, q database.Querier, media []MediaInput) ([]MediaInput, error) {
	if s.uploads == nil || len(media) == 0 {
		return media, nil
	}
	sources := make([]string, len(media))
	for i, m := range media {
		sources[i] = strings.TrimSpace(m.Source)
	}
	found, err := s.uploads.Uploaded(ctx, q, sources)
	out := slices.Clone(media)
	for i := range out {
		out[i].upload, out[i].ours = found[sources[i]]
	}
	return out, err
}

// attach puts pictures behind those that a product has. One whose address is there already is that one.
func (c *checker) attach(r *record, media []MediaInput) (ids []uuid.UUID) {
	root := &checker{problems: c.problems}
	for i, m := range media {
		row := mediaRow{id: newID(), position: len(r.media) + 1, contentType: "image/jpeg"}
		switch {
		case m.upload != nil:
			row.source, row.contentType, row.width, row.height = m.upload.Key, m.upload.Type, m.upload.Width, m.upload.Height
		case m.ours:
			root.add(CodeInvalid, "Nothing was uploaded there, or the upload has ended. Stage another one.", mediaCreateRoot, index(i), "originalSource")
		default:
			row.source = root.address(m.Source, mediaCreateRoot, index(i), "originalSource")
		}
		alt := root.text(m.Alt, maxAlt, mediaCreateRoot, index(i), "alt")
		if m.Kind != "" && m.Kind != "IMAGE" {
			root.add(CodeMediaType, "This shop takes pictures only.", mediaCreateRoot, index(i), "mediaContentType")
		}
		if known := mediaBySource(r.media, row.source); known != nil {
			ids = append(ids, known.id)
			continue
		}
		row.alt = alt
		r.media, ids = append(r.media, row), append(ids, row.id)
	}
	if len(r.media) > MaxMedia {
		root.add(CodeMediaLimit, fmt.Sprintf("A product has at most %d pictures.", MaxMedia), mediaCreateRoot)
	}
	c.problems = root.problems
	return ids
}

// address checks the address of a picture on the web.
func (c *checker) address(s string, field ...string) string {
	switch s = strings.TrimSpace(s); {
	case s == "":
		c.add(CodeBlank, "The address is empty.", field...)
	case len(s) > maxSource:
		c.add(CodeTooLong, "The address is too long.", field...)
	default:
		u, err := url.Parse(c.text(s, maxSource, field...))
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
			c.add(CodeInvalid, "The address begins with https:// or http://.", field...)
		}
	}
	return s
}

// CreateMedia attaches pictures to a product and gives them in the order of the input. The pictures stay where they are:
// only their addresses are kept, but for those that were uploaded here. Paths of problems begin with "media" or "productId".
func (s *Service) CreateMedia(ctx context.Context, product uuid.UUID, media []MediaInput) ([]*Image, fault.Problems, error) {
	out, problems, err := run(ctx, s, "product.media_added", gid.New("Product", product), func(tx database.Tx) (*[]*Image, fault.Problems, error) {
		var ids []uuid.UUID
		media, err := s.uploaded(ctx, tx, media)
		if err != nil {
			return nil, nil, err
		}
		problems, err := s.changeProduct(ctx, tx, product, func(c *checker, r *record) { ids = c.attach(r, media) })
		if err != nil || len(problems) > 0 {
			return nil, problems, err
		}
		images, err := s.imagesInOrder(ctx, tx, ids)
		return &images, nil, err
	})
	if out == nil {
		return nil, problems, err
	}
	return *out, problems, err
}

func (s *Service) imagesInOrder(ctx context.Context, tx database.Tx, ids []uuid.UUID) ([]*Image, error) {
	list, err := s.store.images(ctx, tx, ids)
	known, err := byID(list, err, func(i *Image) uuid.UUID { return i.ID.UUID })
	out := make([]*Image, len(ids))
	for i, id := range ids {
		out[i] = known[id]
	}
	return out, err
}

// DeleteMedia takes pictures off a product. Variants that one of them showed have none afterwards. Paths of problems are
// "mediaIds", with a place, or "productId".
func (s *Service) DeleteMedia(ctx context.Context, product uuid.UUID, media []uuid.UUID) (fault.Problems, error) {
	_, problems, err := run(ctx, s, "product.media_deleted", gid.New("Product", product), func(tx database.Tx) (*bool, fault.Problems, error) {
		problems, err := s.changeProduct(ctx, tx, product, func(c *checker, r *record) {
			for i, id := range media {
				at := slices.IndexFunc(r.media, func(m mediaRow) bool { return m.id == id })
				if at < 0 {
					c.add(CodeNoMedia, "The product has no such picture.", "mediaIds", index(i))
					continue
				}
				r.media = slices.Delete(r.media, at, at+1)
				for _, v := range r.variants {
					if v.row.media.UUID == id {
						v.row.media = uuid.NullUUID{}
					}
				}
			}
		})
		if err != nil || len(problems) > 0 {
			return nil, problems, err
		}
		done := true
		return &done, nil, nil
	})
	return problems, err
}

// changeProduct locks a product, changes a copy and saves what differs.
func (s *Service) changeProduct(ctx context.Context, tx database.Tx, id uuid.UUID, change func(c *checker, r *record)) (fault.Problems, error) {
	list, err := s.priceList(ctx)
	if err != nil {
		return nil, err
	}
	c := &checker{}
	before, err := s.lockProduct(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if before == nil {
		c.add(CodeNoProduct, "There is no such product.", "productId")
		return c.problems, nil
	}
	after := before.clone()
	if change(c, after); c.ok() {
		c.settle(after, list, "variants")
	}
	if !c.ok() {
		return c.problems, c.err
	}
	return nil, s.saveAll(ctx, tx, []*edited{{before: before, after: after, saved: &Saved{}}}, list)
}
