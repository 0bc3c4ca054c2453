package main

import (
	"fmt"

	"github.com/rialtohq/rialto/graph/evolution"
)

type schemaCmd struct {
	Print schemaPrintCmd `cmd:"" help:"Print the GraphQL schema of this program, in the form in which a released one is kept."`
	Check schemaCheckCmd `cmd:"" help:"Tell whether the schema of this program is safe for clients of another one; exit code 1 when it is not."`
	Usage schemaUsageCmd `cmd:"" help:"Tell which places of the GraphQL schema are used, and by which operations of which apps."`
}

type schemaPrintCmd struct{}

// Run prints the schema.
func (*schemaPrintCmd) Run(r *run) error {
	s, err := evolution.Current()
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(r.out, evolution.Print(s))
	return err
}
