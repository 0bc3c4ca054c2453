package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/commerce/transfer"
)

// importProducts runs in the process that owns the data folder. Fails where any product was left out.
func importProducts(ctx context.Context, a *app.App, line []string, in io.Reader, out io.Writer) error {
	// The sender is still writing: an answer that comes before the end of the file must not break its pipe.
	defer func() { _, _ = io.Copy(io.Discard, in) }()
	args, err := parseImportProducts(line)
	if err != nil {
		return err
	}
	ctx, own, err := enter(ctx, a, args.Shop)
	if err != nil {
		return err
	}
	bookmark := bookmark{path: filepath.Join(a.Config().DataDir, "imports", own.ID.UUID.String()+"-"+args.Digest+".json")}
	options := transfer.ImportOptions{DryRun: args.DryRun}
	if args.Resume {
		if options.ResumeAfter, err = bookmark.read(); err != nil {
			return err
		}
	}
	bar := &progressBar{out: out, size: args.Size, terminal: args.Terminal}
	options.Progress = func(p transfer.Progress) {
		bar.show(p)
		if !args.DryRun {
			bookmark.write(p.Done)
		}
	}
	if options.ResumeAfter > 0 {
		fmt.Fprintf(out, "Going on after row %d.\n", options.ResumeAfter)
	}
	importer := transfer.Importer{DB: a.DB, Catalog: a.Catalog, Inventory: a.Inventory, Shops: a.Shops}
	report, err := importer.Import(ctx, in, options)
	bar.clear()
	describe(out, own.Name, report)
	if err != nil {
		return err
	}
	bookmark.remove()
	if report.Failed > 0 {
		return fmt.Errorf("%d of %d products were left out", report.Failed, report.Products)
	}
	return nil
}

// maxListed is how many problems of each kind people are shown.
const maxListed = 100

// describe tells what became of a file: its problems, then the numbers.
func describe(out io.Writer, shop string, r transfer.Report) {
	list(out, "warning: ", r.Warnings, r.WarningCount)
	list(out, "", r.Errors, r.ErrorCount)
	prefix := "Imported into " + shop
	if r.DryRun {
		prefix = "Nothing was changed. An import into " + shop + " would give"
	}
	fmt.Fprintf(out, "%s: %s: %d created, %d updated, %d unchanged, %d left out.\n", prefix, counted(r.Products, "product"), r.Created, r.Updated, r.Unchanged, r.Failed)
}

func list(out io.Writer, prefix string, problems []transfer.RowError, count int) {
	for _, e := range problems[:min(len(problems), maxListed)] {
		fmt.Fprintf(out, "%s%s\n", prefix, e.Error())
	}
	if more := count - maxListed; more > 0 {
		fmt.Fprintf(out, "%s… and %d more\n", prefix, more)
	}
}

// progressBar shows how much of a file is read: as a bar where somebody watches, else as a line now and then.
type progressBar struct {
	out      io.Writer
	size     int64
	terminal bool
	shown    bool
	percent  int64 // of the last line
}

const (
	barWidth  = 30
	clearLine = "\r\x1b[K"
)

func (b *progressBar) show(p transfer.Progress) {
	percent := int64(100)
	if b.size > 0 {
		percent = min(p.Bytes*100/b.size, 100)
	}
	if b.terminal {
		full := int(percent * barWidth / 100)
		fmt.Fprintf(b.out, "%s%3d %% [%s%s] %s, %d left out", clearLine, percent, strings.Repeat("#", full), strings.Repeat(".", barWidth-full), counted(p.Products, "product"), p.Failed)
		b.shown = true
		return
	}
	if percent/10 > b.percent/10 {
		b.percent = percent
		fmt.Fprintf(b.out, "%d %%: %s, %d left out\n", percent, counted(p.Products, "product"), p.Failed)
	}
}

func (b *progressBar) clear() {
	if b.shown {
		fmt.Fprint(b.out, clearLine)
	}
}

// bookmark remembers how far an import of a file into a shop is. It is a convenience: what cannot be kept only makes a
// resumed import begin earlier, which comes to the same.
type bookmark struct{ path string }

type bookmarked struct {
	Done int `json:"done"` // every product up to this row is finished
}

func (b bookmark) read() (int, error) {
	raw, err := os.ReadFile(b.path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	var mark bookmarked
	if err := json.Unmarshal(raw, &mark); err != nil {
		return 0, nil //nolint:nilerr // half a bookmark is none
	}
	return mark.Done, nil
}

func (b bookmark) write(done int) {
	raw, err := json.Marshal(bookmarked{Done: done})
	if err == nil {
		err = os.MkdirAll(filepath.Dir(b.path), 0o700)
	}
	if err == nil {
		_ = os.WriteFile(b.path, raw, 0o600)
	}
}

func (b bookmark) remove() { _ = os.Remove(b.path) }
