package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app"
	apps "github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/commerce/quota"
	"github.com/rialtohq/rialto/platform/fault"
)

type limitsCmd struct {
	List  limitsListCmd  `cmd:"" help:"List what differs from what is usual."`
	Set   limitsSetCmd   `cmd:"" help:"Set the limit of a layer, in points of query cost. It is in force at once."`
	Unset limitsUnsetCmd `cmd:"" help:"Go back to what is usual."`
}

type limitsListCmd struct {
	Shop string `help:"Handle of the shop; needed where there are several."`
}

// Run lists in the process that owns the data folder, or in this one.
func (c *limitsListCmd) Run(r *run) error {
	return app.Do(r, r.config, verbs, "limits list", []string{c.Shop}, nil, r.out)
}

type limitsSetCmd struct {
	Shop      string `help:"Handle of the shop; needed where there are several."`
	App       string `placeholder:"NAME" help:"Handle of the only app that it is for."`
	Layer     string `arg:"" help:"What is counted together: address, storefront, customer, staff, app or shop; for an app: app, storefront or customer."`
	Capacity  int64  `arg:"" help:"How many points may be spent at once."`
	PerSecond int64  `arg:"" help:"How many points come back each second."`
}

// Run sets in the process that owns the data folder, or in this one.
func (c *limitsSetCmd) Run(r *run) error {
	return app.Do(r, r.config, verbs, "limits set", []string{c.Shop, c.App, c.Layer, strconv.FormatInt(c.Capacity, 10), strconv.FormatInt(c.PerSecond, 10)}, nil, r.out)
}

type limitsUnsetCmd struct {
	Shop  string `help:"Handle of the shop; needed where there are several."`
	App   string `placeholder:"NAME" help:"Handle of the app whose limit it is."`
	Layer string `arg:"" help:"What is counted together."`
}

// Run unsets in the process that owns the data folder, or in this one.
func (c *limitsUnsetCmd) Run(r *run) error {
	return app.Do(r, r.config, verbs, "limits unset", []string{c.Shop, c.App, c.Layer}, nil, r.out)
}

// limited gives a context in a shop, and the id of the app with a handle; nil where no handle is given.
func limited(ctx context.Context, a *app.App, shop, handle string) (context.Context, uuid.UUID, error) {
	if handle == "" {
		ctx, _, err := enter(ctx, a, shop)
		return ctx, uuid.Nil, err
	}
	ctx, one, err := enterApp(ctx, a, shop, handle)
	if err != nil {
		return ctx, uuid.Nil, err
	}
	return ctx, one.ID.UUID, nil
}

// enterApp gives a context in a shop, and the app there with a handle.
func enterApp(ctx context.Context, a *app.App, shop, handle string) (context.Context, *apps.App, error) {
	ctx, _, err := enter(ctx, a, shop)
	if err != nil {
		return ctx, nil, err
	}
	one, err := appWith(ctx, a, handle)
	return ctx, one, err
}

// appWith gives the app of the context's shop that has a handle. Where there is none, it says how to make it.
func appWith(ctx context.Context, a *app.App, handle string) (*apps.App, error) {
	one, err := a.Apps.ByHandle(ctx, handle)
	if fault.Is(err, fault.NotFound) {
		return nil, fmt.Errorf("%w `rialto ops register --app NAME FILE` and `rialto ops token --app NAME` make one, and `appCreate` of the API", err)
	}
	return one, err
}

var errLimits = errors.New("limits: arguments cannot be read")

// setLimit is the verb behind `rialto limits set`.
func setLimit(ctx context.Context, a *app.App, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 5 {
		return errLimits
	}
	capacity, err := strconv.ParseInt(args[3], 10, 64)
	if err != nil {
		return errLimits
	}
	perSecond, err := strconv.ParseInt(args[4], 10, 64)
	if err != nil {
		return errLimits
	}
	ctx, of, err := limited(ctx, a, args[0], args[1])
	if err != nil {
		return err
	}
	if err := a.Quotas.Set(ctx, quota.Quota{App: of, Layer: args[2], Capacity: capacity, PerSecond: perSecond}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s: %s at once, %d a second\n", args[2], counted(capacity, "point"), perSecond)
	return err
}

// unsetLimit is the verb behind `rialto limits unset`.
func unsetLimit(ctx context.Context, a *app.App, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 3 {
		return errLimits
	}
	ctx, of, err := limited(ctx, a, args[0], args[1])
	if err != nil {
		return err
	}
	if err := a.Quotas.Unset(ctx, of, args[2]); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s: what is usual\n", args[2])
	return err
}

// listLimits is the verb behind `rialto limits list`.
func listLimits(ctx context.Context, a *app.App, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errLimits
	}
	ctx, _, err := enter(ctx, a, args[0])
	if err != nil {
		return err
	}
	quotas, err := a.Quotas.List(ctx)
	if err != nil {
		return err
	}
	names, err := namesOf(ctx, a, quotas, func(q quota.Quota) uuid.UUID { return q.App })
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "layer\tapp\tpoints at once\ta second\tset")
	for _, q := range quotas {
		whose := "(all)"
		if q.App != uuid.Nil {
			whose = named(names, q.App)
		}
		_, _ = fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%s\n", q.Layer, whose, q.Capacity, q.PerSecond, moment(q.UpdatedAt))
	}
	return t.Flush()
}
