package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/commerce/oauth"
)

type keysCmd struct {
	List   keysListCmd   `cmd:"" help:"List the keys: which signs, and until when each is believed."`
	Rotate keysRotateCmd `cmd:"" help:"Make a new key, which takes over in some minutes. Nobody is signed out."`
}

type keysListCmd struct{}

// Run lists the keys in the process that owns the data folder, or in this one.
func (*keysListCmd) Run(r *run) error {
	return app.Do(r, r.config, verbs, "keys list", nil, nil, r.out)
}

type keysRotateCmd struct {
	Now bool `help:"For a key that others may know: the new one signs at once, and no access token of those before is believed any more."`
}

// Run makes the key in the process that owns the data folder, or in this one.
func (c *keysRotateCmd) Run(r *run) error {
	return app.Do(r, r.config, verbs, "keys rotate", []string{strconv.FormatBool(c.Now)}, nil, r.out)
}

// listKeys is the verb behind `rialto keys list`.
func listKeys(ctx context.Context, a *app.App, _ []string, _ io.Reader, out io.Writer) error {
	keys, err := a.OAuth.Keys(ctx)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		_, err := fmt.Fprintln(out, "There is no key yet: the first is made when a token is asked for.")
		return err
	}
	now := a.Clock.Now()
	signing := oauth.Signing(keys, now)
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "key\tstate\tsigns from\tbelieved until\tkept")
	for i := range keys {
		k := &keys[i]
		until := "-"
		if !k.RetiredAt.IsZero() {
			until = moment(k.RetiredAt)
		}
		kept := "as it is"
		if k.Sealed {
			kept = "sealed"
		}
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", k.KID, state(k, signing, now), moment(k.ActiveAt), until, kept)
	}
	return t.Flush()
}

func state(k, signing *oauth.Key, now time.Time) string {
	switch {
	case k == signing:
		return "signs"
	case !k.RetiredAt.IsZero() && !now.Before(k.RetiredAt):
		return "retired"
	case k.ActiveAt.After(now):
		return "waits"
	}
	return "believed"
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// rotateKeys is the verb behind `rialto keys rotate`.
func rotateKeys(ctx context.Context, a *app.App, args []string, _ io.Reader, out io.Writer) error {
	rotate := a.OAuth.RotateKeys
	if len(args) == 1 && args[0] == "true" {
		rotate = a.OAuth.RotateKeysNow
	}
	k, err := rotate(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "key %s signs from %s\n", k.KID, moment(k.ActiveAt))
	return err
}
