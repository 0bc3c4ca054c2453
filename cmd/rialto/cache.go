package main

import (
	"context"
	"fmt"
	"io"

	"github.com/rialtohq/rialto/app"
)

type cacheCmd struct {
	Purge cachePurgeCmd `cmd:"" help:"Have kept answers made anew, in all processes: after rows were changed past Rialto."`
}

type cachePurgeCmd struct {
	Shop   string   `help:"Handle of the shop; needed where there are several."`
	Tables []string `arg:"" optional:"" name:"table" help:"Only answers that these tables were read for, such as product; all where none is named."`
}

// Run purges in the process that owns the data folder, or in this one.
func (c *cachePurgeCmd) Run(r *run) error {
	return app.Do(r, r.config, verbs, "cache purge", append([]string{c.Shop}, c.Tables...), nil, r.out)
}

func purgeCache(ctx context.Context, a *app.App, args []string, _ io.Reader, out io.Writer) error {
	_, shop, err := enter(ctx, a, args[0])
	if err != nil {
		return err
	}
	if err := a.PurgeCache(ctx, shop.ID.UUID, args[1:]...); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "What was kept is made anew.")
	return err
}
