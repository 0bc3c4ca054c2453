package tests

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/platform/database"
)

// TestSessionsEndInAllProcesses signs in at one process and shows the session to another, which knows it without a statement and
// refuses it from the moment on that the first one has ended it.
func TestSessionsEndInAllProcesses(t *testing.T) {
	t.Parallel()
	first := apptest.Start(t, apptest.Options{Kind: apptest.Services})
	second := apptest.Start(t, apptest.Options{Beside: first})
	const ask = "{ shop { name } }"
	// reads is how many statements about sessions an answer takes.
	reads := func(a *apptest.App, signedIn apptest.Headers) (n int) {
		ctx, record := database.Recording(t.Context(), true)
		if answer, err := a.Serve(ctx, ask, nil, signedIn); err != nil || answer.Status != http.StatusOK {
			t.Fatal(answer, err)
		}
		for _, text := range record.Statements() {
			if strings.Contains(text, "FROM session") {
				n++
			}
		}
		return n
	}
	owner := first.Owner(t)
	until(t, 10*time.Second, func() bool { return reads(first, owner) == 0 }) // a busy Redis may be asked once more
	until(t, 10*time.Second, func() bool { return reads(second, owner) == 0 })
	for range 5 {
		signedIn := first.Owner(t)
		for _, a := range []*apptest.App{first, second, second} {
			reads(a, signedIn)
		}
		first.Query(t, `mutation($t: String!) { staffAccessTokenDelete(staffAccessToken: $t) { userErrors { code } } }`, map[string]any{"t": strings.TrimPrefix(signedIn["Authorization"], "Bearer ")}, signedIn)
		for _, a := range []*apptest.App{second, first} {
			if got := a.Do(t, ask, nil, signedIn); got.Status != http.StatusUnauthorized {
				t.Fatalf("after the session has ended: %d %s", got.Status, got.Body)
			}
		}
	}
	again := first.Owner(t)
	reads(second, again)
	me := first.Query(t, `{ currentStaffMember { id } }`, nil, again)
	id := apptest.String(me, "currentStaffMember", "id")
	second.Query(t, `mutation($id: ID!) { staffMemberSignOut(staffMemberId: $id) { userErrors { code } } }`, map[string]any{"id": id}, again)
	for _, signedIn := range []apptest.Headers{again, owner} {
		if got := first.Do(t, ask, nil, signedIn); got.Status != http.StatusUnauthorized {
			t.Errorf("after signing out everywhere: %d %s", got.Status, got.Body)
		}
	}
}
