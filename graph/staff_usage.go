package graph

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/usage"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// usageFilter is what usage is asked for. Fails with [fault.Invalid] where there is no such place.
func (r *Resolver) usageFilter(app *gid.ID, coordinate *string, deprecated *bool, since *time.Time) (usage.Filter, error) {
	f := usage.Filter{App: appFilter(app), Since: r.Clock.Now().Add(-usage.Keep)}
	if since != nil {
		f.Since = *since
	}
	if deprecated != nil && *deprecated {
		f.Coordinates = r.places.Deprecations()
	}
	if coordinate == nil {
		return f, nil
	}
	if !r.places.Has(*coordinate) {
		return f, fault.New(fault.Invalid, "The schema has no place %q. A place is written as Type, Type.field, Type.field(argument:), Input.field, Enum.VALUE, @directive or @directive(argument:).", fault.Shorten(*coordinate, 100))
	}
	if f.Coordinates == nil || slices.Contains(f.Coordinates, *coordinate) {
		f.Coordinates = []string{*coordinate}
	} else {
		f.Coordinates = []string{}
	}
	return f, nil
}

// usedPlaces pages through what was used.
func (r *Resolver) usedPlaces(ctx context.Context, f usage.Filter, args keyset.Args) (keyset.Page[*model.SchemaUsage], error) {
	page, err := r.Usage.List(ctx, f, args)
	return keyset.Swap(page, func(u *usage.Use) (*model.SchemaUsage, bool) {
		out := r.place(u.Coordinate)
		out.Operation, out.Document, out.Count, out.LastUsedAt, out.AppID = given(u.Operation), given(u.Document), uint64(max(u.Count, 0)), &u.LastUsed, u.AppID
		out.Key = uuid.NewSHA1(u.AppID, []byte(u.Coordinate+"\n"+u.Operation+"\n"+u.Document))
		return out, true
	}), err
}

// unusedPlaces pages through what was not.
func (r *Resolver) unusedPlaces(ctx context.Context, f usage.Filter, args keyset.Args) (keyset.Page[*model.SchemaUsage], error) {
	used, err := r.Usage.Touched(ctx, f)
	if err != nil {
		return keyset.Page[*model.SchemaUsage]{}, err
	}
	all := f.Coordinates
	if all == nil {
		all = r.places.All()
	}
	var out []*model.SchemaUsage
	for _, at := range all {
		if !used[at] {
			out = append(out, r.place(at))
		}
	}
	return keyset.Slice(args, out, usageKey)
}

// place is a place of the schema of which nothing is known.
func (r *Resolver) place(coordinate string) *model.SchemaUsage {
	out := &model.SchemaUsage{Coordinate: coordinate, Key: uuid.NewSHA1(uuid.Nil, []byte(coordinate))}
	if d, is := r.places.Deprecation(coordinate); is {
		out.Deprecated, out.DeprecationReason = true, &d.Reason
	}
	return out
}

func usageKey(u *model.SchemaUsage) uuid.UUID           { return u.Key }
func appOfUsage(u *model.SchemaUsage) (uuid.UUID, bool) { return u.AppID, u.AppID != uuid.Nil }

func usageConnection(ctx context.Context, p keyset.Page[*model.SchemaUsage]) *model.SchemaUsageConnection {
	loader.Together(ctx, p.Items, usageKey)
	return &model.SchemaUsageConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *model.SchemaUsage) model.SchemaUsageEdge {
		return model.SchemaUsageEdge{Cursor: c, Node: n}
	})}
}
