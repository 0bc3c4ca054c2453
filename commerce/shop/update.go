package shop

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/markup"
)

// Limits of what is written, in characters.
const (
	maxDescription = 5000
	maxPolicy      = 512 << 10 // bytes
)

// UpdateInput changes a shop; what is nil stays.
type UpdateInput struct {
	Name        *string
	Description *string
	// Email is who writes to customers, and whom they write to.
	Email *string
	// Domain is the address that shoppers know the shop by, such as shop.example; empty takes it away.
	Domain *string
	// MoneyFormat has {{amount}} in it.
	MoneyFormat *string
}

// PolicyKinds are the kinds of a shop's legal texts, each with the handle and title that it has where the shop gave none.
var PolicyKinds = map[string]Policy{
	"contact":      {Handle: "contact-information", Title: "Contact information"},
	"legal":        {Handle: "legal-notice", Title: "Legal notice"},
	"privacy":      {Handle: "privacy-policy", Title: "Privacy policy"},
	"refund":       {Handle: "refund-policy", Title: "Refund policy"},
	"shipping":     {Handle: "shipping-policy", Title: "Shipping policy"},
	"subscription": {Handle: "subscription-policy", Title: "Subscription policy"},
	"sale":         {Handle: "terms-of-sale", Title: "Terms of sale"},
	"terms":        {Handle: "terms-of-service", Title: "Terms of service"},
}

// Update changes the context's shop. Other processes show it some seconds later. Paths of problems begin with "input".
func (s *Service) Update(ctx context.Context, in UpdateInput) (*Shop, fault.Problems, error) {
	return s.write(ctx, "shop.updated", func(own *Shop) (problems fault.Problems) {
		in.apply(own, &problems)
		return problems
	})
}

// SetPolicy writes one of the shop's legal texts; what could run in a browser is taken out, and an empty text takes it away. The paths
// of problems are "shopPolicy", "type" and "shopPolicy", "body".
func (s *Service) SetPolicy(ctx context.Context, kind, body string) (*Shop, fault.Problems, error) {
	fresh, known := PolicyKinds[kind]
	return s.write(ctx, "shop.policy_updated", func(own *Shop) (problems fault.Problems) {
		if !known {
			problems.Add(CodeInvalid, "There is no such kind of text.", "shopPolicy", "type")
		}
		if len(body) > maxPolicy || !utf8.ValidString(body) || strings.ContainsRune(body, 0) {
			problems.Add(CodeTooLong, "A text has at most 512 KiB.", "shopPolicy", "body")
		}
		if len(problems) > 0 {
			return problems
		}
		clean, _ := markup.Clean(body)
		at := slices.IndexFunc(own.Policies, func(p Policy) bool { return p.Kind == kind })
		policies := slices.Clone(own.Policies)
		switch clean = strings.TrimSpace(clean); {
		case clean == "" && at >= 0:
			policies = slices.Delete(policies, at, at+1)
		case clean != "" && at >= 0:
			policies[at].Body = clean
		case clean != "":
			fresh.Kind, fresh.Body = kind, clean
			policies = append(policies, fresh)
		}
		own.Policies = policies
		return nil
	})
}

var errRefused = errors.New("shop: refused")

// write changes the shop under a lock, unless there are problems, or nothing changes.
func (s *Service) write(ctx context.Context, action string, edit func(own *Shop) fault.Problems) (own *Shop, problems fault.Problems, err error) {
	id, err := database.Shop(ctx)
	if err != nil {
		return nil, nil, err
	}
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		before, err := s.lock(ctx, tx, id)
		if err != nil {
			return err
		}
		after := *before
		if problems = edit(&after); len(problems) > 0 {
			return errRefused
		}
		own = &after
		if after.same(before) {
			return nil
		}
		if err := s.save(ctx, tx, &after); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.forget(id) })
		if s.audit == nil {
			return nil
		}
		return s.audit.Audit(ctx, tx, action, after.ID.String(), map[string]any{"before": before.facts(), "after": after.facts()})
	})
	if errors.Is(err, errRefused) {
		return nil, problems, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return own, nil, nil
}

// facts is what the audit trail keeps of a shop: of its texts, which there are and how long they are.
func (s *Shop) facts() map[string]any {
	texts := map[string]int{}
	for _, p := range s.Policies {
		texts[p.Kind] = len(p.Body)
	}
	return map[string]any{"name": s.Name, "description": s.Description, "email": s.Email, "domain": s.Domain, "moneyFormat": s.MoneyFormat, "policies": texts}
}

func (s *Shop) same(as *Shop) bool {
	about := func(s *Shop) string {
		if s.Description == nil {
			return ""
		}
		return *s.Description
	}
	return s.Name == as.Name && about(s) == about(as) && s.Email == as.Email && s.Domain == as.Domain && s.MoneyFormat == as.MoneyFormat && slices.Equal(s.Policies, as.Policies)
}

func (in UpdateInput) apply(own *Shop, problems *fault.Problems) {
	if in.Name != nil {
		if own.Name = line(*in.Name, maxName, "Name", problems, "name"); own.Name == "" {
			problems.Add(CodeBlank, "Name is missing.", "input", "name")
		}
	}
	if in.Description != nil {
		about := strings.TrimSpace(*in.Description)
		if utf8.RuneCountInString(about) > maxDescription || !utf8.ValidString(about) || strings.ContainsRune(about, 0) {
			problems.Add(CodeTooLong, fmt.Sprintf("Description is text of at most %d characters.", maxDescription), "input", "description")
		}
		if own.Description = &about; about == "" {
			own.Description = nil
		}
	}
	if in.Email != nil {
		own.Email = line(*in.Email, maxName, "Email", problems, "email")
		if a, err := mail.ParseAddress(own.Email); own.Email != "" && (err != nil || a.Address != own.Email) {
			problems.Add(CodeInvalid, "Email is not an email address.", "input", "email")
		}
	}
	if in.Domain != nil {
		own.Domain = strings.ToLower(line(*in.Domain, maxName, "Domain", problems, "domain"))
		u, err := url.Parse("https://" + own.Domain)
		if own.Domain != "" && (err != nil || u.Host != own.Domain || u.Hostname() == "") {
			problems.Add(CodeInvalid, "Domain is a host such as shop.example.", "input", "domain")
		}
	}
	if in.MoneyFormat != nil {
		own.MoneyFormat = line(*in.MoneyFormat, maxName, "Money format", problems, "moneyFormat")
		if !strings.Contains(own.MoneyFormat, "{{amount}}") {
			problems.Add(CodeInvalid, "Money format has {{amount}} in it.", "input", "moneyFormat")
		}
	}
}

// line checks a text that is shown on one line, and gives it without space around it.
func line(text string, most int, what string, problems *fault.Problems, field string) string {
	text = strings.TrimSpace(text)
	switch {
	case !utf8.ValidString(text) || strings.IndexFunc(text, unicode.IsControl) >= 0:
		problems.Add(CodeInvalid, what+" has characters that cannot be printed.", "input", field)
	case utf8.RuneCountInString(text) > most:
		problems.Add(CodeTooLong, fmt.Sprintf("%s is too long: at most %d characters.", what, most), "input", field)
	}
	return text
}
