package federation

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// Input describes a provider. In a change, what is nil stays; Handle, Issuer and Audience are for new ones only.
type Input struct {
	Handle, Issuer, Audience                string
	Title, ClientID, ClientSecret           *string
	CreateAccounts, LinkAccounts, IsEnabled *bool
	ReturnURLs                              []string
}

// maxProviders is how many a shop has: a page of buttons.
const maxProviders = 20

// Create makes a provider whose word the shop believes. It fails with [fault.Forbidden] unless the actor may do all that
// whoever the provider vouches for could do.
func (s *Service) Create(ctx context.Context, in Input) (*Provider, fault.Problems, error) {
	now := s.clock.Now()
	p := &stored{Provider: Provider{
		ID: gid.New(Type, s.newID()), Handle: in.Handle, Issuer: in.Issuer, Audience: in.Audience, ReturnURLs: []string{}, Enabled: true, CreatedAt: now, UpdatedAt: now,
		// Customers sign up by themselves, so an email that is verified ties theirs. Staff are let in by the shop, which says so.
		LinkAccounts: in.Audience == Customers,
	}}
	var problems fault.Problems
	s.checkNew(&problems, in)
	for _, needed := range []**string{&in.Title, &in.ClientID} {
		if *needed == nil {
			*needed = new(string)
		}
	}
	if err := s.fill(&problems, p, in); err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	if err := mayWrite(ctx, p.Audience); err != nil {
		return nil, nil, err
	}
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		n, err := countProviders(ctx, tx)
		if err != nil {
			return err
		}
		if n >= maxProviders {
			return refuse(CodeTooMany, "A shop has at most "+strconv.Itoa(maxProviders)+" providers.", "input")
		}
		if err := insertProvider(ctx, tx, p); err != nil {
			return err
		}
		return s.audit.Audit(ctx, tx, "identity_provider.created", p.ID.String(), map[string]any{"after": p.facts()})
	})
	if database.IsUnique(err) {
		problems.Add(CodeTaken, "Another provider of this shop has this handle.", "input", "handle")
		return nil, problems, nil
	}
	return s.outcome(ctx, p, err)
}

// Update changes a provider. What it has tied stays tied; while it is not enabled it signs nobody in.
func (s *Service) Update(ctx context.Context, id uuid.UUID, in Input) (*Provider, fault.Problems, error) {
	p, err := s.change(ctx, id, func(tx database.Tx, p *stored) error {
		before := p.facts()
		var problems fault.Problems
		if err := s.fill(&problems, p, in); err != nil {
			return err
		}
		if len(problems) > 0 {
			return refusal{problems}
		}
		p.UpdatedAt = s.clock.Now()
		if err := updateProvider(ctx, tx, p); err != nil {
			return err
		}
		data := map[string]any{"before": before, "after": p.facts()}
		if in.ClientSecret != nil {
			data["clientSecretChanged"] = true
		}
		return s.audit.Audit(ctx, tx, "identity_provider.updated", p.ID.String(), data)
	})
	return s.outcome(ctx, p, err)
}

// Delete takes a provider away, with all that it has tied and all sign-ins under way. Sessions that it opened go on.
func (s *Service) Delete(ctx context.Context, id uuid.UUID) (*Provider, fault.Problems, error) {
	p, err := s.change(ctx, id, func(tx database.Tx, p *stored) error {
		if err := deleteProvider(ctx, tx, id); err != nil {
			return err
		}
		return s.audit.Audit(ctx, tx, "identity_provider.deleted", p.ID.String(), map[string]any{"before": p.facts()})
	})
	return s.outcome(ctx, p, err)
}

// change finds a provider that the actor may change, and holds it.
func (s *Service) change(ctx context.Context, id uuid.UUID, change func(tx database.Tx, p *stored) error) (p *stored, err error) {
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		if p, err = lockProvider(ctx, tx, id); err != nil {
			return err
		}
		if p == nil {
			return refuse(CodeNotFound, "There is no such provider.", "identityProviderId")
		}
		if err := mayWrite(ctx, p.Audience); err != nil {
			return err
		}
		return change(tx, p)
	})
	return p, err
}

func (s *Service) outcome(ctx context.Context, p *stored, err error) (*Provider, fault.Problems, error) {
	if problems, err := problemsOf(err); len(problems) > 0 || err != nil {
		return nil, problems, err
	}
	shown, err := s.shown(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	return shown[0], nil, nil
}
