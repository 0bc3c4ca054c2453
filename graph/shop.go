package graph

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

func (r *Resolver) localization(ctx context.Context) (*model.Localization, error) {
	markets, err := r.Shops.Markets(ctx)
	if err != nil {
		return nil, err
	}
	buyer := shop.BuyerFrom(ctx)
	out := &model.Localization{Language: languageOf(buyer.Language), AvailableCountries: []*model.Country{}, AvailableLanguages: []*model.Language{}}
	for _, m := range markets {
		for _, code := range m.Countries {
			out.AvailableCountries = append(out.AvailableCountries, countryOf(code, m.Currency, m.Languages))
		}
	}
	languages := []string{buyer.Language}
	currency := buyer.Currency
	if buyer.Market != nil && len(buyer.Market.Languages) > 0 {
		languages = buyer.Market.Languages
	}
	for _, code := range languages {
		out.AvailableLanguages = append(out.AvailableLanguages, languageOf(code))
	}
	out.Country = countryOf(buyer.Country, currency, languages)
	slices.SortFunc(out.AvailableCountries, func(a, b *model.Country) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return out, nil
}

func countryOf(code string, currency money.Currency, languages []string) *model.Country {
	c := &model.Country{IsoCode: code, Name: code, UnitSystem: "METRIC_SYSTEM", Currency: currencyOf(currency), AvailableLanguages: []*model.Language{}}
	if region, err := language.ParseRegion(code); err == nil {
		c.Name = display.English.Regions().Name(region)
	}
	if code == "US" || code == "LR" || code == "MM" {
		c.UnitSystem = "IMPERIAL_SYSTEM"
	}
	for _, l := range languages {
		c.AvailableLanguages = append(c.AvailableLanguages, languageOf(l))
	}
	if len(languages) > 0 {
		c.DefaultLanguage = languageOf(languages[0])
	} else {
		c.DefaultLanguage = languageOf("EN")
	}
	return c
}

func languageOf(code string) *model.Language {
	tag := language.Make(code)
	return &model.Language{IsoCode: code, Name: display.English.Languages().Name(tag), EndonymName: display.Self.Name(tag)}
}

func currencyOf(c money.Currency) *model.Currency {
	return &model.Currency{IsoCode: c, Name: c.Name(), Symbol: c.Symbol()}
}

func (r *Resolver) paymentSettings(ctx context.Context, s *shop.Shop) (*model.PaymentSettings, error) {
	markets, err := r.Shops.Markets(ctx)
	if err != nil {
		return nil, err
	}
	out := &model.PaymentSettings{
		AcceptedCardBrands: []string{"VISA", "MASTERCARD", "AMERICAN_EXPRESS"}, CardVaultURL: r.PublicURL + "/checkout/vault", CountryCode: s.Country,
		CurrencyCode: s.Currency, EnabledPresentmentCurrencies: []money.Currency{s.Currency}, SupportedDigitalWallets: []string{},
	}
	for _, m := range markets {
		if !slices.Contains(out.EnabledPresentmentCurrencies, m.Currency) {
			out.EnabledPresentmentCurrencies = append(out.EnabledPresentmentCurrencies, m.Currency)
		}
	}
	return out, nil
}

func (r *Resolver) shipsTo(ctx context.Context) ([]string, error) {
	markets, err := r.Shops.Markets(ctx)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, m := range markets {
		out = append(out, m.Countries...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// policy is one of the shop's texts; nil where it has none of that kind.
func (r *Resolver) policy(s *shop.Shop, kind string) *model.ShopPolicy {
	for _, p := range s.Policies {
		if p.Kind == kind {
			id := gid.New("ShopPolicy", uuid.NewSHA1(s.ID.UUID, []byte(kind)))
			return &model.ShopPolicy{ID: id, Handle: p.Handle, Title: p.Title, Body: p.Body, URL: r.PublicURL + "/policies/" + url.PathEscape(p.Handle)}
		}
	}
	return nil
}

func (r *Resolver) policyWithDefault(s *shop.Shop, kind string) *model.ShopPolicyWithDefault {
	p := r.policy(s, kind)
	if p == nil {
		return nil
	}
	return &model.ShopPolicyWithDefault{ID: &p.ID, Handle: p.Handle, Title: p.Title, Body: p.Body, URL: p.URL}
}

func (r *Resolver) domain(s *shop.Shop) *model.Domain {
	address := r.PublicURL
	if s.Domain != "" {
		address = "https://" + s.Domain
	}
	d := &model.Domain{URL: address}
	if u, err := url.Parse(address); err == nil {
		d.Host, d.SslEnabled = u.Host, u.Scheme == "https"
	}
	return d
}

func brandOf(s *shop.Shop) *model.Brand {
	b := s.BrandData
	colors := &model.BrandColors{Primary: []*shop.ColorGroup{}, Secondary: []*shop.ColorGroup{}}
	for i := range b.Primary {
		colors.Primary = append(colors.Primary, &b.Primary[i])
	}
	for i := range b.Secondary {
		colors.Secondary = append(colors.Secondary, &b.Secondary[i])
	}
	out := &model.Brand{Colors: colors}
	if b.Slogan != "" {
		out.Slogan = &b.Slogan
	}
	if b.ShortDescription != "" {
		out.ShortDescription = &b.ShortDescription
	}
	return out
}

// page finds a page by id or by handle, whichever is given.
func (r *Resolver) page(ctx context.Context, handle *string, id *gid.ID) (*content.Page, error) {
	switch {
	case id != nil:
		if id.Type != "Page" {
			return nil, nil
		}
		found, err := r.Content.Pages(ctx, []uuid.UUID{id.UUID})
		return found[id.UUID], err
	case handle != nil:
		p, err := r.Content.PageByHandle(ctx, *handle)
		return absent(ctx, p, err)
	}
	return nil, fault.New(fault.Invalid, "Give a handle or an id.")
}

func pageSEO(p *content.Page) *catalog.SEO {
	s := &catalog.SEO{}
	if p.SEOTitle != "" {
		s.Title = &p.SEOTitle
	}
	if p.SEODescription != "" {
		s.Description = &p.SEODescription
	}
	return s
}

// announceMenu lets the things that a menu's items point at be read together. The menu may be others' too: it is not changed.
func announceMenu(ctx context.Context, m *content.Menu) {
	var all []*content.MenuItem
	var walk func([]*content.MenuItem)
	walk = func(items []*content.MenuItem) {
		for _, i := range items {
			all = append(all, i)
			walk(i.Items)
		}
	}
	walk(m.Items)
	loader.Together(ctx, all, func(i *content.MenuItem) uuid.UUID { return i.ID.UUID })
}

// menuResource is what a menu item points at; nil where that is gone or not for the viewer.
func (r *Resolver) menuResource(ctx context.Context, item *content.MenuItem) (model.Any, error) {
	if item.ResourceID == nil {
		return nil, nil
	}
	return loader.Ask(ctx, "menu.resource", item.ID.UUID, *item.ResourceID, func(i *content.MenuItem) (gid.ID, bool) {
		if i.ResourceID == nil {
			return gid.ID{}, false
		}
		return *i.ResourceID, true
	}, r.nodeMap)
}

// apiVersions are the names under which this API can be reached: it has one schema, which only grows, and answers every
// version's path alike.
func apiVersions(now time.Time) []*model.APIVersion {
	quarter := (int(now.Month()) - 1) / 3
	name := fmt.Sprintf("%d-%02d", now.Year(), quarter*3+1)
	return []*model.APIVersion{{DisplayName: name + " (Latest)", Handle: name, Supported: true}, {DisplayName: "unstable", Handle: "unstable", Supported: false}}
}
