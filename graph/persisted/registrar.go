package persisted

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/operation"
	"github.com/rialtohq/rialto/graph/access"
	"github.com/rialtohq/rialto/graph/cost"
	"github.com/rialtohq/rialto/graph/limits"
)

// Registrar looks documents through before they are registered: limits, schema, price, how many SQL statements they take, and
// whether anybody who acts through the app may see what they ask for.
type Registrar struct {
	Schema  *ast.Schema
	Limits  limits.Limits
	Prices  *cost.Prices
	Planner *access.Planner
	// MaxObjects is how many objects an operation may give.
	MaxObjects int64
}

// Check makes documents of entries, for an app with these scopes. The error tells what is wrong with each of those that cannot
// be registered.
func (r *Registrar) Check(app uuid.UUID, scopes []string, entries []Entry) ([]operation.Document, error) {
	var faults []error
	docs := make([]operation.Document, 0, len(entries))
	for _, e := range entries {
		doc, err := r.check(app, scopes, e)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", e.Where, err))
			continue
		}
		docs = append(docs, doc)
	}
	return docs, errors.Join(faults...)
}

func (r *Registrar) check(app uuid.UUID, scopes []string, e Entry) (d operation.Document, err error) {
	parsed, err := r.Limits.Read(r.Schema, e.Body)
	if err != nil {
		return d, err
	}
	if len(parsed.Operations) == 0 {
		return d, errors.New("the document has no operation")
	}
	d = operation.Document{Alias: e.ID, Hash: operation.HashOf(e.Body), Body: e.Body, Name: parsed.Operations[0].Name, Kind: string(parsed.Operations[0].Operation)}
	for _, op := range parsed.Operations {
		plan, err := r.Prices.Compile(op)
		if err != nil {
			return d, err
		}
		estimate := plan.Estimate(nil, nil)
		if estimate.Objects > r.MaxObjects {
			return d, fmt.Errorf("operation %q could give %d objects; at most %d are allowed: ask for shorter lists", op.Name, estimate.Objects, r.MaxObjects)
		}
		d.Points = max(d.Points, estimate.Points)
		most, _ := plan.Statements()
		d.Statements = max(d.Statements, most)
		if hidden := r.hidden(op, app, scopes); len(hidden) > 0 {
			return d, fmt.Errorf("operation %q asks for what nobody may see through this app: %s", op.Name, strings.Join(hidden, ", "))
		}
	}
	return d, nil
}

// hidden lists the fields that none of those who may act through an app is allowed to see: its storefront's shoppers, signed in
// or not, the app itself, and staff who use it.
func (r *Registrar) hidden(op *ast.OperationDefinition, app uuid.UUID, scopes []string) []string {
	own := iam.NewScopes(scopes...)
	var common []access.Coordinate
	for i, by := range []iam.Actor{
		{Kind: iam.Storefront, Client: app},
		{Kind: iam.Customer, ID: app, Session: app, Client: app},
		{Kind: iam.App, ID: app, Scopes: own},
		{Kind: iam.Staff, ID: app, Session: app, Via: app, Scopes: own},
	} {
		var denied []access.Coordinate
		for _, d := range r.Planner.Plan(op, by).Denials() {
			denied = append(denied, d.Coordinate)
		}
		if i == 0 {
			common = denied
			continue
		}
		common = slices.DeleteFunc(common, func(c access.Coordinate) bool { return !slices.Contains(denied, c) })
	}
	list := make([]string, 0, len(common))
	for _, c := range common {
		list = append(list, c.String())
	}
	return list
}
