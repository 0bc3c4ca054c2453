package content

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/gosimple/slug"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// The codes of problems: values of PageUserErrorCode and MenuUserErrorCode.
const (
	CodeBlank       = "BLANK"
	CodeInvalid     = "INVALID"
	CodeTaken       = "TAKEN"
	CodeTooLong     = "TOO_LONG"
	CodePublishDate = "INVALID_PUBLISH_DATE" // of pages
	CodeNotFound    = "NOT_FOUND"            // of pages
	CodeNoMenu      = "MENU_DOES_NOT_EXIST"  // of menus, as all that follow
	CodeResource    = "INVALID_RESOURCE"
	CodeTooDeep     = "NESTING_TOO_DEEP"
	CodeTooManyItem = "TOO_MANY_ITEMS"
)

// Limits of what is written. Lengths count characters.
const (
	MaxItems   = 500 // of a menu, on all levels
	MaxLevels  = 3   // of a menu
	maxName    = 255
	maxBody    = 512 << 10 // bytes of a page
	maxAddress = 2048      // bytes
	maxTags    = 250
)

// PageInput is a new page, or changes to one: what is nil stays as it is.
type PageInput struct {
	IfRevision *string // of a page that is changed: refuses where another revision is there
	Title      *string
	Handle     *string // made from the title of a new page where nil or empty
	Body       *string // what could run in a browser is taken out
	// Published says whether shoppers see it, which is so of a new page where nothing is said.
	Published *bool
	// PublishAt is when they begin to.
	PublishAt  *time.Time
	Metafields []MetafieldInput
}

// MetafieldInput is a metafield of a page. Name it by id, or by namespace and key.
type MetafieldInput struct {
	ID        *uuid.UUID
	Namespace string
	Key       string
	Type      string
	Value     string
}

// MenuInput is a whole menu. Of a menu that is changed, a nil handle stays.
type MenuInput struct {
	IfRevision *string // of a menu that is changed: refuses where another revision is there
	Handle     *string
	Title      string
	Items      []MenuItemInput
}

// MenuItemInput is one link, and those below it.
type MenuItemInput struct {
	ID         *gid.ID // the item to keep, of a menu that is changed
	Title      string
	Type       string
	ResourceID *gid.ID
	URL        string // of an item of type HTTP
	Tags       []string
	Items      []MenuItemInput
}

// checker collects what is wrong with an input.
type checker struct {
	prefix   []string
	problems fault.Problems
}

func (c *checker) add(code, message string, field ...string) {
	c.problems.Add(code, message, slices.Concat(c.prefix, field)...)
}

func (c *checker) ok() bool { return len(c.problems) == 0 }

// name checks one line of text that must not be empty, and gives it without white space around it.
func (c *checker) name(s string, field ...string) string {
	return c.problems.Line(s, true, maxName, slices.Concat(c.prefix, field)...)
}

// body checks a text in HTML.
func (c *checker) body(s string, field ...string) {
	switch {
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		c.add(CodeInvalid, "The text is not valid UTF-8.", field...)
	case len(s) > maxBody:
		c.add(CodeTooLong, "The text is longer than 512 KB.", field...)
	}
}

// link checks where an item of a menu leads: an address on the web, or a path in the shop.
func (c *checker) link(s string, field ...string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	switch {
	case s == "":
		c.add(CodeBlank, "Say where the entry leads.", field...)
	case len(s) > maxAddress:
		c.add(CodeTooLong, "The address is too long.", field...)
	case err != nil || !utf8.ValidString(s):
		c.add(CodeInvalid, "This is no web address.", field...)
	case u.Scheme == "" && u.Host == "" && (strings.HasPrefix(s, "/") || strings.HasPrefix(s, "#")):
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil:
	case u.Scheme == "mailto" || u.Scheme == "tel":
	default:
		c.add(CodeInvalid, "An address begins with https://, http://, mailto:, tel: or a slash.", field...)
	}
	return s
}

// handleOf makes a handle of a text: small letters, digits and hyphens; the fallback where nothing is left of it.
func handleOf(text, fallback string) string {
	s := slug.Make(strings.ToValidUTF8(text, ""))
	if len(s) > maxName-12 {
		s = strings.Trim(s[:maxName-12], "-")
	}
	if s == "" {
		return fallback
	}
	return s
}

// handle finds the handle of a row: the one that was chosen, which must be free, or a free one made of the title.
func (c *checker) handle(ctx context.Context, tx database.Tx, table string, chosen *string, title string, own uuid.UUID) (string, error) {
	if chosen != nil && strings.TrimSpace(*chosen) != "" {
		h := c.name(*chosen, "handle")
		if !c.ok() {
			return "", nil
		}
		h = handleOf(h, table)
		taken, err := takenHandles(ctx, tx, table, []string{h}, own)
		if taken[h] {
			c.add(CodeTaken, "Another "+table+" has this handle.", "handle")
		}
		return h, err
	}
	base := handleOf(title, table)
	candidates := []string{base}
	for i := 1; i < 20; i++ {
		candidates = append(candidates, base+"-"+strconv.Itoa(i))
	}
	taken, err := takenHandles(ctx, tx, table, candidates, own)
	for _, h := range candidates {
		if !taken[h] {
			return h, err
		}
	}
	id := newID()
	return base + "-" + id.String()[28:], err
}

// summary is the beginning of a text, for lists.
func summary(text string) string {
	const longest = 160
	runes := []rune(text)
	if len(runes) <= longest {
		return text
	}
	cut := string(runes[:longest-1])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,.;:") + "…"
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
