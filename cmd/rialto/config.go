package main

import "fmt"

type configCmd struct{}

// Run prints the settings in force.
func (c *configCmd) Run(r *run) error { return r.config.Print(r.out) }

type versionCmd struct{}

// Run prints the version.
func (c *versionCmd) Run(r *run) error {
	_, err := fmt.Fprintln(r.out, "rialto", r.version)
	return err
}
