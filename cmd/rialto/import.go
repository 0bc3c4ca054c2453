package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
	"github.com/mattn/go-isatty"

	"github.com/rialtohq/rialto/app"
)

type importCmd struct {
	Products importProductsCmd `cmd:"" help:"Read products from a CSV in the format of Shopify's export. What is there already is changed; running it again changes nothing."`
}

type importProductsCmd struct {
	File string `arg:"" type:"existingfile" help:"The CSV file."`
	importProductsFlags
}

// importProductsFlags are what people choose. They travel to the process that owns the data folder as a command line.
type importProductsFlags struct {
	Shop   string `help:"Handle of the shop; needed where there are several."`
	DryRun bool   `help:"Check everything and say what would be done, but change nothing."`
	Resume bool   `help:"Go on where the last import of the same file was broken off."`
}

// importProductsArgs is the command line between the two processes: the flags, and what only the sender knows.
type importProductsArgs struct {
	importProductsFlags
	Digest   string // SHA-256 of the file, by which a broken-off import is known again
	Size     int64  // bytes
	Terminal bool   // somebody watches
}

func (a importProductsArgs) line() []string {
	return []string{
		"--shop=" + a.Shop, fmt.Sprintf("--dry-run=%t", a.DryRun), fmt.Sprintf("--resume=%t", a.Resume),
		"--digest=" + a.Digest, fmt.Sprintf("--size=%d", a.Size), fmt.Sprintf("--terminal=%t", a.Terminal),
	}
}

func parseImportProducts(line []string) (a importProductsArgs, err error) {
	parser, err := kong.New(&a, kong.Name("import products"))
	if err != nil {
		return a, err
	}
	_, err = parser.Parse(line)
	return a, err
}

// Run sends the file to the process that owns the data folder, or imports it here where there is none.
func (c *importProductsCmd) Run(r *run) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	args := importProductsArgs{importProductsFlags: c.importProductsFlags, Terminal: isTerminal(r.out)}
	sum := sha256.New()
	if args.Size, err = io.Copy(sum, f); err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	args.Digest = hex.EncodeToString(sum.Sum(nil))
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	err = app.Do(r, r.config, verbs, "import products", args.line(), f, r.out)
	if err != nil && r.Err() != nil {
		return errors.New("interrupted: what is done is saved, and --resume goes on from there")
	}
	return err
}

// isTerminal reports whether what is written there is seen by somebody as it comes.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}
