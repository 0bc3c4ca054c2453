package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/rialtohq/rialto/app"
	apps "github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/commerce/operation"
	"github.com/rialtohq/rialto/graph/persisted"
	"github.com/rialtohq/rialto/platform/fault"
)

// ofApp are the flags that name an app.
type ofApp struct {
	Shop string `help:"Handle of the shop; needed where there are several."`
	App  string `required:"" placeholder:"NAME" help:"Handle of the app, such as web."`
}

type opsRegisterCmd struct {
	File    string `arg:"" help:"Apollo's manifest, an object of texts by id (relay-compiler, GraphQL Code Generator), or a folder of .graphql files."`
	Release string `default:"current" help:"Name of what is registered together, such as a version; it is activated and retired as a whole."`
	Pending bool   `help:"Register without putting in force: nobody is served these operations until 'rialto ops activate'."`
	ofApp
}

// Run reads the file here, and has it registered by the process that owns the data folder, or by this one.
func (c *opsRegisterCmd) Run(r *run) error {
	entries, err := readOperations(c.File)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	body, err := json.Marshal(entries)
	if err != nil {
		return err
	}
	return app.Do(r, r.config, verbs, "ops register", []string{c.Shop, c.App, c.Release, strconv.FormatBool(c.Pending)}, bytes.NewReader(body), r.out)
}

func readOperations(file string) ([]persisted.Entry, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return persisted.ReadFolder(os.DirFS(file))
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return persisted.ReadManifest(data)
}

// registerOperations is the verb behind `rialto ops register`: all operations, or none.
func registerOperations(ctx context.Context, a *app.App, args []string, in io.Reader, out io.Writer) error {
	if len(args) != 4 {
		return errors.New("ops register: arguments cannot be read")
	}
	var entries []persisted.Entry
	if err := json.NewDecoder(in).Decode(&entries); err != nil {
		return fmt.Errorf("ops register: %w", err)
	}
	if len(entries) == 0 {
		return errors.New("there is no operation in it: a manifest has some, or a folder .graphql files")
	}
	ctx, _, err := enter(ctx, a, args[0])
	if err != nil {
		return err
	}
	// The documents are looked through first, so that no app is made for what cannot be registered.
	before, err := a.Apps.ByHandle(ctx, args[1])
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	var of apps.App
	if before != nil {
		of = *before
	}
	docs, err := a.Registrar.Check(of.ID.UUID, of.AccessScopes, entries)
	if err != nil {
		return err
	}
	named, made, err := a.Apps.Named(ctx, args[1])
	if err != nil {
		return err
	}
	register := a.Operations.Register
	if args[3] == "true" {
		register = a.Operations.RegisterPending
	}
	outcome, err := register(ctx, named.ID.UUID, args[2], docs)
	if err != nil {
		return err
	}
	if made {
		_, _ = fmt.Fprintf(out, "app %s is new; `rialto ops token --app %s` makes a storefront token for it\n", named.Handle, named.Handle)
	}
	dearest := slices.MaxFunc(docs, func(a, b operation.Document) int { return cmp.Compare(a.Points, b.Points) })
	_, err = fmt.Fprintf(out, "release %s of %s: %s; the dearest is %s with %s%s\n",
		args[2], named.Handle, told(outcome, args[3] == "true"), dearest.Name, counted(dearest.Points, "point"), mostStatements(docs))
	if err == nil && args[3] == "true" {
		_, err = fmt.Fprintf(out, "nobody is served it until: rialto ops activate --app %s --release %s\n", named.Handle, args[2])
	}
	return err
}

// told is what a registration did, in words.
func told(o operation.Outcome, pending bool) string {
	again := "in force"
	if pending {
		again = "pending"
	}
	text := fmt.Sprintf("%d new, %d known, %d %s again", o.Added, o.Known, o.Revived, again)
	if o.Activated > 0 {
		text += fmt.Sprintf(", %d in force that waited for it", o.Activated)
	}
	return text
}

type opsActivateCmd struct {
	ofApp
	Release string `default:"current" help:"Name of the release."`
}

// Run activates in the process that owns the data folder, or in this one.
func (c *opsActivateCmd) Run(r *run) error {
	return app.Do(r, r.config, verbs, "ops activate", []string{c.Shop, c.App, c.Release}, nil, r.out)
}

// activateOperations is the verb behind `rialto ops activate`. What is pending is looked through once more: the schema, or what the
// app may see, can have changed since it was registered. What is registered while this looks stays pending.
func activateOperations(ctx context.Context, a *app.App, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 3 {
		return errors.New("ops activate: arguments cannot be read")
	}
	ctx, of, err := enterApp(ctx, a, args[0], args[1])
	if err != nil {
		return err
	}
	pending, err := a.Operations.Pending(ctx, of.ID.UUID, args[2])
	if err != nil {
		return err
	}
	entries := make([]persisted.Entry, len(pending))
	for i := range pending {
		entries[i] = persisted.Entry{ID: pending[i].Alias, Body: pending[i].Body, Where: pending[i].Alias}
	}
	checked, err := a.Registrar.Check(of.ID.UUID, of.AccessScopes, entries)
	if err != nil {
		return fmt.Errorf("release %s cannot be put in force any more; register it anew: %w", args[2], err)
	}
	n, err := a.Operations.Activate(ctx, of.ID.UUID, args[2], checked)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "release %s of %s is in force: %s\n", args[2], of.Handle, counted(n, "operation"))
	return err
}

// mostStatements names the document that may take most SQL statements; nothing where that is said of none.
func mostStatements(docs []operation.Document) string {
	most := slices.MaxFunc(docs, func(a, b operation.Document) int { return cmp.Compare(a.Statements, b.Statements) })
	if most.Statements == 0 {
		return ""
	}
	return fmt.Sprintf(", most SQL statements takes %s, at most %d", most.Name, most.Statements)
}
