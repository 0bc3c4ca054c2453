package main

import (
	"fmt"

	"github.com/rialtohq/rialto/migrations"
	"github.com/rialtohq/rialto/platform/database"
)

type migrateCmd struct {
	Up     migrateUpCmd     `cmd:"" help:"Apply what is missing, under a lock."`
	Status migrateStatusCmd `cmd:"" help:"Tell the schema's version and this binary's."`
}

type migrateUpCmd struct{}

// Run applies the missing migrations.
func (c *migrateUpCmd) Run(r *run) error {
	db, err := database.Open(r, r.config.Database())
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(r, r.config.DatabaseFile()); err != nil {
		return err
	}
	fmt.Fprintln(r.out, "The schema is at version", migrations.Latest())
	return nil
}

type migrateStatusCmd struct{}

// Run compares the two versions.
func (c *migrateStatusCmd) Run(r *run) error {
	db, err := database.Open(r, r.config.Database())
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	have, err := db.Version(r)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.out, "schema %d, binary %d\n", have, migrations.Latest())
	return db.Ready(r)
}
