package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/policy"
)

type accessCmd struct {
	Explain accessExplainCmd `cmd:"" help:"Tell whether somebody may do something with one thing, and by which policy."`
	List    accessListCmd    `cmd:"" help:"List the actions, with the policies that decide each."`
}

type accessExplainCmd struct {
	Shop     string `help:"Handle of the shop; needed where there are several."`
	Actor    string `required:"" placeholder:"WHO" help:"staff:EMAIL, customer:EMAIL, app:ID, role:HANDLE, storefront or nobody."`
	Action   string `required:"" help:"What they want to do, such as order:refund; rialto access list has them all."`
	Resource string `required:"" placeholder:"ID" help:"What with, by its global id: gid://rialto/Order/…"`
	Amount   string `help:"Of a refund, how much would go back; left out, what is left of the order."`
	Key      bool   `help:"Suppose that the order's key is sent along."`
}

// Run explains in the process that owns the data folder, or in this one.
func (c *accessExplainCmd) Run(r *run) error {
	args, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return app.Do(r, r.config, verbs, "access explain", []string{string(args)}, nil, r.out)
}

type accessListCmd struct{}

// Run lists the policies of the process that owns the data folder, or of this one.
func (*accessListCmd) Run(r *run) error {
	return app.Do(r, r.config, verbs, "access list", nil, nil, r.out)
}

// explainAccess is the verb behind `rialto access explain`.
func explainAccess(ctx context.Context, a *app.App, args []string, _ io.Reader, out io.Writer) error {
	var c accessExplainCmd
	if len(args) != 1 || json.Unmarshal([]byte(args[0]), &c) != nil {
		return errors.New("access explain: arguments cannot be read")
	}
	action := policy.Action(c.Action)
	if !action.Valid() {
		return fmt.Errorf("there is no action %q: `rialto access list` has them all", c.Action)
	}
	ctx, own, err := enter(ctx, a, c.Shop)
	if err != nil {
		return err
	}
	who, err := actorOf(ctx, a, own.ID.UUID, c.Actor)
	if err != nil {
		return err
	}
	on, err := resourceOf(ctx, a, c, action)
	if err != nil {
		return err
	}
	return printDecision(out, a.Policies, who, action, c, a.Policies.Explain(ctx, who, action, on))
}

func printDecision(out io.Writer, engine *policy.Engine, who access.Actor, action policy.Action, c accessExplainCmd, d policy.Decision) error {
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	verdict := "refused"
	if d.Allowed {
		verdict = "allowed"
	}
	_, _ = fmt.Fprintf(t, "decision\t%s\n", verdict)
	_, _ = fmt.Fprintf(t, "actor\t%s\n", c.Actor)
	if len(who.Roles) > 0 {
		_, _ = fmt.Fprintf(t, "roles\t%s\n", strings.Join(who.Roles, ", "))
	}
	if len(who.Locations) > 0 {
		_, _ = fmt.Fprintf(t, "kept to\t%d locations\n", len(who.Locations))
	}
	for _, s := range engine.Scopes(action) {
		holds := "not held"
		if who.Works() && who.Can(s) {
			holds = "held"
		}
		_, _ = fmt.Fprintf(t, "scope\t%s, %s\n", s, holds)
	}
	for _, p := range d.Failed {
		_, _ = fmt.Fprintf(t, "failed\t%s: %s (%s)\n", p.ID, p.Description, p.File)
	}
	for _, p := range d.By {
		_, _ = fmt.Fprintf(t, "%s\t%s: %s (%s)\n", effect(p), p.ID, p.Description, p.File)
	}
	switch {
	case len(d.Failed) > 0:
		_, _ = fmt.Fprintln(t, "why\ta policy could not be evaluated, so nothing is allowed")
	case d.Unjudged:
		_, _ = fmt.Fprintln(t, "why\tnobody in particular acts, so no policy is asked")
	case len(d.By) == 0:
		_, _ = fmt.Fprintln(t, "why\tno policy permits it")
	}
	return t.Flush()
}

func effect(p *policy.Policy) string {
	if p.Forbids {
		return "forbidden by"
	}
	return "permitted by"
}

// listAccess is the verb behind `rialto access list`.
func listAccess(_ context.Context, a *app.App, _ []string, _ io.Reader, out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, action := range policy.Actions() {
		note := ""
		if action.Settled() {
			note = " (statements decide it too: not for policies of your own)"
		}
		_, _ = fmt.Fprintf(t, "%s%s\n", action, note)
		for _, p := range a.Policies.Of(action) {
			_, _ = fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", effect(p), p.ID, p.File, p.Description)
		}
	}
	return t.Flush()
}
