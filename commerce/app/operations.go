package app

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// Operations say which documents an app may send: values of the API's OperationsMode.
type Operations string

// The modes.
const (
	// Open lets any document run.
	Open Operations = "OPEN"
	// LogUnknown lets any document run, and notes those that the app has not registered.
	LogUnknown Operations = "LOG_UNKNOWN"
	// RegisteredOnly refuses what the app has not registered.
	RegisteredOnly Operations = "REGISTERED_ONLY"
)

func (o Operations) known() bool {
	return o == "" || o == Open || o == LogUnknown || o == RegisteredOnly
}

// Operations is the app's mode as the API has it.
func (a *App) Operations() string { return cmp.Or(string(a.Mode), deploymentMode) }

// deploymentMode is how the API calls a mode that an app does not have of its own.
const deploymentMode = "DEFAULT"

// ModeOf reads a mode as the API has it.
func ModeOf(operations string) Operations {
	if operations == deploymentMode {
		return ""
	}
	return Operations(operations)
}

// maxHandle is the longest name of an app, in characters.
const maxHandle = 63

// ByHandle finds the app of the context's shop that has a name on the command line. Fails with [fault.NotFound] where none has it.
func (s *Service) ByHandle(ctx context.Context, handle string) (*App, error) {
	a, err := appByHandle(ctx, s.db, handle)
	if err == nil && a == nil {
		err = fault.New(fault.NotFound, "There is no app with the handle %q.", fault.Shorten(handle, maxHandle))
	}
	return a, err
}

// Named gives the app of the context's shop that has a name, and makes a public one without scopes where there is none. Only
// Rialto itself may: it is for the command line. Fails with [fault.Invalid] where the name cannot be one.
func (s *Service) Named(ctx context.Context, handle string) (a *App, made bool, err error) {
	if access.From(ctx).Kind != access.System {
		return nil, false, fault.New(fault.Forbidden, "Only the command line makes apps by their names.")
	}
	if !fault.IsHandle(handle, maxHandle) {
		return nil, false, fault.New(fault.Invalid, "An app's handle has small letters, digits and dashes between them, at most %d characters.", maxHandle)
	}
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		if a, err = appByHandle(ctx, tx, handle); err != nil || a != nil {
			return err
		}
		now := s.clock.Now()
		row := &stored{App: App{
			ID: gid.New(Type, s.newID()), Title: handle, Handle: handle, Kind: Public, RedirectURIs: []string{}, AccessScopes: []string{}, LocationIDs: []gid.ID{},
			CreatedAt: now, UpdatedAt: now,
		}}
		a, made = &row.App, true
		return s.createTx(ctx, tx, row)
	})
	if database.IsUnique(err) { // somebody made it at this moment
		a, err = s.ByHandle(ctx, handle)
		return a, false, err
	}
	if problems, _ := problemsOf(err); len(problems) > 0 {
		return nil, false, fault.Wrap(err, fault.Conflict, "%s", problems[0].Message)
	}
	return a, made, err
}

// SetOperations says which documents an app may send, from now on; empty leaves it to the deployment's setting. The actor needs
// the scope to change apps and every scope that the app has.
func (s *Service) SetOperations(ctx context.Context, id uuid.UUID, mode Operations) (*App, fault.Problems, error) {
	return s.Update(ctx, id, Input{Operations: &mode})
}

// sends is which documents an app may send, and how it is called where one is noted.
type sends struct {
	mode   Operations
	handle string
}

// OperationsOf tells which documents an app may send; empty is the deployment's setting. It is asked on the way of every
// request, and remembered.
func (s *Service) OperationsOf(ctx context.Context, id uuid.UUID) (Operations, error) {
	of, err := s.sendsOf(ctx, id)
	return of.mode, err
}

// HandleOf is the handle of an app; empty where it has none or there is no such app. It is remembered with [Service.OperationsOf].
func (s *Service) HandleOf(ctx context.Context, id uuid.UUID) (string, error) {
	of, err := s.sendsOf(ctx, id)
	return of.handle, err
}

func (s *Service) sendsOf(ctx context.Context, id uuid.UUID) (sends, error) {
	of, _, err := s.modes.Get(id, s.clock.Now(), func() (sends, bool, error) {
		c, err := findClient(database.AllShops(ctx), s.db, id)
		if err != nil || c == nil {
			return sends{}, false, err
		}
		return sends{c.Mode, c.Handle}, true, nil
	})
	return of, err
}
