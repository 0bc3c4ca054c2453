package transfer

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// Catalog is what an import needs of the catalog.
type Catalog interface {
	PutAllTx(ctx context.Context, tx database.Tx, in []catalog.ProductInput) ([]catalog.Saved, error)
	ReclassifyTx(ctx context.Context, tx database.Tx, products []uuid.UUID) error
}

// Inventory is what an import needs of the inventory.
type Inventory interface {
	SetTx(ctx context.Context, tx database.Tx, c inventory.Count) (inventory.Group, fault.Problems, error)
	Locations(ctx context.Context) ([]inventory.Location, error)
}

// Shops is what an import needs to know of its shop.
type Shops interface {
	Current(ctx context.Context) (*shop.Shop, error)
	Markets(ctx context.Context) ([]*shop.Market, error)
}

// Importer writes product files into the shop that a context is bound to. All fields but the last two are needed.
type Importer struct {
	DB        *database.DB
	Catalog   Catalog
	Inventory Inventory
	Shops     Shops
	// ImageSchemes are URL schemes of images that a file may have beside http and https.
	ImageSchemes []string
	// ImageSource says where the image of such a scheme is kept, and its size. Images on the web stay where they are.
	ImageSource func(ctx context.Context, src string) (catalog.ImageInput, error)
}

// ImportOptions say how to import. The zero value imports everything.
type ImportOptions struct {
	// DryRun does all the work and undoes it, so that its report tells what an import would do.
	DryRun bool
	// ResumeAfter leaves out what ends on this row of the file or before it: what [Report.Done] was when an import
	// stopped. Importing the whole file again comes to the same, and takes longer.
	ResumeAfter int
	// Progress, where given, is called after every batch, by the importing goroutine.
	Progress func(Progress)
}

// Progress is how far an import is.
type Progress struct {
	Bytes    int64 // of the file, read so far
	Products int   // read so far
	Failed   int   // of these
	Done     int   // every product up to this row of the file is finished
}

// Report is what became of a file.
type Report struct {
	// Products counts those in the file that were looked at: the other four numbers add up to it.
	Products, Created, Updated, Unchanged, Failed int
	// Done is the row up to which every product is finished; give it to [ImportOptions.ResumeAfter].
	Done int
	// Errors and Warnings are in the order of the file, at most [MaxReported] each; the counts go on.
	Errors, Warnings         []RowError
	ErrorCount, WarningCount int
	DryRun                   bool
}

// MaxReported bounds the errors, and the warnings, that a [Report] holds.
const MaxReported = 1000

const (
	batchProducts = 20
	batchVariants = 1000
)

// Import reads a product file and saves its products by their handles. A product with errors is left out and reported;
// the others are saved, each batch of some in a transaction of its own. Stock is set at the shop's first location, for
// variants that are counted and have a quantity in the file. Memory does not grow with the file but for what
// [ProductReader] keeps.
//
// Fails with a [*FileError] where the file cannot be read (on), with the context's error, or with that of the database.
// The report then tells what was done before: what is Done is saved.
func (im *Importer) Import(ctx context.Context, in io.Reader, o ImportOptions) (Report, error) {
	r := &importing{Importer: im, options: o, report: Report{DryRun: o.DryRun, Done: o.ResumeAfter}}
	if err := r.prepare(ctx); err != nil {
		return r.report, err
	}
	r.reader = NewProductReader(in, Options{Decimals: r.decimals, ImageSchemes: append([]string{"http", "https"}, im.ImageSchemes...)})
	err := r.read(ctx)
	return r.report, err
}

// importing is one run of [Importer.Import].
type importing struct {
	*Importer
	options  ImportOptions
	reader   *ProductReader
	report   Report
	shop     *shop.Shop
	markets  []*shop.Market
	location uuid.UUID       // where stock is set; none where the shop has no location
	told     map[string]bool // warnings that are given once
	batch    []*item
	variants int
}

// item is a product on its way into the database.
type item struct {
	product *Product
	input   catalog.ProductInput
	failed  []RowError
	saved   catalog.Saved
}

func (r *importing) prepare(ctx context.Context) (err error) {
	r.told = map[string]bool{}
	if r.shop, err = r.Shops.Current(ctx); err != nil {
		return err
	}
	if r.markets, err = r.Shops.Markets(ctx); err != nil {
		return err
	}
	locations, err := r.Inventory.Locations(ctx)
	if at := slices.IndexFunc(locations, func(l inventory.Location) bool { return l.Active }); at >= 0 {
		r.location = locations[at].ID.UUID
	}
	return err
}

// read takes one product after another from the file and saves them by the batch.
func (r *importing) read(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		p, err := r.reader.Next()
		r.warn(r.reader.Warnings()...)
		var refused RowErrors
		switch {
		case errors.As(err, &refused):
			r.refuse(refused)
			continue
		case err != nil:
			// What was read whole before a file broke off is saved all the same.
			if flushErr := r.flush(ctx); flushErr != nil {
				return flushErr
			}
			if errors.Is(err, io.EOF) {
				r.report.Done = max(r.report.Done, r.reader.Row())
				r.tell()
				return nil
			}
			return err
		case p.LastRow <= r.options.ResumeAfter:
			continue
		}
		if err := r.add(ctx, p); err != nil {
			return err
		}
	}
}

// add puts a product into the batch, and saves the batch when it is full.
func (r *importing) add(ctx context.Context, p *Product) error {
	input, err := r.convert(ctx, p)
	if err != nil {
		return err
	}
	r.batch = append(r.batch, &item{product: p, input: input})
	r.variants += len(p.Variants)
	if len(r.batch) < batchProducts && r.variants < batchVariants {
		return nil
	}
	return r.flush(ctx)
}

// flush saves the batch and counts what became of it.
func (r *importing) flush(ctx context.Context) error {
	if len(r.batch) == 0 {
		return nil
	}
	if err := r.save(ctx); err != nil {
		return err
	}
	for _, it := range r.batch {
		if len(it.failed) > 0 {
			r.refuse(it.failed)
			continue
		}
		r.report.Products++
		switch {
		case it.saved.Created:
			r.report.Created++
		case it.saved.Changed:
			r.report.Updated++
		default:
			r.report.Unchanged++
		}
	}
	r.report.Done = max(r.report.Done, r.batch[len(r.batch)-1].product.LastRow)
	r.batch, r.variants = r.batch[:0], 0
	r.tell()
	return nil
}

func (r *importing) tell() {
	if r.options.Progress != nil {
		r.options.Progress(Progress{Bytes: r.reader.Offset(), Products: r.report.Products, Failed: r.report.Failed, Done: r.report.Done})
	}
}

// refuse reports a product that is left out.
func (r *importing) refuse(problems []RowError) {
	if problems[len(problems)-1].Row <= r.options.ResumeAfter {
		return
	}
	r.report.Products++
	r.report.Failed++
	r.report.ErrorCount += len(problems)
	r.report.Errors = append(r.report.Errors, problems[:min(len(problems), MaxReported-len(r.report.Errors))]...)
}

func (r *importing) warn(warnings ...RowError) {
	r.report.WarningCount += len(warnings)
	r.report.Warnings = append(r.report.Warnings, warnings[:min(len(warnings), MaxReported-len(r.report.Warnings))]...)
}

// warnOnce warns of something that many rows have in common.
func (r *importing) warnOnce(key string, w RowError) {
	if !r.told[key] {
		r.told[key] = true
		r.warn(w)
	}
}
