package tests

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
)

// Who may do what with staff, roles, apps, keys and the record, over HTTP.
func TestStaffKeepWhoMayDoWhat(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		w := &shift{App: a, who: a.Owner(t)}
		t.Run("ARoleIsMadeGivenChangedAndTaken", w.ownRole)
		t.Run("AnAppDoesWhatItsKeySaysAndNoMore", w.ownApp)
		t.Run("AnAppIsKeptToItsLocations", w.ownPlaces)
		t.Run("KeysAreRotatedAndRevoked", w.ownKeys)
		t.Run("EveryKindOfActorGetsItsVerdict", w.verdicts)
		t.Run("AnotherShopsAreAbsent", w.otherShop)
		t.Run("ASecretIsNotKeptUnderAnIdempotencyKey", w.secretsNotKept)
		t.Run("AKeptAnswerIsNotGivenToWhoLostTheirScopes", w.answersNotKept)
		t.Run("ARefusalNamesWhatIsLacking", w.lacking)
	})
}

const (
	appCreate = `mutation($i: AppCreateInput!) { appCreate(input: $i) { app { id clientId accessScopes kind locationIds } clientSecret userErrors { code field message } } }`
	keyCreate = `mutation($a: ID!, $i: ApiKeyCreateInput!) { apiKeyCreate(appId: $a, input: $i) { apiKey { id prefix app { id } } secret userErrors { code field message } } }`
)

// program makes an app and a key that may do this, and gives the app's id, the key's, and who shows the key.
func (w *shift) program(t *testing.T, input vars, scopes ...string) (app, key string, who *shift) {
	t.Helper()
	in := vars{"title": "Program", "accessScopes": scopes}
	for name, value := range input {
		in[name] = value
	}
	app = apptest.String(w.do(t, "appCreate", appCreate, vars{"i": in}), "app", "id")
	made := w.do(t, "apiKeyCreate", keyCreate, vars{"a": app, "i": vars{"title": "Key", "accessScopes": scopes}})
	same(t, app, apptest.String(made, "apiKey", "app", "id"))
	return app, apptest.String(made, "apiKey", "id"), w.bearer(apptest.String(made, "secret"))
}

// bearer shows a token and nothing else.
func (w *shift) bearer(token string) *shift {
	return &shift{App: w.App, who: apptest.Headers{"Authorization": "Bearer " + token, "X-Shopify-Storefront-Access-Token": ""}}
}

// verdict is what an operation comes to: its error codes, or "OK".
func (w *shift) verdict(t *testing.T, query string, v vars) string {
	t.Helper()
	answer := w.Do(t, query, v, w.who)
	if codes := answer.Codes(); len(codes) > 0 {
		return strings.Join(codes, " ")
	}
	return "OK"
}

func (w *shift) ownRole(t *testing.T) {
	role := w.do(t, "roleCreate", `mutation { roleCreate(input: {title: "Photographer", accessScopes: ["products:read"]}) { role { id handle builtIn accessScopes } userErrors { code field message } } }`, nil)
	same(t, "photographer", apptest.String(role, "role", "handle"))
	id := apptest.String(role, "role", "id")
	member := w.do(t, "staffMemberCreate", `mutation($i: StaffMemberCreateInput!) { staffMemberCreate(input: $i) { staffMember { id roles accessScopes } userErrors { code field message } } }`,
		vars{"i": vars{"email": "lee@staff.rialto.test", "name": "Lee Miller", "password": "four-words-of-light", "role": "photographer"}})
	same(t, any([]any{"products:read"}), apptest.At(member, "staffMember", "accessScopes"))
	signIn := func() *shift {
		data := w.Query(t, `mutation { staffAccessTokenCreate(input: {email: "lee@staff.rialto.test", password: "four-words-of-light"}) { staffAccessToken { accessToken } userErrors { message } } }`, nil)
		return w.bearer(apptest.String(data, "staffAccessTokenCreate", "staffAccessToken", "accessToken"))
	}
	lee := signIn()
	const write = `mutation { productCreate(product: {title: "Portrait"}) { product { id } userErrors { code } } }`
	same(t, "OK", lee.verdict(t, `{ products(first: 1) { nodes { id } } currentStaffMember { name roles } }`, nil))
	same(t, "FORBIDDEN", lee.verdict(t, write, nil))
	w.do(t, "roleUpdate", `mutation($id: ID!) { roleUpdate(roleId: $id, input: {accessScopes: ["products:read", "products:write"]}) { role { id } userErrors { code field message } } }`, vars{"id": id})
	same(t, "OK", lee.verdict(t, write, nil))
	const drop = `mutation($id: ID!) { roleDelete(roleId: $id) { deletedRoleId userErrors { code field message } } }`
	same(t, []string{"CONFLICT roleId"}, w.codes(t, "roleDelete", drop, vars{"id": id}))
	// Signed out everywhere by oneself, with no scope for it; the next sign-in is good.
	leeID := apptest.String(member, "staffMember", "id")
	out := lee.do(t, "staffMemberSignOut", `mutation($id: ID!) { staffMemberSignOut(staffMemberId: $id) { staffMemberId userErrors { code field message } } }`, vars{"id": leeID})
	same(t, leeID, apptest.String(out, "staffMemberId"))
	same(t, "UNAUTHENTICATED", lee.verdict(t, `{ currentStaffMember { name } }`, nil))
	lee = signIn()
	w.do(t, "staffMemberDelete", `mutation($id: ID!) { staffMemberDelete(staffMemberId: $id) { deletedStaffMemberId userErrors { code field message } } }`, vars{"id": leeID})
	same(t, "UNAUTHENTICATED", lee.verdict(t, `{ currentStaffMember { name } }`, nil))
	w.do(t, "roleDelete", drop, vars{"id": id})
	// All of it is in the record, with who, before and after, and from where.
	log := w.Query(t, `query($r: String) { auditLog(first: 10, query: $r, reverse: true) { nodes { action before after network staffMember { email } app { id } } } }`, vars{"r": "resource:" + id}, w.who)
	nodes, _ := apptest.At(log, "auditLog", "nodes").([]any)
	var actions []string
	for _, n := range nodes {
		actions = append(actions, apptest.String(n, "action"))
		same(t, demo.OwnerEmail, apptest.String(n, "staffMember", "email"))
		same(t, "127.0.0.0/24", apptest.String(n, "network"))
	}
	same(t, []string{"role.created", "role.updated", "role.deleted"}, actions)
	same(t, any([]any{"products:read"}), apptest.At(nodes, 1, "before", "accessScopes"))
	same(t, any([]any{"products:read", "products:write"}), apptest.At(nodes, 1, "after", "accessScopes"))
}

func (w *shift) ownApp(t *testing.T) {
	draft := apptest.String(w.do(t, "productCreate", productCreate, vars{"p": vars{"title": "Secret Lamp", "status": "DRAFT"}}), "product", "id")
	app, _, reader := w.program(t, nil, access.ProductsRead, access.OrdersRead)
	_, _, writer := w.program(t, nil, access.ProductsWrite)
	const see = `query($id: ID!) { product(id: $id) { title } }`
	same(t, "Secret Lamp", apptest.String(w.Query(t, see, vars{"id": draft}, reader.who), "product", "title"))
	same(t, "", apptest.String(w.Query(t, see, vars{"id": draft}, writer.who), "product", "title"))
	same(t, "OK", reader.verdict(t, `{ orders(first: 1) { nodes { name email } } }`, nil))
	same(t, "FORBIDDEN", writer.verdict(t, `{ orders(first: 1) { nodes { name } } }`, nil))
	same(t, "FORBIDDEN", reader.verdict(t, `mutation { productCreate(product: {title: "No"}) { product { id } } }`, nil))
	// An app is no member of staff, and has no scope that it was not given.
	same(t, any(nil), apptest.At(w.Query(t, `{ currentStaffMember { name } }`, nil, reader.who), "currentStaffMember"))
	for _, query := range []string{`{ staffMembers(first: 1) { nodes { id } } }`, `{ apps(first: 1) { nodes { id } } }`, `{ auditLog(first: 1) { nodes { id } } }`} {
		same(t, "FORBIDDEN", reader.verdict(t, query, nil))
	}
	// What it writes is recorded as its own.
	made := writer.do(t, "productCreate", `mutation { productCreate(product: {title: "By a program"}) { product { id } userErrors { code message } } }`, nil)
	log := w.Query(t, `query($q: String) { auditLog(first: 1, query: $q) { nodes { actor app { title } staffMember { id } } } }`, vars{"q": "actor:app action:product.created resource:" + apptest.String(made, "product", "id")}, w.who)
	same(t, "Program", apptest.String(log, "auditLog", "nodes", 0, "app", "title"))
	same(t, any(nil), apptest.At(log, "auditLog", "nodes", 0, "staffMember"))
	// What the app loses, its keys lose at once; and with it they end.
	w.do(t, "appUpdate", `mutation($id: ID!) { appUpdate(appId: $id, input: {accessScopes: ["products:read"]}) { app { id } userErrors { code field message } } }`, vars{"id": app})
	same(t, "FORBIDDEN", reader.verdict(t, `{ orders(first: 1) { nodes { name } } }`, nil))
	w.do(t, "appRevoke", `mutation($id: ID!) { appRevoke(appId: $id) { app { id revokedAt } userErrors { code field message } } }`, vars{"id": app})
	same(t, "UNAUTHENTICATED", reader.verdict(t, `{ shop { name } }`, nil))
}

func (w *shift) ownPlaces(t *testing.T) {
	_, variants, location := w.make(t, "Located Lamp")
	other := apptest.String(w.Query(t, `{ staffLocations(first: 2) { nodes { id } } }`, nil, w.who), "staffLocations", "nodes", 1, "id")
	if other == "" || other == location {
		t.Fatal("the demo shop has no second location")
	}
	_, _, scanner := w.program(t, vars{"locationIds": []string{other}}, access.InventoryWrite)
	const set = `mutation($i: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $i) { userErrors { code field message } } }`
	at := func(place string) vars {
		return vars{"i": vars{"name": "available", "reason": "correction", "ignoreCompareQuantity": true, "quantities": []vars{{"inventoryItemId": variants[1], "locationId": place, "quantity": 3}}}}
	}
	same(t, []string{"INVALID_LOCATION input.quantities.0.locationId"}, scanner.codes(t, "inventorySetQuantities", set, at(location)))
	scanner.do(t, "inventorySetQuantities", set, at(other))
	// Who is kept to some places may hand nothing on.
	_, _, keeper := w.program(t, vars{"locationIds": []string{other}}, access.AppsWrite, access.StaffWrite)
	same(t, "FORBIDDEN", keeper.verdict(t, appCreate, vars{"i": vars{"title": "Free", "accessScopes": []string{access.AppsWrite}}}))
	same(t, "FORBIDDEN", keeper.verdict(t, `mutation { roleCreate(input: {title: "Free", accessScopes: ["staff:write"]}) { role { id } } }`, nil))
}

func (w *shift) ownKeys(t *testing.T) {
	app, key, old := w.program(t, nil, access.ShopRead)
	const rotate = `mutation($id: ID!, $m: Int) { apiKeyRotate(apiKeyId: $id, overlapMinutes: $m) { apiKey { id } secret userErrors { code field message } } }`
	same(t, []string{"INVALID overlapMinutes"}, w.codes(t, "apiKeyRotate", rotate, vars{"id": key, "m": 2147483647}))
	fresh := w.do(t, "apiKeyRotate", rotate, vars{"id": key, "m": 10})
	second := w.bearer(apptest.String(fresh, "secret"))
	for _, who := range []*shift{old, second} {
		same(t, "OK", who.verdict(t, `{ shop { name } }`, nil))
	}
	w.do(t, "apiKeyRevoke", `mutation($id: ID!) { apiKeyRevoke(apiKeyId: $id) { apiKey { revokedAt } userErrors { code field message } } }`, vars{"id": key})
	same(t, "UNAUTHENTICATED", old.verdict(t, `{ shop { name } }`, nil))
	same(t, "OK", second.verdict(t, `{ shop { name } }`, nil))
	third := w.do(t, "apiKeyRotate", rotate, vars{"id": apptest.String(fresh, "apiKey", "id"), "m": 0})
	same(t, "UNAUTHENTICATED", second.verdict(t, `{ shop { name } }`, nil))
	// Written behind, known when it was written.
	if err := w.Apps.WriteUses(database.AllShops(t.Context())); err != nil {
		t.Fatal(err)
	}
	list := w.Query(t, `query($a: ID) { apiKeys(first: 5, appId: $a) { nodes { id lastUsedAt expiresAt revokedAt } } }`, vars{"a": app}, w.who)
	for i, want := range []string{key, apptest.String(fresh, "apiKey", "id"), apptest.String(third, "apiKey", "id")} {
		same(t, want, apptest.String(list, "apiKeys", "nodes", i, "id"))
		same(t, i < 2, apptest.At(list, "apiKeys", "nodes", i, "lastUsedAt") != nil)
	}
	for _, token := range []string{"rak_", "rak_" + strings.Repeat("A", 43)} {
		same(t, "UNAUTHENTICATED", w.bearer(token).verdict(t, `{ shop { name } }`, nil))
	}
}

// verdicts asks each root field as each kind of actor. Ids that name nothing are sent, so that who is let through is told
// so by data, and nothing changes.
func (w *shift) verdicts(t *testing.T) {
	nothing := func(typ string) string { return "gid://rialto/" + typ + "/" + uuid.Nil.String() }
	fields := []struct {
		query string
		anyOf []string // scopes, of which one is enough; nil is for whoever signed in
	}{
		{`{ accessScopes { handle description } }`, []string{access.StaffRead, access.StaffWrite, access.AppsRead, access.AppsWrite}},
		{`{ apiKey(id: "` + nothing("ApiKey") + `") { id } }`, []string{access.AppsRead}},
		{`{ apiKeys(first: 1) { nodes { prefix } } }`, []string{access.AppsRead}},
		{`{ app(id: "` + nothing("App") + `") { id } }`, []string{access.AppsRead}},
		{`{ apps(first: 1) { nodes { title } } }`, []string{access.AppsRead}},
		{`{ auditLog(first: 1) { nodes { action } } }`, []string{access.AuditRead}},
		{`{ roles(first: 1) { nodes { handle } } }`, []string{access.StaffRead}},
		{`{ staffMember(id: "` + nothing("StaffMember") + `") { id } }`, []string{access.StaffRead}},
		{`{ staffMembers(first: 1) { nodes { email } } }`, []string{access.StaffRead}},
		{`mutation { apiKeyCreate(appId: "` + nothing("App") + `", input: {title: "x", accessScopes: ["shop:read"]}) { secret } }`, []string{access.AppsWrite}},
		{`mutation { apiKeyRevoke(apiKeyId: "` + nothing("ApiKey") + `") { apiKey { id } } }`, []string{access.AppsWrite}},
		{`mutation { apiKeyRotate(apiKeyId: "` + nothing("ApiKey") + `") { secret } }`, []string{access.AppsWrite}},
		{`mutation { appCreate(input: {title: "", accessScopes: []}) { clientSecret } }`, []string{access.AppsWrite}},
		{`mutation { appRevoke(appId: "` + nothing("App") + `") { app { id } } }`, []string{access.AppsWrite}},
		{`mutation { appSecretRotate(appId: "` + nothing("App") + `") { clientSecret } }`, []string{access.AppsWrite}},
		{`mutation { appUpdate(appId: "` + nothing("App") + `", input: {title: "x"}) { app { id } } }`, []string{access.AppsWrite}},
		{`mutation { roleCreate(input: {title: "", accessScopes: []}) { role { id } } }`, []string{access.StaffWrite}},
		{`mutation { roleDelete(roleId: "` + nothing("Role") + `") { deletedRoleId } }`, []string{access.StaffWrite}},
		{`mutation { roleUpdate(roleId: "` + nothing("Role") + `", input: {title: "x"}) { role { id } } }`, []string{access.StaffWrite}},
		{`mutation { staffMemberCreate(input: {email: "", name: "", password: "", role: ""}) { staffMember { id } } }`, []string{access.StaffWrite}},
		{`mutation { staffMemberDelete(staffMemberId: "` + nothing("StaffMember") + `") { deletedStaffMemberId } }`, []string{access.StaffWrite}},
		{`mutation { staffMemberUpdate(staffMemberId: "` + nothing("StaffMember") + `", input: {name: "x"}) { staffMember { id } } }`, []string{access.StaffWrite}},
		{`mutation { staffRoleAssign(staffMemberId: "` + nothing("StaffMember") + `", role: "x") { staffMember { id } } }`, []string{access.StaffWrite}},
		{`mutation { staffRoleRemove(staffMemberId: "` + nothing("StaffMember") + `", role: "x") { staffMember { id } } }`, []string{access.StaffWrite}},
	}
	type caller struct {
		*shift
		kind   access.Kind
		scopes access.Scopes
	}
	w.Query(t, `mutation { customerCreate(input: {email: "vera@rialto.test", password: "a-verdict-of-mine"}) { customer { id } } }`, nil)
	token := apptest.String(w.Query(t, `mutation { customerAccessTokenCreate(input: {email: "vera@rialto.test", password: "a-verdict-of-mine"}) { customerAccessToken { accessToken } } }`, nil),
		"customerAccessTokenCreate", "customerAccessToken", "accessToken")
	callers := map[string]caller{
		"nobody":     {&shift{App: w.App, who: apptest.Headers{"X-Shopify-Storefront-Access-Token": ""}}, access.Anonymous, access.Scopes{}},
		"storefront": {&shift{App: w.App}, access.Storefront, access.Scopes{}},
		"customer":   {w.bearer(token), access.Customer, access.Scopes{}},
		"wrong key":  {w.bearer("rak_" + strings.Repeat("B", 43)), access.Anonymous, access.Scopes{}},
		"owner":      {w, access.Staff, access.ScopesOf(access.Owner)},
	}
	for _, role := range access.Roles[1:] {
		callers[role.Handle] = caller{w.as(t, role.Handle), access.Staff, access.ScopesOf(role.Handle)}
	}
	for _, scope := range []string{access.ShopRead, access.StaffRead, access.StaffWrite, access.AppsRead, access.AppsWrite, access.AuditRead} {
		_, _, who := w.program(t, nil, scope)
		callers["app with "+scope] = caller{who, access.App, access.NewScopes(scope)}
	}
	cells := 0
	for name, by := range callers {
		for _, f := range fields {
			want := "FORBIDDEN"
			for _, scope := range f.anyOf {
				if by.scopes.Has(scope) {
					want = "OK"
				}
			}
			if by.kind == access.Anonymous || by.kind == access.Storefront {
				want = "UNAUTHENTICATED"
			}
			if got := by.verdict(t, f.query, nil); got != want {
				t.Errorf("%s: %s is %s; want %s", name, f.query, got, want)
			}
			cells++
		}
	}
	if cells != len(callers)*len(fields) || cells < 400 {
		t.Fatalf("%d cells", cells)
	}
}

func (w *shift) otherShop(t *testing.T) {
	app, key, who := w.program(t, nil, access.AllScopes...)
	role := apptest.String(w.do(t, "roleCreate", `mutation { roleCreate(input: {title: "Only here", accessScopes: ["shop:read"]}) { role { id handle } userErrors { message } } }`, nil), "role", "id")
	me := apptest.String(w.Query(t, `{ currentStaffMember { id } }`, nil, w.who), "currentStaffMember", "id")
	ids := []string{app, key, role, me}
	const nodes = `query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`
	for i, n := range apptest.At(w.Query(t, nodes, vars{"ids": ids}, who.who), "nodes").([]any) {
		same(t, ids[i], apptest.String(n, "id"))
	}
	foreign := w.foreign(t)
	for i, n := range apptest.At(w.Query(t, nodes, vars{"ids": ids}, foreign.who), "nodes").([]any) {
		if n != nil {
			t.Errorf("another shop reads %s", ids[i])
		}
	}
	same(t, any(vars{"app": nil, "apiKey": nil, "staffMember": nil}), any(w.Query(t, fmt.Sprintf(`{ app(id: %q) { id } apiKey(id: %q) { id } staffMember(id: %q) { id } }`, app, key, me), nil, foreign.who)))
	for name, query := range map[string]string{
		"appRevoke": `mutation($app: ID!) { appRevoke(appId: $app) { userErrors { code field message } } }`, "appUpdate": `mutation($app: ID!) { appUpdate(appId: $app, input: {title: "Mine"}) { userErrors { code field message } } }`,
		"appSecretRotate": `mutation($app: ID!) { appSecretRotate(appId: $app) { clientSecret userErrors { code field message } } }`,
		"apiKeyCreate":    `mutation($app: ID!) { apiKeyCreate(appId: $app, input: {title: "k", accessScopes: ["shop:read"]}) { secret userErrors { code field message } } }`,
	} {
		same(t, []string{"NOT_FOUND appId"}, foreign.codes(t, name, query, vars{"app": app}))
	}
	same(t, []string{"NOT_FOUND apiKeyId"}, foreign.codes(t, "apiKeyRevoke", `mutation($k: ID!) { apiKeyRevoke(apiKeyId: $k) { userErrors { code field message } } }`, vars{"k": key}))
	same(t, []string{"NOT_FOUND roleId"}, foreign.codes(t, "roleUpdate", `mutation($r: ID!) { roleUpdate(roleId: $r, input: {title: "Mine"}) { userErrors { code field message } } }`, vars{"r": role}))
	same(t, []string{"NOT_FOUND staffMemberId"}, foreign.codes(t, "staffMemberDelete", `mutation($m: ID!) { staffMemberDelete(staffMemberId: $m) { userErrors { code field message } } }`, vars{"m": me}))
	same(t, "OK", who.verdict(t, `{ shop { name } }`, nil))
}

// foreign is the owner of a second shop.
func (w *shift) foreign(t *testing.T) *shift {
	t.Helper()
	s, err := w.Shops.Create(t.Context(), shop.Shop{Handle: "elsewhere", Name: "Elsewhere", Email: "o@elsewhere.test", Currency: "USD", Country: "US", Language: "EN", MoneyFormat: "{{amount}}"},
		[]shop.Market{{Handle: "us", Name: "US", Countries: []string{"US"}, Languages: []string{"EN"}, Currency: "USD", Rate: "1"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx := access.With(database.WithShop(t.Context(), s.ID.UUID), access.Actor{Kind: access.System, Shop: s.ID.UUID})
	const email, password = "o@elsewhere.test", "quite-another-place"
	if _, err := w.Staff.EnsureOwner(ctx, email, "Olga", password); err != nil {
		t.Fatal(err)
	}
	front, err := w.Identity.CreateStorefront(ctx, identity.StorefrontInput{Kind: identity.Public, Title: "t"})
	if err != nil {
		t.Fatal(err)
	}
	data := w.Query(t, `mutation($e: String!, $p: String!) { staffAccessTokenCreate(input: {email: $e, password: $p}) { staffAccessToken { accessToken } } }`,
		vars{"e": email, "p": password}, apptest.Headers{"X-Shopify-Storefront-Access-Token": front.Token})
	return w.bearer(apptest.String(data, "staffAccessTokenCreate", "staffAccessToken", "accessToken"))
}

func (w *shift) secretsNotKept(t *testing.T) {
	ask := func() string {
		who := apptest.Headers{"Idempotency-Key": "b2b4c6de-9d5b-4c8e-8d3e-3c1f0a7d2b11", "Authorization": w.who["Authorization"]}
		return apptest.String(w.Query(t, appCreate, vars{"i": vars{"title": "Twice", "accessScopes": []string{access.ShopRead}}}, who), "appCreate", "clientSecret")
	}
	first, second := ask(), ask()
	if !strings.HasPrefix(first, "ras_") || !strings.HasPrefix(second, "ras_") || first == second {
		t.Fatalf("%q, %q: the same secret was shown twice", first, second)
	}
	rows, err := w.DB.SysQuery(database.AllShops(t.Context()), "SELECT response FROM idempotency_record WHERE response IS NOT NULL")
	kept, err := database.Scan(rows, err, func(scan func(...any) error) (b []byte, err error) { return b, scan(&b) })
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range kept {
		if strings.Contains(string(body), "ras_") {
			t.Fatalf("kept: %s", body)
		}
	}
}

func (w *shift) answersNotKept(t *testing.T) {
	app, _, who := w.program(t, nil, access.ProductsWrite, access.ProductsRead)
	ask := func() string {
		headers := apptest.Headers{"Idempotency-Key": "5b0c1c1e-0f0e-4a6e-9d6f-6b1f8a3f2c10"}
		maps.Copy(headers, who.who)
		answer := w.Do(t, `mutation { productCreate(product: {title: "Once"}) { product { id } } }`, nil, headers)
		return answer.Header.Get("Idempotency-Replayed") + strings.Join(answer.Codes(), " ")
	}
	same(t, "", ask())
	same(t, "true", ask())
	w.do(t, "appUpdate", `mutation($id: ID!) { appUpdate(appId: $id, input: {accessScopes: ["products:write"]}) { app { id } userErrors { code field message } } }`, vars{"id": app})
	same(t, "BAD_USER_INPUT", ask())
}

func (w *shift) lacking(t *testing.T) {
	_, _, who := w.program(t, nil, access.ProductsRead)
	const query = `{ orders(first: 1) { nodes { id } } }`
	same(t, any([]any{[]any{"orders:read"}}), who.Do(t, query, nil, who.who).Errors[0].Extensions["requiredScopes"])
	_, mixed := who.Do(t, `{ shop { id } orders(first: 1) { nodes { id } } }`, nil, who.who).Errors[0].Extensions["requiredScopes"]
	same(t, true, mixed)
	_, told := who.Do(t, query, nil, nil).Errors[0].Extensions["requiredScopes"] // a storefront is told nothing of scopes
	same(t, false, told)
}
