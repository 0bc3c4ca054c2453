package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/commerce/operation"
	"github.com/rialtohq/rialto/graph/evolution"
	"github.com/rialtohq/rialto/platform/gid"
)

// shopData is what the database knows of clients: in the process that owns the data folder, or in this one. That process may be
// of the version before: it is asked for data only, and judged here.
type shopData struct {
	run  *run
	shop string
}

// there fails where no database is: one would be made else, and know of no client.
func (d shopData) there() error {
	c := d.run.config
	if c.DatabaseURL != "" {
		return nil
	}
	if _, err := os.Stat(c.DatabaseFile()); err != nil {
		return fmt.Errorf("there is no data: RIALTO_DATABASE_URL names no database, and %s is not there", c.DatabaseFile())
	}
	return nil
}

// InForce asks for the registered operations.
func (d shopData) InForce(ctx context.Context) ([]evolution.Operation, error) {
	var out []evolution.Operation
	return out, d.ask(ctx, "schema operations", nil, &out)
}

// asked is what [evolution.Usage] is asked.
type asked struct {
	Coordinates []string
	Since       time.Time
}

// Used asks for the use of coordinates.
func (d shopData) Used(ctx context.Context, coordinates []string, since time.Time) ([]evolution.Use, error) {
	var out []evolution.Use
	return out, d.ask(ctx, "schema used", asked{coordinates, since}, &out)
}

func (d shopData) ask(ctx context.Context, verb string, in, out any) error {
	question, err := json.Marshal(in)
	if err != nil {
		return err
	}
	var answer bytes.Buffer
	if err := app.Do(ctx, d.run.config, verbs, verb, []string{d.shop}, bytes.NewReader(question), &answer); err != nil {
		return err
	}
	return json.Unmarshal(answer.Bytes(), out)
}

// eachShop runs a function in the shop with a handle, or in every shop where none is given.
func eachShop(ctx context.Context, a *app.App, handle string, do func(ctx context.Context) error) error {
	if handle != "" {
		in, _, err := enter(ctx, a, handle)
		if err != nil {
			return err
		}
		return do(in)
	}
	ids, err := a.Shops.List(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := do(asRialto(ctx, gid.ID{UUID: id})); err != nil {
			return err
		}
	}
	return nil
}

// registeredOperations is the verb that lists the operations in force.
func registeredOperations(ctx context.Context, a *app.App, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("schema operations: arguments cannot be read")
	}
	all := []evolution.Operation{}
	err := eachShop(ctx, a, args[0], func(ctx context.Context) error {
		docs, err := a.Operations.InForce(ctx, uuid.Nil)
		if err != nil {
			return err
		}
		names, err := namesOf(ctx, a, docs, func(d operation.Registered) uuid.UUID { return d.App })
		for i := range docs {
			d := &docs[i]
			all = append(all, evolution.Operation{App: named(names, d.App), Release: d.Release, Name: d.Name, Text: d.Body})
		}
		return err
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(all)
}

// usedCoordinates is the verb that tells the use of coordinates.
func usedCoordinates(ctx context.Context, a *app.App, args []string, in io.Reader, out io.Writer) error {
	var question asked
	if err := json.NewDecoder(in).Decode(&question); err != nil || len(args) != 1 {
		return errors.New("schema used: the question cannot be read")
	}
	ctx, err := (&schemaUsageCmd{Shop: args[0]}).enter(ctx, a)
	if err != nil {
		return err
	}
	// What was counted a moment ago counts, too.
	if err := a.Usage.Write(ctx); err != nil {
		return err
	}
	uses, err := a.Usage.Used(ctx, question.Coordinates, question.Since)
	if err != nil {
		return err
	}
	all := make([]evolution.Use, len(uses))
	for i := range uses {
		u := &uses[i]
		all[i] = evolution.Use{App: u.App, Operation: u.Operation, Document: u.Document, Coordinate: u.Coordinate, Count: u.Count, LastUsed: u.LastUsed}
	}
	return json.NewEncoder(out).Encode(all)
}
