package federation

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestPublic(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"8.8.8.8": true, "1.1.1.1": true, "2606:4700:4700::1111": true, "2a00:1450:4001:81b::200e": true,
		"127.0.0.1": false, "0.0.0.0": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.0.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"192.0.0.1": false, "192.0.2.1": false, "198.18.0.1": false, "198.51.100.1": false, "203.0.113.1": false, "224.0.0.1": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "fe80::1": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false, "2001:db8::1": false, "2001::1": false, "3fff::1": false,
		// IPv4 in the clothes of IPv6: mapped, compatible, NAT64, 6to4.
		"::ffff:127.0.0.1": false, "::ffff:8.8.8.8": true, "::127.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

func get(t *testing.T, c *http.Client, address string) (string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return string(body), err
}

func TestClient(t *testing.T) {
	t.Parallel()
	reached := 0
	secret := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	t.Cleanup(secret.Close)
	mux := http.NewServeMux()
	mux.Handle("/away", http.RedirectHandler("/here", http.StatusFound))
	mux.HandleFunc("/here", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") })
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		for chunk := strings.Repeat("x", 1<<16); r.Context().Err() == nil; {
			if _, err := io.WriteString(w, chunk); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/never", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	site := httptest.NewServer(mux)
	t.Cleanup(site.Close)

	t.Run("PrivateAddress", func(t *testing.T) {
		for _, address := range []string{secret.URL, strings.Replace(secret.URL, "127.0.0.1", "localhost", 1)} {
			if _, err := get(t, newClient(time.Second, false), address); !errors.Is(err, errPrivate) {
				t.Errorf("%s: %v", address, err)
			}
		}
		if reached > 0 {
			t.Error("a private address was reached")
		}
	})
	t.Run("Plain", func(t *testing.T) {
		if _, err := get(t, newClient(time.Second, false), site.URL+"/here"); !errors.Is(err, errPlain) {
			t.Error(err)
		}
		if body, err := get(t, newClient(time.Second, true), site.URL+"/here"); err != nil || body != "here" {
			t.Error(body, err)
		}
	})
	t.Run("Elsewhere", func(t *testing.T) {
		if _, err := get(t, newClient(time.Second, true), site.URL+"/away"); !errors.Is(err, errRedirect) {
			t.Error(err)
		}
	})
	t.Run("Endless", func(t *testing.T) {
		if body, err := get(t, newClient(20*time.Second, true), site.URL+"/endless"); err != nil || len(body) != maxAnswer {
			t.Errorf("%d bytes were read: %v", len(body), err)
		}
	})
	t.Run("Never", func(t *testing.T) {
		if _, err := get(t, newClient(50*time.Millisecond, true), site.URL+"/never"); err == nil {
			t.Error("an answer")
		}
	})
}
