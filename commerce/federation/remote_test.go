package federation

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/platform/clock"
)

// telling is a provider that says of itself what it is told to say.
func telling(t *testing.T) (address string, says map[string]any, asked *atomic.Int32) {
	t.Helper()
	asked = &atomic.Int32{}
	says = map[string]any{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1); len(says) == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(says)
	}))
	t.Cleanup(s.Close)
	for name, value := range map[string]any{
		"issuer": s.URL, "authorization_endpoint": s.URL + "/authorize", "token_endpoint": s.URL + "/token", "jwks_uri": s.URL + "/keys",
		"id_token_signing_alg_values_supported": []string{"HS256", "EdDSA", "RS256", "none", "RS512"},
	} {
		says[name] = value
	}
	return s.URL, says, asked
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	address, says, asked := telling(t)
	now := clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	p := newParties(newClient(2*time.Second, true), true, now)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := p.get(t.Context(), address); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got, err := p.get(t.Context(), address)
	if err != nil || asked.Load() != 1 {
		t.Fatalf("asked %d times: %v", asked.Load(), err)
	}
	if diff := cmp.Diff([]string{"RS256", "EdDSA"}, got.algorithms); diff != "" {
		t.Error(diff)
	}
	now.Advance(knownFor)
	if _, err := p.get(t.Context(), address); err != nil || asked.Load() != 2 {
		t.Errorf("asked %d times: %v", asked.Load(), err)
	}

	// One that is away is left alone for a moment, and then asked again.
	for name := range says {
		delete(says, name)
	}
	now.Advance(knownFor)
	for range 3 {
		if _, err := p.get(t.Context(), address); err == nil {
			t.Error("an answer")
		}
	}
	now.Advance(unknownFor)
	if _, err := p.get(t.Context(), address); err == nil || asked.Load() != 4 {
		t.Errorf("asked %d times: %v", asked.Load(), err)
	}
}

func TestDiscoveryOfWhatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(says map[string]any){
		"OtherIssuer":   func(says map[string]any) { says["issuer"] = "https://other.test" },
		"SlashAtEnd":    func(says map[string]any) { says["issuer"] = says["issuer"].(string) + "/" },
		"Script":        func(says map[string]any) { says["authorization_endpoint"] = "javascript:alert(1)" },
		"NoPage":        func(says map[string]any) { delete(says, "authorization_endpoint") },
		"NoTokens":      func(says map[string]any) { delete(says, "token_endpoint") },
		"NoKeys":        func(says map[string]any) { delete(says, "jwks_uri") },
		"NoPKCE":        func(says map[string]any) { says["code_challenge_methods_supported"] = []string{"plain"} },
		"SharedSecrets": func(says map[string]any) { says["id_token_signing_alg_values_supported"] = []string{"HS256", "none"} },
		"NoAlgorithms":  func(says map[string]any) { delete(says, "id_token_signing_alg_values_supported") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, says, _ := telling(t)
			change(says)
			if _, err := newParties(newClient(2*time.Second, true), true, clock.System{}).get(t.Context(), address); err == nil {
				t.Error("it is used")
			}
		})
	}
	t.Run("PageWithoutTLS", func(t *testing.T) {
		t.Parallel()
		address, _, _ := telling(t)
		p := newParties(newClient(2*time.Second, true), false, clock.System{})
		if _, err := p.get(t.Context(), address); err == nil {
			t.Error("it is used")
		}
	})
}

func TestALogKeepsLittleOfWhatAProviderAnswers(t *testing.T) {
	t.Parallel()
	if got := brief(errors.New("no token")); got != "no token" {
		t.Errorf("%q", got)
	}
	got := brief(errors.New("no token: " + strings.Repeat("é", 1<<20)))
	if len(got) > 300+len("…") || !utf8.ValidString(got) || !strings.HasPrefix(got, "no token: é") || !strings.HasSuffix(got, "é…") {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}
