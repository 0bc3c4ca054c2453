package app

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// StorefrontType is the type of a storefront token in its global id.
const StorefrontType = "StorefrontAccessToken"

// maxStorefronts is how many storefront tokens a shop has in force at most.
const maxStorefronts = 100

// StorefrontToken is a storefront's token, as staff see it.
type StorefrontToken struct {
	ID    gid.ID
	Title string
	// Kind is PUBLIC or PRIVATE.
	Kind string
	// AccessToken is the token itself: it is there when the token was made in this moment, and kept nowhere.
	AccessToken *string
	// Prefix is the token's first characters, to recognize it by.
	Prefix string
	// AccessScopes are what its holder may do beyond what is public.
	AccessScopes []string
	// AppID is the app that shows it; nil where it belongs to none.
	AppID     *gid.ID
	CreatedAt time.Time
	// ExpiresAt is nil for a token that does not end by itself.
	ExpiresAt *time.Time
}

// StorefrontInput describes a token to be made.
type StorefrontInput struct {
	Title  string
	Kind   string // PUBLIC where empty
	Scopes []string
	// App is the app of the shop that shows it; nil for none.
	App *uuid.UUID
	// ExpiresAt ends it; nil never does.
	ExpiresAt *time.Time
}

// Storefronts keeps the tokens of storefronts; *identity.Service does.
type Storefronts interface {
	CreateStorefrontTx(ctx context.Context, tx database.Tx, in identity.StorefrontInput) (identity.StorefrontToken, error)
	RevokeStorefrontTx(ctx context.Context, tx database.Tx, id uuid.UUID) error
	AdoptStorefrontTx(ctx context.Context, tx database.Tx, prefix string, app uuid.UUID) (uuid.UUID, error)
	CountStorefrontsTx(ctx context.Context, tx database.Tx) (int, error)
	ForgetStorefrontsTx(tx database.Tx)
	Storefronts(ctx context.Context, w keyset.Window) ([]identity.StorefrontToken, error)
	StorefrontsByID(ctx context.Context, ids []uuid.UUID) ([]identity.StorefrontToken, error)
}

func shownStorefront(t identity.StorefrontToken) *StorefrontToken {
	out := &StorefrontToken{
		ID: gid.New(StorefrontType, t.ID), Title: t.Title, Kind: strings.ToUpper(t.Kind), Prefix: t.Prefix, AccessScopes: list(t.Scopes), CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt,
	}
	if t.App != uuid.Nil {
		app := gid.New(Type, t.App)
		out.AppID = &app
	}
	if t.Token != "" {
		out.AccessToken = &t.Token
	}
	return out
}

// storefrontScope is what a scope of shoppers looks like.
var storefrontScope = regexp.MustCompile(`^[a-z][a-z_:]{0,63}$`)

// CreateStorefront makes a storefront token and gives it with the token itself, this once. The actor needs the scope to change apps.
func (s *Service) CreateStorefront(ctx context.Context, in StorefrontInput) (*StorefrontToken, fault.Problems, error) {
	if err := mayWrite(ctx, nil); err != nil {
		return nil, nil, err
	}
	var problems fault.Problems
	in.Title = title(&problems, in.Title)
	kind := strings.ToLower(in.Kind)
	if kind == "" {
		kind = identity.Public
	}
	if kind != identity.Public && kind != identity.Private {
		problems.Add(CodeInvalid, "A storefront token is PUBLIC or PRIVATE.", "input", "kind")
	}
	for i, scope := range in.Scopes {
		if slices.Contains(access.AllScopes, scope) || !storefrontScope.MatchString(scope) {
			problems.Add(CodeInvalid, "A storefront token cannot hold this scope.", "input", "accessScopes", strconv.Itoa(i))
		}
	}
	if in.ExpiresAt != nil && !in.ExpiresAt.After(s.clock.Now()) {
		problems.Add(CodeInvalid, "A token ends in the future.", "input", "expiresAt")
	}
	if len(problems) > 0 {
		return nil, problems, nil
	}
	made := identity.StorefrontInput{Kind: kind, Title: in.Title, Scopes: in.Scopes, ExpiresAt: in.ExpiresAt}
	var out *StorefrontToken
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		if in.App != nil {
			a, err := lockApp(ctx, tx, *in.App)
			if err == nil && (a == nil || a.RevokedAt != nil) {
				err = refuse(CodeNotFound, "There is no such app.", "input", "appId")
			}
			if err != nil {
				return err
			}
			made.App = *in.App
		}
		n, err := s.storefronts.CountStorefrontsTx(ctx, tx)
		if err == nil && n >= maxStorefronts {
			err = refuse(CodeTooMany, "A shop has at most 100 storefront tokens.", "input")
		}
		if err != nil {
			return err
		}
		t, err := s.storefronts.CreateStorefrontTx(ctx, tx, made)
		if err != nil {
			return err
		}
		out = shownStorefront(t)
		return s.audit.Audit(ctx, tx, "storefront_token.created", out.ID.String(), map[string]any{"after": out.facts()})
	})
	if problems, err := problemsOf(err); len(problems) > 0 || err != nil {
		return nil, problems, err
	}
	return out, nil, nil
}

// facts is what the audit trail keeps of a token: nothing that opens anything.
func (t *StorefrontToken) facts() map[string]any {
	return map[string]any{"title": t.Title, "kind": t.Kind, "prefix": t.Prefix, "accessScopes": t.AccessScopes, "appId": t.AppID, "expiresAt": t.ExpiresAt}
}

// DeleteStorefront ends a storefront token for good, at once. The actor needs the scope to change apps.
func (s *Service) DeleteStorefront(ctx context.Context, id uuid.UUID) (fault.Problems, error) {
	if err := mayEnd(ctx); err != nil {
		return nil, err
	}
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		err := s.storefronts.RevokeStorefrontTx(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			return refuse(CodeNotFound, "There is no such storefront token.", "input", "id")
		}
		if err != nil {
			return err
		}
		return s.audit.Audit(ctx, tx, "storefront_token.deleted", gid.New(StorefrontType, id).String(), nil)
	})
	return problemsOf(err)
}

// AdoptStorefront gives the storefront token that begins with these first characters to an app of the shop, whose operations it may
// then run. Fails as identity's verb does.
func (s *Service) AdoptStorefront(ctx context.Context, prefix string, app uuid.UUID) error {
	if err := mayWrite(ctx, nil); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx database.Tx) error {
		id, err := s.storefronts.AdoptStorefrontTx(ctx, tx, prefix, app)
		if err != nil {
			return err
		}
		return s.audit.Audit(ctx, tx, "storefront_token.adopted", gid.New(StorefrontType, id).String(), map[string]any{"appId": gid.New(Type, app)})
	})
}

var storefrontOrder = keyset.Order{Name: "storefront-token-id", ID: "t.id"}

// StorefrontTokens gives a page of the shop's storefront tokens in force, oldest first, for who may read apps; others get none.
func (s *Service) StorefrontTokens(ctx context.Context, args keyset.Args) (keyset.Page[*StorefrontToken], error) {
	w, err := args.Window(storefrontOrder)
	if err != nil || !mayRead(ctx) {
		return keyset.Page[*StorefrontToken]{}, err
	}
	rows, err := s.storefronts.Storefronts(ctx, w)
	page := keyset.Cut(w, rows, func(t identity.StorefrontToken) (any, uuid.UUID) { return "", t.ID })
	return keyset.Swap(page, func(t identity.StorefrontToken) (*StorefrontToken, bool) { return shownStorefront(t), true }), err
}

// StorefrontTokensByID gives storefront tokens by their ids, for who may read apps; others and those of other shops are missing.
func (s *Service) StorefrontTokensByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*StorefrontToken, error) {
	out := make(map[uuid.UUID]*StorefrontToken, len(ids))
	if !mayRead(ctx) {
		return out, nil
	}
	rows, err := s.storefronts.StorefrontsByID(ctx, ids)
	for _, t := range rows {
		out[t.ID] = shownStorefront(t)
	}
	return out, err
}
