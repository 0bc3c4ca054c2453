package search

import (
	"context"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// How many words of each part of a document are kept, and how many documents are written at once.
const (
	maxTitle    = 100
	maxTags     = 1000
	maxKeywords = 4000
	maxBody     = 2000
	batchSize   = 250
)

// Kinds are what has documents, in the order that [Service.Rebuild] writes them.
var Kinds = []string{Product, Page, Collection}

// original is what a document is made of.
type original struct {
	id                           uuid.UUID
	title, handle, vendor, class string
	tags, keywords, body         string
	visible                      bool
}

// document is the folded words of one thing.
type document struct {
	id                                         uuid.UUID
	kind, handle                               string
	title, vendor, class, tags, keywords, body []string
	visible                                    bool
	revision                                   int64
}

// build folds what a document is made of.
func build(kind string, o original) document {
	d := document{
		id: o.id, kind: kind, handle: o.handle, visible: o.visible, title: indexed(o.title, maxTitle), vendor: indexed(o.vendor, maxTitle),
		class: indexed(o.class, maxTitle), tags: indexed(o.tags, maxTags), keywords: indexed(o.keywords, maxKeywords), body: indexed(o.body, maxBody),
	}
	h := fnv.New64a()
	for _, part := range [][]string{{kind, o.handle, strconv.FormatBool(o.visible)}, d.title, d.vendor, d.class, d.tags, d.keywords, d.body} {
		for _, w := range part {
			_, _ = h.Write([]byte(w + " "))
		}
		_, _ = h.Write([]byte{0})
	}
	d.revision = int64(h.Sum64() >> 1)
	return d
}

// vector is the document's words with the mark of their shop, places and weights, as PostgreSQL reads them. Parts lie apart,
// so that no phrase spans two of them.
func (d document) vector(mark string) string {
	const gap, mostPlaces, lastPlace = 10, 255, 16383
	at := map[string][]string{}
	var order []string
	place := 1
	for _, part := range []struct {
		weight string
		words  []string
	}{{"A", d.title}, {"B", d.vendor}, {"B", d.class}, {"B", d.tags}, {"C", d.keywords}, {"", d.body}} {
		for _, w := range part.words {
			if at[w] == nil {
				order = append(order, w)
			}
			if len(at[w]) < mostPlaces {
				at[w] = append(at[w], strconv.Itoa(min(place, lastPlace))+part.weight)
			}
			place++
		}
		place += gap
	}
	var b strings.Builder
	for _, w := range order {
		b.WriteString("'" + mark + w + "':" + strings.Join(at[w], ",") + " ")
	}
	return b.String()
}

// vocabulary is the words that typing errors are mended to.
func (d document) vocabulary() []string {
	var out []string
	for _, part := range [][]string{d.title, d.vendor, d.class, d.tags} {
		for _, w := range part {
			if utf8.RuneCountInString(w) >= 3 && !strings.ContainsFunc(w, unicode.IsNumber) {
				out = append(out, w)
			}
		}
	}
	return out
}

// Refresh writes the documents of things of one kind as they are now, and drops those of things that are gone. It may run
// any number of times; what has not changed costs no write.
func (s *Service) Refresh(ctx context.Context, tx database.Tx, kind string, ids []uuid.UUID) error {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	ids = slices.Compact(ids)
	for part := range slices.Chunk(ids, batchSize) {
		if err := s.refresh(ctx, tx, kind, part, false); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) refresh(ctx context.Context, tx database.Tx, kind string, ids []uuid.UUID, force bool) error {
	if err := s.lock(ctx, tx, ids); err != nil {
		return err
	}
	list, err := s.originals(ctx, tx, kind, ids)
	if err != nil {
		return err
	}
	docs := make([]document, len(list))
	there := make(map[uuid.UUID]bool, len(list))
	for i, o := range list {
		docs[i] = build(kind, o)
		there[o.id] = true
	}
	var gone []uuid.UUID
	for _, id := range ids {
		if !there[id] {
			gone = append(gone, id)
		}
	}
	if err := s.drop(ctx, tx, gone); err != nil {
		return err
	}
	if !force {
		if docs, err = s.changed(ctx, tx, docs); err != nil {
			return err
		}
	}
	return s.put(ctx, tx, docs)
}

// Rebuild writes every document of the context's shop anew, in small transactions, one after the other, and drops those of
// things that are gone. Searches go on meanwhile. Run it after an import that told nobody, or a restored backup.
func (s *Service) Rebuild(ctx context.Context) error {
	if err := s.db.InTx(ctx, func(tx database.Tx) error { return s.forget(ctx, tx) }); err != nil {
		return err
	}
	for _, kind := range Kinds {
		for after := uuid.Nil; ; {
			ids, err := s.things(ctx, kind, after, batchSize)
			if err != nil {
				return err
			}
			if len(ids) == 0 {
				break
			}
			after = ids[len(ids)-1]
			if err := s.db.InTx(ctx, func(tx database.Tx) error { return s.refresh(ctx, tx, kind, ids, true) }); err != nil {
				return err
			}
		}
	}
	return nil
}

func unknownKind(kind string) error {
	return fault.New(fault.Internal, "search keeps no documents of %q", kind)
}
