package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app"
	apps "github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/operation"
)

type opsListCmd struct {
	Shop       string `help:"Handle of the shop; needed where there are several."`
	App        string `placeholder:"NAME" help:"Handle of the only app to list."`
	Operations bool   `help:"List every operation in force, and not only releases."`
}

// Run lists in the process that owns the data folder, or in this one.
func (c *opsListCmd) Run(r *run) error {
	return app.Do(r, r.config, verbs, "ops list", []string{c.Shop, c.App, strconv.FormatBool(c.Operations)}, nil, r.out)
}

// listOperations is the verb behind `rialto ops list`.
func listOperations(ctx context.Context, a *app.App, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 3 {
		return errors.New("ops list: arguments cannot be read")
	}
	ctx, _, err := enter(ctx, a, args[0])
	if err != nil {
		return err
	}
	only := uuid.Nil
	if args[1] != "" {
		one, err := appWith(ctx, a, args[1])
		if err != nil {
			return err
		}
		only = one.ID.UUID
	}
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	if args[2] == "true" {
		err = listEach(ctx, a, only, t)
	} else {
		err = listReleases(ctx, a, only, t)
	}
	return errors.Join(err, t.Flush())
}

func listReleases(ctx context.Context, a *app.App, only uuid.UUID, out io.Writer) error {
	releases, err := a.Operations.Releases(ctx, only)
	if err != nil {
		return err
	}
	names, err := namesOf(ctx, a, releases, func(r operation.Release) uuid.UUID { return r.App })
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(out, "app\tmode\trelease\toperations\tdearest\tstatements\tregistered\tlast used\tstate")
	for _, r := range releases {
		state, mode := stateOf(r), "(default)"
		if n := names[r.App]; n != nil && n.Mode != "" {
			mode = app.OperationModeName(n.Mode)
		}
		_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%d\t%s\t%s\t%s\t%s\n", named(names, r.App), mode, r.Name, r.Operations, r.Points, said(r.Queries, r.Statements), moment(r.CreatedAt), sometime(r.LastUsedAt), state)
	}
	return nil
}

// stateOf is what has become of a release.
func stateOf(r operation.Release) string {
	switch {
	case r.RetiredAt != nil:
		return "retired " + moment(*r.RetiredAt)
	case r.Active == 0:
		return "pending"
	case r.Pending > 0:
		return fmt.Sprintf("in force, %d pending", r.Pending)
	}
	return "in force"
}

func listEach(ctx context.Context, a *app.App, only uuid.UUID, out io.Writer) error {
	docs, err := a.Operations.InForce(ctx, only)
	if err != nil {
		return err
	}
	names, err := namesOf(ctx, a, docs, func(d operation.Registered) uuid.UUID { return d.App })
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(out, "app\trelease\toperation\tkind\tpoints\tstatements\tlast used\tid")
	for i := range docs {
		d := &docs[i]
		_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", named(names, d.App), d.Release, d.Name, d.Kind, d.Points, said(d.Kind == "query", d.Statements), sometime(d.LastUsedAt), d.Alias)
	}
	return nil
}

// namesOf gives the apps of what is listed, by their ids.
func namesOf[T any](ctx context.Context, a *app.App, list []T, of func(T) uuid.UUID) (map[uuid.UUID]*apps.App, error) {
	ids := map[uuid.UUID]bool{}
	for i := range list {
		ids[of(list[i])] = true
	}
	return a.Apps.ByIDs(ctx, slices.Collect(maps.Keys(ids)))
}

func named(names map[uuid.UUID]*apps.App, id uuid.UUID) string {
	if n := names[id]; n != nil && n.Handle != "" {
		return n.Handle
	}
	return id.String()
}

// said is a number of statements. It is known of queries only.
func said(query bool, statements int) string {
	if !query {
		return "-"
	}
	return strconv.Itoa(statements)
}

func sometime(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return moment(*t)
}

type opsRetireCmd struct {
	ofApp
	Release string `default:"current" help:"Name of the release."`
	Force   bool   `help:"Also where its operations were used within 30 days, and nothing else serves them."`
}

// Run retires in the process that owns the data folder, or in this one.
func (c *opsRetireCmd) Run(r *run) error {
	return app.Do(r, r.config, verbs, "ops retire", []string{c.Shop, c.App, c.Release, strconv.FormatBool(c.Force)}, nil, r.out)
}

// retireOperations is the verb behind `rialto ops retire`.
func retireOperations(ctx context.Context, a *app.App, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 4 {
		return errors.New("ops retire: arguments cannot be read")
	}
	ctx, of, err := enterApp(ctx, a, args[0], args[1])
	if err != nil {
		return err
	}
	n, err := a.Operations.Retire(ctx, of.ID.UUID, args[2], args[3] == "true")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "release %s of %s is retired: %s\n", args[2], of.Handle, counted(n, "operation"))
	return err
}

type opsModeCmd struct {
	Mode string `arg:"" enum:"open,log-unknown,registered,default" help:"open: any operation; log-unknown: any, and what is not registered is noted; registered: only what the app registered; default: as RIALTO_OPERATIONS says."`
	ofApp
}

// Run sets the mode in the process that owns the data folder, or in this one.
func (c *opsModeCmd) Run(r *run) error {
	return app.Do(r, r.config, verbs, "ops mode", []string{c.Shop, c.App, c.Mode}, nil, r.out)
}

// setMode is the verb behind `rialto ops mode`.
func setMode(ctx context.Context, a *app.App, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 3 {
		return errors.New("ops mode: arguments cannot be read")
	}
	mode, ok := app.OperationMode(args[2])
	if !ok && args[2] != "default" {
		return fmt.Errorf("there is no mode %q", args[2])
	}
	ctx, of, err := enterApp(ctx, a, args[0], args[1])
	if err != nil {
		return err
	}
	_, problems, err := a.Apps.SetOperations(ctx, of.ID.UUID, mode)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return errors.New(problems[0].Message)
	}
	_, err = fmt.Fprintf(out, "operations of %s: %s\n", of.Handle, args[2])
	return err
}

type opsTokenCmd struct {
	ofApp
	Private bool   `help:"Make one for a server, which must not be seen by shoppers."`
	Adopt   string `placeholder:"TOKEN" help:"Make none: give the app the token that begins with these eight characters, or that this is in whole."`
}

// Run makes the token in the process that owns the data folder, or in this one.
func (c *opsTokenCmd) Run(r *run) error {
	kind := identity.Public
	if c.Private {
		kind = identity.Private
	}
	return app.Do(r, r.config, verbs, "ops token", []string{c.Shop, c.App, kind, c.Adopt}, nil, r.out)
}

// makeToken is the verb behind `rialto ops token`.
func makeToken(ctx context.Context, a *app.App, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 4 {
		return errors.New("ops token: arguments cannot be read")
	}
	ctx, _, err := enter(ctx, a, args[0])
	if err != nil {
		return err
	}
	of, made, err := a.Apps.Named(ctx, args[1])
	if err != nil {
		return err
	}
	if made {
		_, _ = fmt.Fprintf(out, "app %s is new\n", of.Handle)
	}
	if args[3] != "" {
		if err := a.Apps.AdoptStorefront(ctx, args[3], of.ID.UUID); err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "the token %s… belongs to %s\n", args[3][:min(8, len(args[3]))], of.Handle)
		return err
	}
	t, err := a.Identity.CreateStorefront(ctx, identity.StorefrontInput{Kind: args[2], Title: of.Title, App: of.ID.UUID})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s token  %s\n", args[2], t.Token)
	return err
}
