package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// The codes of problems with metafields, beside those of products.
const (
	CodeNotAuthorized = "APP_NOT_AUTHORIZED"
	CodeBadDigest     = "INVALID_COMPARE_DIGEST"
	CodeOwner         = "INVALID_OWNER"
	CodeType          = "INVALID_TYPE"
	CodeValue         = "INVALID_VALUE"
	CodeTooManySets   = "LESS_THAN_OR_EQUAL_TO"
	CodeStale         = "STALE_OBJECT"
	CodeTooShort      = "TOO_SHORT"
	CodeNoMetafield   = "METAFIELD_DOES_NOT_EXIST"
)

// MaxMetafieldSets is how many metafields one call of [Service.SetMetafields] writes.
const MaxMetafieldSets = 25

// MetafieldSet is a metafield to write.
type MetafieldSet struct {
	Owner     gid.ID
	Namespace string // "custom" where empty
	Key       string
	Type      string // that of the stored value where empty
	Value     string
	// Compare says that the value must be the one with this digest (see [Digest]), or none where CompareDigest is nil.
	Compare       bool
	CompareDigest *string
}

// metafieldRow is a metafield as it is stored.
type metafieldRow struct {
	id              *uuid.UUID // where the input names it so
	owner           uuid.UUID
	ownerType       string
	namespace, key  string
	kind, value     string
	path            []string
	compare         bool
	compareToDigest *string
	defined         bool // it has a definition, which says its type
}

func (f metafieldRow) name() MetafieldName { return MetafieldName{f.owner, f.namespace, f.key} }

// Digest stands for a value of a metafield in comparisons.
func Digest(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:])
}

// owners are the things that have metafields: their tables (none for the shop itself), and the scope that may write them.
var owners = map[string]struct{ table, kind, scope string }{
	"Product":        {"product", "PRODUCT", access.ProductsWrite},
	"ProductVariant": {"variant", "PRODUCTVARIANT", access.ProductsWrite},
	"Collection":     {"collection", "COLLECTION", access.ProductsWrite},
	"Page":           {"page", "PAGE", access.ContentWrite},
	"Customer":       {"customer", "CUSTOMER", access.CustomersWrite},
	"Order":          {"orders", "ORDER", access.OrdersWrite},
	"Shop":           {"", "SHOP", access.ShopWrite},
}

var (
	nameOfMetafield = regexp.MustCompile(`^[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*$`)
	hexDigest       = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// metafields checks metafields that are written with their owner.
func (c *checker) metafields(in []MetafieldInput, field ...string) []metafieldRow {
	out := make([]metafieldRow, 0, len(in))
	for i, f := range in {
		path := append(slices.Clone(field), strconv.Itoa(i))
		out = append(out, c.metafield(metafieldRow{id: f.ID, namespace: f.Namespace, key: f.Key, kind: f.Type, value: f.Value, path: path}))
	}
	return out
}

func (c *checker) metafield(f metafieldRow) metafieldRow {
	at := func(name string) []string { return append(slices.Clone(f.path), name) }
	if f.id == nil {
		if f.namespace == "" {
			f.namespace = "custom"
		}
		c.metafieldName(f.namespace, 2, maxName, at("namespace"))
		c.metafieldName(f.key, 2, 64, at("key"))
	}
	switch {
	case !utf8.ValidString(f.value) || strings.ContainsRune(f.value, 0):
		c.add(CodeValue, "The value is not valid UTF-8.", at("value")...)
		return f
	case len(f.value) > maxMetafield:
		c.add(CodeTooLong, "The value is longer than 64 KB.", at("value")...)
		return f
	case f.value == "":
		c.add(CodeBlank, "The value is empty.", at("value")...)
		return f
	}
	if f.kind != "" {
		c.typed(f)
	}
	return f
}

// typed checks that the type is known and that the value fits it.
func (c *checker) typed(f metafieldRow) {
	switch known, fits := fitsType(f.kind, f.value); {
	case !known:
		c.add(CodeType, "There is no type "+quote(f.kind)+".", append(slices.Clone(f.path), "type")...)
	case !fits:
		c.add(CodeValue, "The value does not fit the type "+f.kind+".", append(slices.Clone(f.path), "value")...)
	}
}

func (c *checker) metafieldName(s string, least, most int, path []string) {
	switch {
	case s == "":
		c.add(CodeBlank, "This is needed.", path...)
	case len(s) < least:
		c.add(CodeTooShort, "The "+path[len(path)-1]+" has at least "+strconv.Itoa(least)+" characters.", path...)
	case len(s) > most:
		c.add(CodeTooLong, "The "+path[len(path)-1]+" has at most "+strconv.Itoa(most)+" characters.", path...)
	case !nameOfMetafield.MatchString(s):
		c.add(CodeInvalid, "The "+path[len(path)-1]+" has letters, digits, hyphens and underscores only.", path...)
	}
}

// SetMetafields writes metafields of any things, all or none. The actor needs the scope to change each of them. Paths of
// problems begin with "metafields".
func (s *Service) SetMetafields(ctx context.Context, in []MetafieldSet) ([]*Metafield, fault.Problems, error) {
	out, problems, err := run(ctx, s, "metafields.set", gid.ID{}, func(tx database.Tx) (*[]*Metafield, fault.Problems, error) { return s.setMetafieldsTx(ctx, tx, in) })
	if out == nil {
		return nil, problems, err
	}
	return *out, problems, err
}

func (s *Service) setMetafieldsTx(ctx context.Context, tx database.Tx, in []MetafieldSet) (*[]*Metafield, fault.Problems, error) {
	c := &checker{}
	if len(in) > MaxMetafieldSets {
		c.add(CodeTooManySets, "At most 25 metafields are written in one call.", "metafields")
		return nil, c.problems, nil
	}
	if err := s.store.lockRules(ctx, tx, false); err != nil {
		return nil, nil, err
	}
	rows := make([]metafieldRow, len(in))
	actor := access.From(ctx)
	seen := map[MetafieldName]bool{}
	for i, f := range in {
		path := []string{"metafields", strconv.Itoa(i)}
		owner, known := owners[f.Owner.Type]
		if known && actor.Kind != access.System && !actor.Can(owner.scope) {
			c.add(CodeNotAuthorized, "You may not write metafields of this.", path[0], path[1], "ownerId")
		}
		rows[i] = c.metafield(metafieldRow{owner: f.Owner.UUID, ownerType: owner.kind, namespace: f.Namespace, key: f.Key, kind: f.Type, value: f.Value,
			path: path, compare: f.Compare, compareToDigest: f.CompareDigest})
		if d := f.CompareDigest; f.Compare && d != nil && !hexDigest.MatchString(*d) {
			c.add(CodeBadDigest, "This is no digest of a value.", path[0], path[1], "compareDigest")
		}
		if seen[rows[i].name()] {
			c.add(CodeInvalid, "This metafield is named twice.", path...)
		}
		seen[rows[i].name()] = true
	}
	if err := s.checkOwners(ctx, tx, c, in); err != nil || !c.ok() {
		return nil, c.problems, err
	}
	if err := s.saveMetafields(ctx, tx, c, rows); err != nil || !c.ok() {
		return nil, c.problems, err
	}
	names := make([]MetafieldName, len(rows))
	for i, f := range rows {
		names[i] = f.name()
	}
	stored, err := s.store.storedMetafields(ctx, tx, names)
	if err != nil {
		return nil, nil, err
	}
	out := make([]*Metafield, len(names))
	for i, n := range names {
		out[i] = stored[n]
	}
	return &out, nil, nil
}

// WriteMetafieldsTx writes metafields of one thing that the caller writes too, all or none: the transaction must be undone
// where there are problems. Their paths begin with "metafields". Who may do that is the caller's to check.
func (s *Service) WriteMetafieldsTx(ctx context.Context, tx database.Tx, owner gid.ID, in []MetafieldInput) (fault.Problems, error) {
	c := &checker{}
	if err := s.store.lockRules(ctx, tx, false); err != nil {
		return nil, err
	}
	rows := c.metafields(in, "metafields")
	for i := range rows {
		rows[i].owner, rows[i].ownerType = owner.UUID, owners[owner.Type].kind
	}
	err := s.saveMetafields(ctx, tx, c, rows)
	return c.problems, err
}

// checkOwners reports owners that are not there, and keeps the others from being deleted until the transaction ends: one
// statement for each type of owner.
func (s *Service) checkOwners(ctx context.Context, tx database.Tx, c *checker, in []MetafieldSet) error {
	byType := map[string][]uuid.UUID{}
	for _, f := range in {
		byType[f.Owner.Type] = append(byType[f.Owner.Type], f.Owner.UUID)
	}
	there := map[uuid.UUID]bool{}
	for kind, ids := range byType {
		owner, ok := owners[kind]
		if !ok {
			continue
		}
		if owner.table == "" {
			shop, err := database.Shop(ctx)
			if err != nil {
				return err
			}
			there[shop] = true
			continue
		}
		rows, err := tx.Query(ctx, "SELECT id FROM "+owner.table+" WHERE shop_id = $1 AND id = ANY($2) ORDER BY id FOR KEY SHARE", ids)
		list, err := database.IDs(rows, err)
		if err != nil {
			return err
		}
		for _, id := range list {
			there[id] = true
		}
	}
	for i, f := range in {
		if !there[f.Owner.UUID] {
			c.add(CodeOwner, "There is no such record.", "metafields", strconv.Itoa(i), "ownerId")
		}
	}
	return nil
}

// saveMetafields compares metafields with what is stored, writes those that differ and tells of their products and
// collections.
func (s *Service) saveMetafields(ctx context.Context, tx database.Tx, c *checker, rows []metafieldRow) error {
	if err := s.resolveMetafields(ctx, tx, c, rows); err != nil || !c.ok() {
		return err
	}
	written, err := s.store.putMetafields(ctx, tx, rows, s.clock.Now())
	if err != nil {
		return err
	}
	told := map[uuid.UUID]bool{}
	for _, f := range rows {
		if !written[f.owner] || told[f.owner] {
			continue
		}
		told[f.owner] = true
		if err := s.emitOwner(ctx, tx, f.ownerType, f.owner); err != nil {
			return err
		}
	}
	return nil
}

// emitOwner tells that a product or collection changed because a metafield of it did.
func (s *Service) emitOwner(ctx context.Context, tx database.Tx, kind string, id uuid.UUID) error {
	var query string
	switch kind {
	case "PRODUCT":
		query = "SELECT id, handle FROM product WHERE shop_id = $1 AND id = $2"
	case "PRODUCTVARIANT":
		query = "SELECT p.id, p.handle FROM product p JOIN variant v ON v.shop_id = p.shop_id AND v.product_id = p.id WHERE p.shop_id = $1 AND v.id = $2"
	case "COLLECTION":
		query = "SELECT id, handle FROM collection WHERE shop_id = $1 AND id = $2"
	default:
		return nil
	}
	var handle string
	if err := tx.QueryRow(ctx, query, id).Scan(&id, &handle); err != nil {
		return err
	}
	if kind == "COLLECTION" {
		return s.emit(ctx, tx, EventCollectionChanged, CollectionEvent{CollectionID: id, Handle: handle})
	}
	return s.emit(ctx, tx, EventProductChanged, ProductEvent{ProductID: id, Handle: handle})
}

// resolveMetafields turns ids of metafields into names, fills in types that were left out, and checks both against what is
// stored.
func (s *Service) resolveMetafields(ctx context.Context, tx database.Tx, c *checker, rows []metafieldRow) error {
	var ids []uuid.UUID
	for _, f := range rows {
		if f.id != nil {
			ids = append(ids, *f.id)
		}
	}
	if len(ids) > 0 {
		list, err := s.store.metafieldsByID(ctx, tx, "", ids)
		if err != nil {
			return err
		}
		known := map[uuid.UUID]*Metafield{}
		for _, f := range list {
			known[f.ID.UUID] = f
		}
		for i := range rows {
			f := &rows[i]
			if f.id == nil {
				continue
			}
			old := known[*f.id]
			if old == nil || old.OwnerID != f.owner {
				c.add(CodeNotFound, "There is no such metafield of this record.", append(slices.Clone(f.path), "id")...)
				continue
			}
			f.namespace, f.key = old.Namespace, old.Key
		}
	}
	names := make([]MetafieldName, len(rows))
	for i, f := range rows {
		names[i] = f.name()
	}
	stored, err := s.store.storedMetafields(ctx, tx, names)
	if err != nil {
		return err
	}
	all, err := s.definitionsFor(ctx, tx, rows)
	if err != nil {
		return err
	}
	for i := range rows {
		c.byDefinition(ctx, &rows[i], all)
		c.againstStored(&rows[i], stored[rows[i].name()])
	}
	return nil
}

func (c *checker) againstStored(f *metafieldRow, old *Metafield) {
	at := func(name string) []string { return append(slices.Clone(f.path), name) }
	switch {
	case f.kind == "" && old == nil:
		c.add(CodeType, "A new metafield needs a type.", at("type")...)
	case f.kind == "":
		f.kind = old.Type
		c.typed(*f)
	case old != nil && old.Type != f.kind && !f.defined:
		c.add(CodeType, "The metafield that is there has the type "+old.Type+".", at("type")...)
	}
	if !f.compare {
		return
	}
	if (old == nil) != (f.compareToDigest == nil) || old != nil && Digest(old.Value) != *f.compareToDigest {
		c.add(CodeStale, "The value was changed meanwhile.", at("compareDigest")...)
	}
}

// DeleteMetafields deletes metafields of one thing. Those that are not there are problems, and then nothing is deleted.
// Who may do that is the caller's to check.
func (s *Service) DeleteMetafields(ctx context.Context, owner gid.ID, names []MetafieldName) (fault.Problems, error) {
	_, problems, err := run(ctx, s, "metafields.deleted", owner, func(tx database.Tx) (*bool, fault.Problems, error) {
		for i := range names {
			names[i].Owner = owner.UUID
			if names[i].Namespace == "" {
				names[i].Namespace = "custom"
			}
		}
		stored, err := s.store.storedMetafields(ctx, tx, names)
		if err != nil {
			return nil, nil, err
		}
		c := &checker{}
		var ids []uuid.UUID
		for i, n := range names {
			if f := stored[n]; f != nil {
				ids = append(ids, f.ID.UUID)
			} else {
				c.add(CodeNoMetafield, "There is no such metafield.", "metafields", strconv.Itoa(i))
			}
		}
		if !c.ok() {
			return nil, c.problems, nil
		}
		done := true
		if err := drop(ctx, tx, "metafield", "id", ids); err != nil || len(ids) == 0 {
			return &done, nil, err
		}
		return &done, nil, s.emitOwner(ctx, tx, owners[owner.Type].kind, owner.UUID)
	})
	return problems, err
}
