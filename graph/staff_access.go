package graph

import (
	"context"
	"time"

	"github.com/google/uuid"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

func newApp(in model.AppCreateInput) app.Input {
	return app.Input{Title: &in.Title, Kind: in.Kind, RedirectURIs: in.RedirectUris, Scopes: in.AccessScopes, Locations: locationsOf(in.LocationIds)}
}

func changedApp(in model.AppUpdateInput) app.Input {
	var mode *app.Operations
	if in.Operations != nil {
		to := app.ModeOf(*in.Operations)
		mode = &to
	}
	return app.Input{Operations: mode, Title: in.Title, RedirectURIs: in.RedirectUris, Scopes: in.AccessScopes, Locations: locationsOf(in.LocationIds)}
}

// locationsOf are the locations that ids name; nil where the list was left out.
func locationsOf(ids []*gid.ID) []uuid.UUID {
	if ids == nil {
		return nil
	}
	return uuidsOf(ids, "Location")
}

// appFilter is the app whose keys are asked for; nil for those of all.
func appFilter(id *gid.ID) *uuid.UUID {
	if id == nil {
		return nil
	}
	of := uuidOf(*id, app.Type)
	return &of
}

// overlap is a number of minutes. What is too long is cut to what is still too long, before it is more than can be counted.
func overlap(minutes *int) time.Duration {
	if minutes == nil {
		return time.Hour
	}
	most := int(app.MaxOverlap/time.Minute) + 1
	return time.Duration(min(max(*minutes, -1), most)) * time.Minute
}

// shown is a secret that is shown once; null where there is none.
func shown(secret string) *string {
	if secret == "" {
		return nil
	}
	return &secret
}

// roleRemoved takes a role from a member, and gives them as they are now; nil where it was their last.
func (r *Resolver) roleRemoved(ctx context.Context, id uuid.UUID, role string) (*staff.StaffMember, fault.Problems, error) {
	ps, err := r.Staff.RemoveRole(ctx, id, role)
	if err != nil || len(ps) > 0 {
		return nil, ps, err
	}
	found, err := r.Staff.ByIDs(ctx, []uuid.UUID{id})
	return found[id], nil, err
}

func keyID(k *app.Key) uuid.UUID            { return k.ID.UUID }
func auditID(e *staff.AuditEntry) uuid.UUID { return e.ID.UUID }

func appOfKey(k *app.Key) (uuid.UUID, bool) { return k.AppID.UUID, true }

// Whom an entry of the record names.
func appOfEntry(e *staff.AuditEntry) (uuid.UUID, bool)    { return e.AppID, e.AppID != uuid.Nil }
func memberOfEntry(e *staff.AuditEntry) (uuid.UUID, bool) { return e.ActorID, e.ActorKind == iam.Staff }

func (r *Resolver) keysByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*app.Key, error) {
	found, err := r.Apps.KeysByID(ctx, ids)
	return announce(ctx, found, err, keyID)
}

func keyConnection(ctx context.Context, p keyset.Page[*app.Key]) *model.APIKeyConnection {
	loader.Together(ctx, p.Items, keyID)
	return &model.APIKeyConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *app.Key) model.APIKeyEdge {
		return model.APIKeyEdge{Cursor: c, Node: n}
	})}
}

func appConnection(ctx context.Context, p keyset.Page[*app.App]) *model.AppConnection {
	return &model.AppConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *app.App) model.AppEdge {
		return model.AppEdge{Cursor: c, Node: n}
	})}
}

func auditConnection(ctx context.Context, p keyset.Page[*staff.AuditEntry]) *model.AuditEntryConnection {
	loader.Together(ctx, p.Items, auditID)
	return &model.AuditEntryConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *staff.AuditEntry) model.AuditEntryEdge {
		return model.AuditEntryEdge{Cursor: c, Node: n}
	})}
}

func roleConnection(ctx context.Context, p keyset.Page[*staff.Role]) *model.RoleConnection {
	return &model.RoleConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *staff.Role) model.RoleEdge {
		return model.RoleEdge{Cursor: c, Node: n}
	})}
}

func memberConnection(ctx context.Context, p keyset.Page[*staff.StaffMember]) *model.StaffMemberConnection {
	return &model.StaffMemberConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *staff.StaffMember) model.StaffMemberEdge {
		return model.StaffMemberEdge{Cursor: c, Node: n}
	})}
}
