package password_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/web/password"
)

// scripted answers every password in one way.
type scripted struct {
	problems fault.Problems
	err      error
	got      *[2]string
}

func (s scripted) ResetPassword(_ context.Context, token, password string) (fault.Problems, error) {
	if s.got != nil {
		*s.got = [2]string{token, password}
	}
	return s.problems, s.err
}

func send(s scripted, method, address, kind, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	password.New(password.Config{Staff: s, Log: slog.New(slog.DiscardHandler)}).ServeHTTP(w, r)
	return w
}

const form = "application/x-www-form-urlencoded"

func TestOpeningTheLinkUsesNothingUp(t *testing.T) {
	t.Parallel()
	var got [2]string
	w := send(scripted{got: &got}, http.MethodGet, "/staff/password?token="+url.QueryEscape(`rsp_"><script>`), "", "")
	if w.Code != http.StatusOK || got != [2]string{} || strings.Contains(w.Body.String(), "<script>") || !strings.Contains(w.Body.String(), "rsp_&#34;&gt;") {
		t.Errorf("%d %s %s", w.Code, got, w.Body)
	}
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := w.Header().Get("Content-Security-Policy"); !strings.Contains(got, "default-src 'none'") || !strings.Contains(got, "form-action 'self'") {
		t.Errorf("policy: %q", got)
	}
}

func TestPasswordIsSet(t *testing.T) {
	t.Parallel()
	fields := url.Values{"token": {"rsp_x"}, "password": {"a new one & more"}}.Encode()
	for name, c := range map[string]struct {
		s          scripted
		kind, body string
		status     int
		says       string
	}{
		"OK":         {scripted{}, form, fields, http.StatusOK, "Your password is set"},
		"TooEasy":    {scripted{problems: fault.Problems{{Code: staff.CodeInvalid, Message: "Too easy <b>"}}}, form, fields, http.StatusUnprocessableEntity, "Too easy &lt;b&gt;"},
		"LinkEnded":  {scripted{problems: fault.Problems{{Code: staff.CodeTokenInvalid, Message: "This link has run out."}}}, form, fields, http.StatusForbidden, "has run out"},
		"Busy":       {scripted{err: fault.New(fault.Unavailable, "pool")}, form, fields, http.StatusServiceUnavailable, "Too busy"},
		"Ours":       {scripted{err: errors.New("the inner word")}, form, fields, http.StatusInternalServerError, "Something broke"},
		"NoForm":     {scripted{}, "application/json", fields, http.StatusBadRequest, "cannot be read"},
		"FarTooLong": {scripted{}, form, fields + "&x=" + strings.Repeat("x", 10_000), http.StatusBadRequest, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got [2]string
			c.s.got = &got
			w := send(c.s, http.MethodPost, "/staff/password", c.kind, c.body)
			body := w.Body.String()
			if w.Code != c.status || !strings.Contains(body, c.says) || strings.Contains(body, "inner word") || strings.Contains(body, "a new one") {
				t.Errorf("%d %s", w.Code, body)
			}
			if reached := got == [2]string{"rsp_x", "a new one & more"}; reached != (c.status != http.StatusBadRequest) {
				t.Errorf("the service was given %q", got)
			}
		})
	}
	if w := send(scripted{}, http.MethodPut, "/staff/password", form, fields); w.Code != http.StatusMethodNotAllowed {
		t.Error(w.Code)
	}
}
