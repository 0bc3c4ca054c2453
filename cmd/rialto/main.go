// Command rialto is the one binary: it serves shops, and works on them from the command line.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/rialtohq/rialto/app"
)

// cli is every verb, one file each. Settings come from the environment: see `rialto config`.
type cli struct {
	Dev     devCmd     `cmd:"" help:"Run the embedded default with a demo shop, on this machine only."`
	Serve   serveCmd   `cmd:"" help:"Run a server: embedded, or on the PostgreSQL, Redis and NATS that the environment names."`
	Migrate migrateCmd `cmd:"" help:"Bring the database's schema up to date, or tell how it stands."`
	Import  importCmd  `cmd:"" help:"Read a catalog from a file into a shop."`
	Shop    shopCmd    `cmd:"" help:"Open shops."`
	Access  accessCmd  `cmd:"" help:"Explain who may do what with which order, address, location or product."`
	Cache   cacheCmd   `cmd:"" help:"Have kept answers made anew."`
	Limits  limitsCmd  `cmd:"" help:"Say how much a shop, or an app of it, may ask for in a time."`
	Ops     opsCmd     `cmd:"" help:"Price GraphQL operations, and register those of apps."`
	Schema  schemaCmd  `cmd:"" help:"Print the GraphQL schema, check whether changes of it are safe for clients, and tell what they use."`
	Keys    keysCmd    `cmd:"" help:"List and rotate the keys that sign access tokens."`
	Health  healthCmd  `cmd:"" help:"Ask the running process whether it is ready; exit code 0 when it is."`
	Config  configCmd  `cmd:"" help:"Print every setting in force and where it came from."`
	Version versionCmd `cmd:"" help:"Print the version."`
	Help    helpCmd    `cmd:"" help:"Tell what the commands are, or what one of them takes."`
}

// run is what every verb is given.
type run struct {
	context.Context
	config  app.Config
	in      io.Reader
	out     io.Writer
	version string
}

// version is set by the build.
var version = "dev"

// helpCmd stands among the commands so that it is found; [parse] answers it.
type helpCmd struct {
	Command []string `arg:"" optional:"" help:"The command, such as keys rotate."`
}

// Run is never reached.
func (helpCmd) Run() error { return nil }

// parse reads the command line. "help" is another way to say "--help" after a command; neither needs settings that are right.
func parse(args []string) *kong.Context {
	if len(args) > 0 && args[0] == "help" {
		args = append(slices.Clone(args[1:]), "--help")
	}
	parser := kong.Must(&cli{}, kong.Name("rialto"), kong.Description("A headless commerce backend in one binary."), kong.UsageOnError())
	k, err := parser.Parse(args)
	parser.FatalIfErrorf(err)
	return k
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	k := parse(os.Args[1:])
	config, err := app.FromEnvironment(os.Environ())
	if err == nil {
		err = k.Run(&run{Context: ctx, config: config, in: os.Stdin, out: os.Stdout, version: version})
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "rialto:", err)
		os.Exit(1)
	}
}
