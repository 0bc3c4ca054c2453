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
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/commerce/operation"
	"github.com/rialtohq/rialto/graph/evolution"
	"github.com/rialtohq/rialto/platform/database"
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

// shopsOf are the shop with a handle, or all where none is given: their ids, with what is written behind the names of their apps,
// which is nothing where there is one shop only.
func shopsOf(ctx context.Context, a *app.App, handle string) (map[uuid.UUID]string, error) {
	if handle != "" {
		s, err := a.Shops.ByHandle(ctx, handle)
		if err != nil {
			return nil, err
		}
		return map[uuid.UUID]string{s.ID.UUID: ""}, nil
	}
	ids, err := a.Shops.List(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]string, len(ids))
	for _, id := range ids {
		s, err := a.Shops.Current(database.WithShop(ctx, id))
		if err != nil {
			return nil, err
		}
		if out[id] = ""; len(ids) > 1 {
			out[id] = " of " + s.Handle
		}
	}
	return out, nil
}

// registeredOperations is the verb that lists the operations in force.
func registeredOperations(ctx context.Context, a *app.App, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("schema operations: arguments cannot be read")
	}
	shops, err := shopsOf(ctx, a, args[0])
	if err != nil {
		return err
	}
	all := []evolution.Operation{}
	for id, where := range shops {
		in := asRialto(ctx, gid.ID{UUID: id})
		docs, err := a.Operations.InForce(in, uuid.Nil)
		if err != nil {
			return err
		}
		names, err := namesOf(in, a, docs, func(d operation.Registered) uuid.UUID { return d.App })
		if err != nil {
			return err
		}
		for i := range docs {
			d := &docs[i]
			all = append(all, evolution.Operation{App: named(names, d.App) + where, Release: d.Release, Name: d.Name, Text: d.Body})
		}
	}
	return json.NewEncoder(out).Encode(all)
}

// usedCoordinates is the verb that tells the use of coordinates.
func usedCoordinates(ctx context.Context, a *app.App, args []string, in io.Reader, out io.Writer) error {
	var question asked
	if err := json.NewDecoder(in).Decode(&question); err != nil || len(args) != 1 {
		return errors.New("schema used: the question cannot be read")
	}
	shops, err := shopsOf(ctx, a, args[0])
	if err != nil {
		return err
	}
	// What was counted a moment ago counts, too.
	if err := a.Usage.Write(ctx); err != nil {
		return err
	}
	all := []evolution.Use{}
	for id, where := range shops {
		uses, err := a.Usage.Used(asRialto(ctx, gid.ID{UUID: id}), question.Coordinates, question.Since)
		if err != nil {
			return err
		}
		for i := range uses {
			u := &uses[i]
			all = append(all, evolution.Use{
				App: cmp.Or(u.App, "(no app)") + where, Operation: u.Operation, Document: u.Document, Coordinate: u.Coordinate, Count: u.Count, LastUsed: u.LastUsed,
			})
		}
	}
	return json.NewEncoder(out).Encode(all)
}
