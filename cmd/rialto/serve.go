package main

import (
	"github.com/rialtohq/rialto/app"
)

type serveCmd struct {
	Migrate bool `help:"Bring the schema up to date first (replicas take turns)."`
}

// Run serves until the process is told to end.
func (c *serveCmd) Run(r *run) error {
	r.config.Migrate = c.Migrate
	a, err := app.New(r, r.config, app.AsProcess(r.version), app.WithVerbs(verbs))
	if err != nil {
		return err
	}
	return closing(a, a.Run(r))
}
