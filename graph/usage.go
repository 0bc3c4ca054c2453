package graph

import (
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/commerce/usage"
	"github.com/rialtohq/rialto/graph/coordinate"
	"github.com/rialtohq/rialto/graph/schema"
	"github.com/rialtohq/rialto/graph/wire"
)

// Usage counts which places of the schema are used; *usage.Service does.
type Usage interface {
	Count(shop, app uuid.UUID, op *usage.Operation, added []string)
}

// touched is what an operation of a kept document touches.
type touched struct {
	*coordinate.Operation
	counted *usage.Operation
	// deprecated are the places of its text that are not to be used any more.
	deprecated []coordinate.Deprecation
	// wants is what it shows of things that are not read whole for everybody.
	wants wants
}

// documentName is how much of a document's hash names it where usage is shown.
const documentName = 12

// touched finds what an operation touches.
func (d *document) touched(places *coordinate.Schema, op *ast.OperationDefinition) *touched {
	t := &touched{Operation: places.Of(op)}
	t.wants = wanted(t.Known)
	t.counted = &usage.Operation{Name: op.Name, Coordinates: t.Known}
	if d.registered {
		t.counted.Document = d.ID[:documentName]
	}
	t.deprecated = deprecations(places, t.Deprecated, nil)
	return t
}

// asksNothing reports whether an operation touches no place but the type that it begins at: it asks about the schema, or whether
// somebody is there.
func (t *touched) asksNothing() bool { return len(t.Known) <= 1 }

// uses are the places that a request touches.
type uses struct {
	*touched
	// added are those that its variables add, deprecated all that are not to be used any more.
	added      []string
	deprecated []coordinate.Deprecation
}

// uses finds what an operation touches with some variables.
func (h *Handler) uses(doc *document, op *ast.OperationDefinition, variables map[string]any) uses {
	t, _ := doc.touches.get(op) // never fails
	if t.asksNothing() {
		return uses{touched: t}
	}
	added := t.Added(variables)
	return uses{touched: t, added: added, deprecated: deprecations(h.places, added, t.deprecated)}
}

// used counts an operation that has run, and tells its sender of what is not to be used any more: in extensions, and where it was
// asked for by GET, or is a document that is kept here, in headers. The body of an answer to a GET stays as it is.
func (h *Handler) used(q *asked, a *wire.Answer) {
	if h.places == nil {
		return
	}
	u := q.uses()
	if u.asksNothing() {
		return
	}
	if h.usage != nil {
		h.usage.Count(q.actor.Shop, q.actor.Program(), u.counted, u.added)
	}
	if len(u.deprecated) == 0 {
		return
	}
	if q.r.Method == http.MethodGet || q.r.Named || q.doc.registered {
		warn(a, u.deprecated)
	}
	if q.r.Method != http.MethodGet {
		a.Extensions = map[string]any{"deprecations": told(u.deprecated)}
	}
}

// deprecations adds those of some places that are deprecated. What is given is not changed.
func deprecations(places *coordinate.Schema, coordinates []string, known []coordinate.Deprecation) []coordinate.Deprecation {
	for i := range coordinates {
		if d, is := places.Deprecation(coordinates[i]); is {
			known = append(known[:len(known):len(known)], d)
		}
	}
	return known
}

// maxTold is how many deprecations an answer tells of.
const maxTold = 20

// deprecation is what an answer says of a place.
type deprecation struct {
	Coordinate string `json:"coordinate"`
	Reason     string `json:"reason"`
	// RemovedAfter is a day, or null.
	RemovedAfter *string `json:"removedAfter"`
}

func told(found []coordinate.Deprecation) []deprecation {
	out := make([]deprecation, min(len(found), maxTold))
	for i := range out {
		d := &found[i]
		out[i] = deprecation{Coordinate: d.Coordinate, Reason: d.Reason}
		if !d.RemovedAfter.IsZero() {
			day := d.RemovedAfter.Format(time.DateOnly)
			out[i].RemovedAfter = &day
		}
	}
	return out
}

// warn says in headers since when something in an answer is deprecated (RFC 9745), and at which moment the first of it can be gone
// (RFC 8594): the end of the day that its reason names.
func warn(a *wire.Answer, found []coordinate.Deprecation) {
	var since, gone time.Time
	for i := range found {
		d := &found[i]
		if at, known := schema.DeprecatedSince(d.Coordinate); known && (since.IsZero() || at.Before(since)) {
			since = at
		}
		if !d.RemovedAfter.IsZero() && (gone.IsZero() || d.RemovedAfter.Before(gone)) {
			gone = d.RemovedAfter
		}
	}
	if !since.IsZero() {
		a.With("Deprecation", "@"+strconv.FormatInt(since.Unix(), 10))
	}
	if !gone.IsZero() {
		a.With("Sunset", gone.AddDate(0, 0, 1).Add(-time.Second).UTC().Format(http.TimeFormat))
	}
}
