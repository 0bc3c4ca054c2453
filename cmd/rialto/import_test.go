package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const header = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Status"

var good = []string{
	header,
	"tin-cup,Tin Cup,Size,Small,TIN-S,rialto,3,9.50,active",
	"tin-cup,,,Large,TIN-L,rialto,12,11.00,",
	"paper-lamp,Paper Lamp,,,LAMP,rialto,7,45.00,active",
}

var bad = []string{
	header,
	"free-cup,Free Cup,,,FREE,rialto,3,not much,active", // row 2
	"minus-cup,Minus Cup,,,MINUS,rialto,3,-4.00,active", // row 3
	",No Handle,,,NONE,rialto,3,4.00,active",            // row 4
	"tin-cup,Tin Cup,Size,Small,TIN-S,rialto,3,9.50,active",
	"short,row",
	"paper-lamp,Paper Lamp,,,LAMP,rialto,7,45.00,somewhere", // row 7
}

// place is where an import runs: beside a running process, or alone on a folder that one has left.
type place struct {
	name string
	at   func(t *testing.T) (dir string)
}

func places() []place {
	return []place{
		{"ThroughTheSocket", func(t *testing.T) string {
			dir := t.TempDir()
			start(t, dir)
			return dir
		}},
		{"Alone", func(t *testing.T) string {
			dir := t.TempDir()
			start(t, dir).stop(t)
			return dir
		}},
	}
}

func imports(t *testing.T, dir, file string, flags ...string) result {
	t.Helper()
	return finish(t, rialto(t, dir, append([]string{"import", "products", file}, flags...)...))
}

func expect(t *testing.T, got result, code int, parts ...string) {
	t.Helper()
	if got.Code != code {
		t.Errorf("ended with %d: %+v", got.Code, got)
	}
	for _, part := range parts {
		if !strings.Contains(got.Out+got.Err, part) {
			t.Errorf("%q is missing in\n%s%s", part, got.Out, got.Err)
		}
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	for _, p := range places() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			dir := p.at(t)
			file := write(t, good)
			expect(t, imports(t, dir, file, "--dry-run"), 0, "Nothing was changed", "2 created")
			expect(t, imports(t, dir, file), 0, "Imported into Rialto Demo: 2 products: 2 created, 0 updated, 0 unchanged, 0 left out.")
			expect(t, imports(t, dir, file), 0, "0 created, 0 updated, 2 unchanged")
			changed := append([]string(nil), good...)
			changed[3] = strings.Replace(changed[3], "45.00", "44.00", 1)
			expect(t, imports(t, dir, write(t, changed), "--shop", "rialto-demo"), 0, "0 created, 1 updated, 1 unchanged")
			expect(t, imports(t, dir, file, "--shop=nowhere"), 1, `There is no shop "nowhere"`)
		})
	}
}

func TestImportTellsWhatIsWrongWithWhichRow(t *testing.T) {
	t.Parallel()
	for _, p := range places() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			dir := p.at(t)
			got := imports(t, dir, write(t, bad))
			expect(t, got, 1, "row 2: free-cup", "row 3: minus-cup", "row 4: ", "row 6: ", "row 7: paper-lamp", "1 created", "products were left out")
			expect(t, imports(t, dir, write(t, []string{"Name,Cost", "Cup,3"})), 1)
			expect(t, imports(t, dir, write(t, nil)), 1)
		})
	}
}

func TestImportListsAtMostSoManyProblems(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	start(t, dir)
	lines := rows(300)
	for i := 1; i < len(lines); i++ {
		lines[i] = strings.Replace(lines[i], ",active", ",sideways", 1)
	}
	got := imports(t, dir, write(t, lines))
	expect(t, got, 1, "… and 200 more", "300 of 300 products were left out")
	if n := strings.Count(got.Out, "sideways"); n != maxListed {
		t.Errorf("%d problems are listed", n)
	}
}

func TestImportGoesOnWhereItWasBrokenOff(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	start(t, dir)
	// The file ends in a row that is too large to be read. What comes before it is done, but for the last product: that
	// might have gone on.
	file := write(t, append(rows(60), strings.Repeat("x", 5<<20)))
	expect(t, imports(t, dir, file), 1, "59 created", "row 62")
	expect(t, imports(t, dir, file, "--resume"), 1, "Going on after row 60.", ": 0 products")
	expect(t, imports(t, dir, file), 1, "0 created, 0 updated, 59 unchanged")
	whole := write(t, rows(60))
	expect(t, imports(t, dir, whole, "--resume"), 0, "1 created, 0 updated, 59 unchanged")
	if marks, err := filepath.Glob(filepath.Join(dir, "imports", "*.json")); err != nil || len(marks) != 1 {
		t.Errorf("a bookmark is left of each broken-off import only: %v, %v", marks, err)
	}
}

func TestMissingFileIsSaidPlainly(t *testing.T) {
	t.Parallel()
	got := imports(t, t.TempDir(), filepath.Join(t.TempDir(), "nowhere.csv"))
	if got.Code == 0 || !strings.Contains(got.Err, "nowhere.csv") {
		t.Errorf("%+v", got)
	}
}

func TestImportWithoutAShopSaysWhatToDo(t *testing.T) {
	t.Parallel()
	expect(t, imports(t, t.TempDir(), write(t, good)), 1, "there is no shop", "rialto dev")
}

func TestProgressBarIsForPeopleWhoWatch(t *testing.T) {
	t.Parallel()
	if f, err := os.Open(os.DevNull); err != nil || isTerminal(f) || isTerminal(&bytes.Buffer{}) {
		t.Error("not everything is a terminal")
	}
}
