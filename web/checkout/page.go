package checkout

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/web/plain"
)

//go:embed templates/*.html
var templateFiles embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"money": display, "asset": assetPlace, "zero": money.Money.IsZero, "times": func(n int, m money.Money) string { return strconv.Itoa(n) + " × " + display(m) }, "dict": dict,
}).ParseFS(templateFiles, "templates/*.html"))

// The steps of the page, in order.
const (
	stepDetails  = "details"
	stepDelivery = "delivery"
	stepPayment  = "payment"
)

// page is what the templates see.
type page struct {
	View
	ID        gid.ID
	Step      string // the one that is open
	Form      form
	CSRF      string
	Attempt   string // names the next try to pay
	Methods   []Method
	Problems  fault.Problems // about the whole
	Fields    map[string]string
	Provinces string // of all countries, as JSON, for the script
	Refresh   int    // seconds after which a page that waits loads itself again; 0 for never
	Next      string // address for that
}

// form is what was typed in and refused, or what the cart has.
type form struct {
	Email   string
	Address Address
	Code    string
	Card    string
	Method  int
}

// At is the address of a part of this checkout.
func (p *page) At(part string) string { return place(p.ID, part, "") }

// Edit is the address that opens a step again.
func (p *page) Edit(step string) string { return place(p.ID, "", "&edit="+step) }

// Pieces is how many pieces are bought.
func (p *page) Pieces() (n int) {
	for _, l := range p.Lines {
		n += l.Quantity
	}
	return n
}

// Error is what is wrong with a field.
func (p *page) Error(field string) string { return p.Fields[field] }

// Failed reports whether anything is wrong.
func (p *page) Failed() bool { return len(p.Problems)+len(p.Fields) > 0 }

// Agreed is the price on the button, to be sent along with it.
func (p *page) Agreed() string { return agreedText(p.Costs.Charge) }

// Free reports whether there is nothing to pay.
func (p *page) Free() bool { return p.Costs.Charge.IsZero() }

// Test reports whether this is a shop in which no real money moves.
func (p *page) Test() bool {
	return slices.ContainsFunc(p.Methods, func(m Method) bool { return m.Test })
}

// CountryName is the name of the address's country.
func (p *page) CountryName() string {
	if c := p.country(p.Address.CountryCode); c != nil {
		return c.Name
	}
	return p.Address.CountryCode
}

// ProvinceList are the provinces of the form's country.
func (p *page) ProvinceList() []Province {
	if c := p.country(p.Form.Address.CountryCode); c != nil {
		return c.Provinces
	}
	return nil
}

func (p *page) country(code string) *Country {
	for i := range p.Countries {
		if p.Countries[i].Code == code {
			return &p.Countries[i]
		}
	}
	return nil
}

// Chosen are the options that are selected, one a group.
func (p *page) Chosen() (all []Option) {
	for _, g := range p.Groups {
		for _, o := range g.Options {
			if o.Handle == g.Selected {
				all = append(all, o)
			}
		}
	}
	return all
}

// Short reports whether some line cannot be had as it is.
func (p *page) Short() bool {
	for _, l := range p.Lines {
		if l.Available != nil {
			return true
		}
	}
	return false
}

// step is the first that is not done.
func (v *View) step() string {
	if v.Email == "" || v.NeedsDelivery && !v.Address.Complete() {
		return stepDetails
	}
	for _, g := range v.Groups {
		if g.Selected == "" {
			return stepDelivery
		}
	}
	if v.NeedsDelivery && len(v.Groups) == 0 {
		return stepDelivery
	}
	return stepPayment
}

// newPage is the page of a cart as it is.
func (s *server) newPage(id gid.ID, v View) (*page, error) {
	attempt, err := s.attempt()
	if err != nil {
		return nil, err
	}
	if v.Address.CountryCode == "" && len(v.Countries) > 0 {
		v.Address.CountryCode = v.Countries[0].Code
	}
	provinces, err := json.Marshal(provincesOf(v.Countries))
	if err != nil {
		return nil, fmt.Errorf("checkout: %w", err)
	}
	return &page{View: v, ID: id, Step: v.step(), CSRF: formToken(id), Attempt: attempt, Methods: s.Methods, Fields: map[string]string{}, Provinces: string(provinces),
		Form: form{Email: v.Email, Address: v.Address}}, nil
}

func provincesOf(countries []Country) map[string][]string {
	all := map[string][]string{}
	for _, c := range countries {
		for _, p := range c.Provinces {
			all[c.Code] = append(all[c.Code], p.Name)
		}
	}
	return all
}

// dict names the arguments of a template.
func dict(pairs ...any) map[string]any {
	all := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if name, ok := pairs[i].(string); ok {
			all[name] = pairs[i+1]
		}
	}
	return all
}

func write(w http.ResponseWriter, status int, name string, data any) error {
	return plain.Write(w, templates, status, name, data)
}

// versions are short hashes of the assets, so that their addresses change with them.
var versions = func() map[string]string {
	all := map[string]string{}
	names, err := fs.Glob(static, "static/*")
	if err != nil {
		panic(err) // a constant pattern
	}
	for _, name := range names {
		content, err := static.ReadFile(name)
		if err != nil {
			panic(err) // embedded
		}
		sum := sha256.Sum256(content)
		all[path.Base(name)] = hex.EncodeToString(sum[:6])
	}
	return all
}()

func assetPlace(name string) string { return Path + "assets/" + name + "?v=" + versions[name] }

func asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	content, err := static.ReadFile("static/" + name)
	media := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}[path.Ext(name)]
	if err != nil || media == "" {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", `"`+versions[name]+`"`)
	if r.URL.Query().Get("v") == versions[name] {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Header.Get("If-None-Match") == `"`+versions[name]+`"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(content) //nolint:gosec // an embedded file, found by its exact name
}
