package transfer

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// builder gathers the rows of one product, and what is wrong with them.
type builder struct {
	reader  *ProductReader
	header  *header
	handle  string
	product Product
	rows    int
	deaf    bool // further problems of this product are noise
	// unread is true once a row could not be taken apart: what is missing then may have stood there.
	unread       bool
	problems     []RowError
	warned       int
	combinations map[string]int
	optionValues [MaxOptions]map[string]bool
	images       map[string]int // index in product.Images
}

// owns tells whether a row goes on with this product.
func (b *builder) owns(w *row) bool {
	if w.malformed != "" && b.header.at[colHandle] >= len(w.fields) {
		return true // its handle is lost, and the product before it is the one that may lack something
	}
	if handle := b.reader.handleOf(w); handle != "" {
		return handle == b.handle
	}
	return w.value(b.header, colTitle) == ""
}

// add takes one row in.
func (b *builder) add(w *row) {
	b.rows++
	b.product.LastRow = w.number
	if b.deaf {
		return
	}
	if w.malformed != "" {
		b.unread = true
		b.refuseRow(w, CodeMalformedRow, w.malformed)
		return
	}
	if !b.wellFormed(w) {
		return
	}
	if b.rows > 1 && b.handle != "" && w.value(b.header, colHandle) == "" {
		b.refuse(w, colHandle, CodeMissingHandle, "the row has no handle; it may belong to this product")
	}
	if b.rows == 1 {
		b.addProduct(w)
	} else {
		b.checkRepeated(w)
	}
	isVariant := b.rows == 1 || b.describesVariant(w)
	if isVariant {
		b.addVariant(w)
	}
	if src := w.value(b.header, colImageSrc); src != "" {
		b.addImage(w, src)
	} else if !isVariant {
		b.warn(w, "", CodeEmptyRow, "the row has neither a variant nor an image")
	}
}

// wellFormed checks what every row must be: as many fields as the header, and text.
func (b *builder) wellFormed(w *row) bool {
	if got, want := len(w.fields), len(b.header.names); got != want {
		extra := w.fields[min(got, want):]
		if got < want || slices.ContainsFunc(extra, func(f string) bool { return strings.TrimSpace(f) != "" }) {
			b.unread = true
			b.refuseRow(w, CodeFieldCount, fmt.Sprintf("the row has %d fields, the header has %d", got, want))
			return false
		}
		w.fields = w.fields[:want]
	}
	ok := true
	for i, f := range w.fields {
		if !utf8.ValidString(f) {
			b.refuseAt(w, b.header.names[i], CodeInvalidText, "the text is not valid UTF-8")
			ok = false
		} else if strings.ContainsRune(f, 0) {
			b.refuseAt(w, b.header.names[i], CodeInvalidText, "the text contains a zero byte")
			ok = false
		}
	}
	if !ok {
		b.unread = true
	}
	return ok
}

// describesVariant tells a variant row from one that only brings another image.
func (b *builder) describesVariant(w *row) bool {
	for _, c := range [...]column{colOption1Value, colOption2Value, colOption3Value, colSKU, colPrice, colQuantity, colBarcode} {
		if w.value(b.header, c) != "" {
			return true
		}
	}
	return false
}

// addProduct reads what stands on the first row only.
func (b *builder) addProduct(w *row) {
	p, h := &b.product, b.header
	b.checkHandle(w)
	p.Title = b.text(w, colTitle, maxNameRunes)
	if p.Title == "" {
		b.refuse(w, colTitle, CodeMissingTitle, "the first row of a product needs a title")
	}
	if i := h.at[colBody]; i >= 0 {
		p.BodyHTML = strings.TrimSpace(w.fields[i])
		if len(p.BodyHTML) > maxBodyBytes {
			b.refuse(w, colBody, CodeTooLong, fmt.Sprintf("the text has %d bytes, at most %d are allowed", len(p.BodyHTML), maxBodyBytes))
		}
	}
	p.Vendor = b.text(w, colVendor, maxNameRunes)
	p.Category = b.text(w, colCategory, maxNameRunes)
	p.Type = b.text(w, colType, maxNameRunes)
	p.Tags = b.tags(w)
	p.Published = b.truth(w, colPublished, true)
	p.Status = b.status(w)
	p.SEOTitle = b.text(w, colSEOTitle, maxNameRunes)
	p.SEODescription = b.text(w, colSEODescription, maxSEODescription)
	b.addOptions(w)
	for _, m := range h.metafields {
		value := w.at(m.index)
		if value == "" {
			continue
		}
		if len(value) > maxMetafieldBytes {
			b.refuseAt(w, h.names[m.index], CodeTooLong, fmt.Sprintf("the value has %d bytes, at most %d are allowed", len(value), maxMetafieldBytes))
		}
		p.Metafields = append(p.Metafields, Metafield{Namespace: m.namespace, Key: m.key, Type: m.kind, Value: value})
	}
	for _, m := range h.markets {
		if !b.truthAt(w, m.included, true) {
			p.ExcludedMarkets = append(p.ExcludedMarkets, m.name)
		}
	}
}

func (b *builder) checkHandle(w *row) {
	if utf8.RuneCountInString(b.handle) > maxNameRunes {
		b.refuse(w, colHandle, CodeTooLong, fmt.Sprintf("the handle is longer than %d characters", maxNameRunes))
	}
	for _, c := range b.handle {
		if c != '-' && c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c) {
			b.refuse(w, colHandle, CodeInvalidHandle, fmt.Sprintf("a handle has letters, digits and hyphens only, not %q", c))
			return
		}
	}
}

// checkRepeated accepts product columns that some tools repeat on every row, as long as they agree.
func (b *builder) checkRepeated(w *row) {
	if title := w.value(b.header, colTitle); title != "" && title != b.product.Title && !b.unread {
		b.refuse(w, colTitle, CodeConflictingValue, fmt.Sprintf("the title differs from %s on row %d", quoted(b.product.Title), b.product.FirstRow))
	}
	for i, c := range optionNames {
		name := w.value(b.header, c)
		if name == "" || b.unread || (i < len(b.product.Options) && b.product.Options[i].Name == name) {
			continue
		}
		b.refuse(w, c, CodeConflictingValue, fmt.Sprintf("the option name %s differs from that of row %d", quoted(name), b.product.FirstRow))
	}
}

func (b *builder) tags(w *row) []string {
	text := w.value(b.header, colTags)
	if text == "" {
		return nil
	}
	var tags []string
	for tag := range strings.SplitSeq(text, ",") {
		tag = strings.TrimSpace(tag)
		if tag == "" || slices.ContainsFunc(tags, func(t string) bool { return strings.EqualFold(t, tag) }) {
			continue
		}
		if utf8.RuneCountInString(tag) > maxNameRunes {
			b.refuse(w, colTags, CodeTooLong, fmt.Sprintf("the tag %s is longer than %d characters", quoted(tag), maxNameRunes))
			continue
		}
		if len(tags) == MaxTags {
			b.refuse(w, colTags, CodeTooMany, fmt.Sprintf("a product has at most %d tags", MaxTags))
			return tags
		}
		tags = append(tags, tag)
	}
	return tags
}

func (b *builder) addImage(w *row, src string) {
	position, given := b.whole(w, colImagePosition)
	if !given {
		position = 0
	}
	alt := b.text(w, colImageAlt, maxAltRunes)
	b.image(w, colImageSrc, src, int(position), alt)
}

// image notes a picture once; a second mention may only add what the first left out.
func (b *builder) image(w *row, c column, src string, position int, alt string) {
	if i, known := b.images[src]; known {
		have := &b.product.Images[i]
		have.Position = cmp.Or(have.Position, position)
		have.Alt = cmp.Or(have.Alt, alt)
		return
	}
	if !b.validURL(src) {
		b.refuse(w, c, CodeInvalidURL, fmt.Sprintf("%s is not a complete address that starts with %s", quoted(src),
			strings.Join(b.reader.options.ImageSchemes, ":// or ")+"://"))
		return
	}
	if len(b.product.Images) == MaxImages {
		b.refuse(w, c, CodeTooMany, fmt.Sprintf("a product has at most %d images", MaxImages))
		return
	}
	if b.images == nil {
		b.images = map[string]int{}
	}
	b.images[src] = len(b.product.Images)
	b.product.Images = append(b.product.Images, Image{Src: src, Position: position, Alt: alt})
}

func (b *builder) validURL(src string) bool {
	if len(src) > maxURLBytes {
		return false
	}
	u, err := url.Parse(src)
	return err == nil && u.Host != "" && slices.Contains(b.reader.options.ImageSchemes, strings.ToLower(u.Scheme))
}

// finish gives the product, or everything that is wrong with it.
func (b *builder) finish() (*Product, error) {
	if len(b.problems) > 0 {
		return nil, RowErrors(b.problems)
	}
	p := &b.product
	slices.SortStableFunc(p.Images, func(x, y Image) int { return cmp.Compare(orderOf(x), orderOf(y)) })
	for i := range p.Images {
		p.Images[i].Position = i + 1
	}
	return p, nil
}

// orderOf puts images without a position last.
func orderOf(i Image) int {
	if i.Position == 0 {
		return int(^uint(0) >> 1)
	}
	return i.Position
}
