package policy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/policy"
)

// operators makes an engine with a file of an operator's beside Rialto's own.
func operators(t testing.TB, text string) (*policy.Engine, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ours.cedar"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return policy.New(policy.Config{Dir: dir})
}

const head = `@id("ours.one") @description("A rule of ours.") `

func TestOperatorsForbidMoreAndPermitWhatIsOpen(t *testing.T) {
	t.Parallel()
	engine, err := operators(t, head+fmt.Sprintf(`
		forbid (principal is Staff in Role::"manager", action == Action::"order:refund", resource) when { context.amount > 100000 };
		@id("ours.two") @description("Support of this shop refunds up to 500.")
		permit (principal is Staff in Role::"support", action == Action::"order:refund", resource)
		when { principal.shop == Shop::"%s" && context.currency == "USD" && context.refunded + context.amount <= 50000 };`, shop))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := role(access.Support)
	elsewhere.Shop = mia
	for name, tt := range map[string]struct {
		who    access.Actor
		amount int64
		by     string
	}{
		"ManagerBelow":      {role(access.Manager), 100000, "order.refund.unlimited"},
		"ManagerAbove":      {role(access.Manager), 100001, "ours.one"},
		"Finance":           {role(access.Finance), 100001, "order.refund.unlimited"},
		"Support":           {role(access.Support), 50000, "ours.two"},
		"SupportAbove":      {role(access.Support), 50001, ""},
		"SupportOfAnother":  {elsewhere, 50000, ""},
		"ForbidBeatsPermit": {role(access.Manager, access.Owner), 100001, "ours.one"},
	} {
		d := engine.Explain(t.Context(), tt.who, policy.OrderRefund, refund("USD", tt.amount, 0))
		by := ""
		if len(d.By) > 0 {
			by = d.By[0].ID
		}
		if by != tt.by || d.Allowed != (by != "" && by != "ours.one") {
			t.Errorf("%s: %v by %q", name, d.Allowed, by)
		}
	}
}

// The validator cannot see an overflow coming: this forbid fails for every amount above one, and Cedar would skip it.
func TestAFailingPolicyRefuses(t *testing.T) {
	t.Parallel()
	engine, err := operators(t, head+`forbid (principal, action == Action::"order:refund", resource) when { context.amount * 9223372036854775807 < 0 };`)
	if err != nil {
		t.Fatal(err)
	}
	owner := role(access.Owner)
	if d := engine.Explain(t.Context(), owner, policy.OrderRefund, refund("USD", 1, 0)); !d.Allowed {
		t.Errorf("without a failure: %+v", d)
	}
	d := engine.Explain(t.Context(), owner, policy.OrderRefund, refund("USD", 2, 0))
	if d.Allowed || len(d.By) > 0 || len(d.Failed) != 1 || d.Failed[0].ID != "ours.one" {
		t.Errorf("%+v", d)
	}
	if engine.Allows(access.With(t.Context(), owner), policy.OrderRefund, refund("USD", 2, 0)) {
		t.Error("allowed")
	}
	if d := engine.Explain(t.Context(), owner, policy.OrderContact, order(mia)); !d.Allowed {
		t.Error("a failing policy reached another action")
	}
}

func TestAWrongFileStopsTheStart(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, want string }{
		"NoCedar":         {`permit everything`, "ours.cedar"},
		"NoID":            {`@description("x") permit (principal, action == Action::"order:refund", resource);`, "needs an @id"},
		"StrangeID":       {`@id("Ours One") @description("x") permit (principal, action == Action::"order:refund", resource);`, "needs an @id"},
		"NoDescription":   {`@id("ours.one") permit (principal, action == Action::"order:refund", resource);`, "needs a @description"},
		"IDOfRialtos":     {`@id("order.refund.unlimited") @description("x") permit (principal, action == Action::"order:refund", resource);`, "stands in policies/order.cedar"},
		"IDTwice":         {strings.Repeat(head+`forbid (principal, action == Action::"order:refund", resource);`, 2), "stands in"},
		"UnknownAction":   {head + `permit (principal, action == Action::"order:refnd", resource);`, "order:refnd"},
		"OneUnknown":      {head + `permit (principal, action in [Action::"order:refund", Action::"order:burn"], resource);`, "order:burn"},
		"UnknownType":     {head + `permit (principal is Clerk, action == Action::"order:refund", resource);`, "Clerk"},
		"UnknownEntity":   {head + `permit (principal, action == Action::"order:refund", resource) when { principal in Team::"a" };`, "Team"},
		"UnknownFact":     {head + `forbid (principal, action == Action::"order:refund", resource) when { context.total > 5 };`, "total"},
		"FactMayBeAbsent": {head + `forbid (principal, action == Action::"order:refund", resource is Order) when { resource.customer == Customer::"a" };`, "customer"},
		"NeverApplies":    {head + `permit (principal is Customer, action == Action::"order:refund", resource);`, "unable to find an applicable action"},
		"Settled":         {head + `forbid (principal, action == Action::"product:view", resource);`, "statements decide"},
		"EveryAction":     {head + `forbid (principal, action, resource);`, "statements decide"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := operators(t, tt.text)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "ours.cedar") {
				t.Errorf("%v", err)
			}
		})
	}
	for name, dir := range map[string]string{"EmptyFolder": t.TempDir(), "NoFolder": filepath.Join(t.TempDir(), "none")} {
		if _, err := policy.New(policy.Config{Dir: dir}); err == nil {
			t.Error(name)
		}
	}
}

// What the guide shows can be pasted.
func TestTheGuidesPoliciesLoad(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/howto/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for i, block := range strings.Split(string(guide), "```cedar\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		if strings.Contains(block, `@id("ours.`) {
			if _, err := operators(t, block); err != nil {
				t.Errorf("block %d: %v", i, err)
			}
			shown++
			continue
		}
		own, err := os.ReadFile("../../policies/order.cedar")
		if err != nil || !strings.Contains(string(own), block) {
			t.Errorf("block %d is not in the file that it is from: %v", i, err)
		}
	}
	if shown == 0 {
		t.Error("the guide shows no policy of an operator's")
	}
}
