package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/usage"
	"github.com/rialtohq/rialto/graph/coordinate"
	"github.com/rialtohq/rialto/graph/schema"
	"github.com/rialtohq/rialto/platform/database"
)

type schemaUsageCmd struct {
	Shop       string `help:"Handle of the only shop; without, all shops of the deployment."`
	App        string `placeholder:"NAME" help:"Handle of the only app."`
	Coordinate string `placeholder:"PLACE" help:"The only place, such as Product.title, 'Query.product(handle:)', CountryCode.JP or @inContext."`
	Deprecated bool   `help:"Only places that are deprecated."`
	Unused     bool   `help:"List what nothing has used, instead."`
	Days       int    `default:"90" help:"How many days back, today included; counts are kept for 90."`
}

// Run asks the process that owns the data folder, or this one.
func (c *schemaUsageCmd) Run(r *run) error {
	if c.Days < 1 {
		return errors.New("--days is a number from 1")
	}
	asked, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return app.Do(r, r.config, verbs, "schema usage", []string{string(asked)}, nil, r.out)
}

// showUsage is the verb behind `rialto schema usage`.
func showUsage(ctx context.Context, a *app.App, args []string, _ io.Reader, out io.Writer) error {
	var c schemaUsageCmd
	if len(args) != 1 || json.Unmarshal([]byte(args[0]), &c) != nil {
		return errors.New("schema usage: arguments cannot be read")
	}
	ctx, err := c.enter(ctx, a)
	if err != nil {
		return err
	}
	if err := a.Usage.Write(ctx); err != nil { // what this process counted a moment ago counts too
		return err
	}
	places, err := c.places()
	if err != nil {
		return err
	}
	uses, err := a.Usage.Used(ctx, places, a.Clock.Now().AddDate(0, 0, 1-c.Days))
	if err != nil {
		return err
	}
	if c.Unused {
		return c.printUnused(out, places, uses)
	}
	return c.print(ctx, a, out, uses)
}

// enter gives a context of one shop, or of all.
func (c *schemaUsageCmd) enter(ctx context.Context, a *app.App) (context.Context, error) {
	if c.Shop == "" {
		return access.With(database.AllShops(ctx), access.Actor{Kind: access.System}), nil
	}
	ctx, _, err := enter(ctx, a, c.Shop)
	return ctx, err
}

// places are those that are asked for; nil where it is every place.
func (c *schemaUsageCmd) places() ([]string, error) {
	loaded, err := gqlparser.LoadSchema(schema.Sources()...)
	if err != nil {
		return nil, err
	}
	known := coordinate.NewSchema(loaded)
	switch {
	case c.Coordinate != "" && !known.Has(c.Coordinate):
		return nil, fmt.Errorf("the schema has no place %q: a place is written as Type, Type.field, Type.field(argument:), Input.field, Enum.VALUE or @directive", c.Coordinate)
	case c.Coordinate != "":
		return []string{c.Coordinate}, nil
	case c.Deprecated:
		return known.Deprecations(), nil
	case c.Unused:
		return known.All(), nil
	}
	return nil, nil
}

func (c *schemaUsageCmd) print(ctx context.Context, a *app.App, out io.Writer, uses []usage.Use) error {
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "place\trequests\tlast used\tapp\toperation\tdocument\tshop")
	shops := map[uuid.UUID]string{}
	for i := range uses {
		u := &uses[i]
		if c.App != "" && u.App != c.App {
			continue
		}
		if _, known := shops[u.Shop]; !known {
			shop, err := a.Shops.Current(database.WithShop(ctx, u.Shop))
			if err != nil {
				return err
			}
			shops[u.Shop] = shop.Handle
		}
		_, _ = fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\t%s\n", u.Coordinate, u.Count, moment(u.LastUsed), cmp.Or(u.App, "(no app)"), cmp.Or(u.Operation, "(no name)"), cmp.Or(u.Document, "-"), shops[u.Shop])
	}
	return t.Flush()
}

func (c *schemaUsageCmd) printUnused(out io.Writer, places []string, uses []usage.Use) error {
	used := map[string]bool{}
	for i := range uses {
		used[uses[i].Coordinate] = used[uses[i].Coordinate] || c.App == "" || uses[i].App == c.App
	}
	for _, at := range places {
		if !used[at] {
			if _, err := fmt.Fprintln(out, at); err != nil {
				return err
			}
		}
	}
	return nil
}
