package main

import (
	"strings"
	"testing"
)

// TestShopIsOpenedWholeOrNotAtAll gives what cannot be meant, and then opens the shop that was refused.
func TestShopIsOpenedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, wrong := range [][]string{
		{"My Shop", "--name", "A", "--owner", "ada@example.com"}, {"ok", "--name", " ", "--owner", "ada@example.com"}, {"ok", "--name", "A", "--owner", "nomail"},
		{"ok", "--name", "A", "--owner", "ada@example.com", "--country", "ZZ"}, {"ok", "--name", "A", "--owner", "ada@example.com", "--currency", "XXQ"},
		{"ok", "--name", "A", "--owner", "ada@example.com", "--delivery=-1"},
	} {
		if r := finish(t, rialto(t, dir, append([]string{"shop", "create"}, wrong...)...)); r.Code != 1 || !strings.HasPrefix(r.Err, "rialto: ") || strings.Contains(r.Err, "BAD_USER_INPUT") {
			t.Errorf("%v: code %d: %s", wrong, r.Code, r.Err)
		}
	}
	good := []string{"shop", "create", "ok", "--name", "A", "--owner", "ada@example.com", "--country", "de", "--currency", "eur", "--delivery", "4.90"}
	if r := finish(t, rialto(t, dir, good...)); r.Code != 0 || !strings.Contains(r.Out, "private token") || !strings.Contains(r.Out, "password") {
		t.Fatalf("code %d: %s%s", r.Code, r.Out, r.Err)
	}
	if r := finish(t, rialto(t, dir, good...)); r.Code != 1 || !strings.Contains(r.Err, "already") {
		t.Fatalf("code %d: %s%s", r.Code, r.Out, r.Err)
	}
}
