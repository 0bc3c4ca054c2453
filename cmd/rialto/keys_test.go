package main

import (
	"strings"
	"testing"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := func(secret string, args ...string) result {
		cmd := rialto(t, dir, append([]string{"keys"}, args...)...)
		if secret != "" {
			cmd.Env = append(cmd.Env, "RIALTO_SECRET="+secret)
		}
		return finish(t, cmd)
	}
	if r := run("", "list"); r.Code != 0 || !strings.Contains(r.Out, "There is no key yet") {
		t.Fatalf("%+v", r)
	}
	first := run("", "rotate")
	if first.Code != 0 || !strings.Contains(first.Out, "signs from") {
		t.Fatalf("%+v", first)
	}
	kid := strings.Fields(first.Out)[1]
	if r := run("short", "rotate"); r.Code == 0 || !strings.Contains(r.Err, "RIALTO_SECRET") {
		t.Fatalf("a short secret is taken: %+v", r)
	}
	second := run("a long text that only this deployment has", "rotate")
	if second.Code != 0 {
		t.Fatalf("%+v", second)
	}
	r := run("", "list")
	lines := strings.Split(strings.TrimSpace(r.Out), "\n")
	if r.Code != 0 || len(lines) != 3 {
		t.Fatalf("%+v", r)
	}
	if !strings.HasPrefix(lines[1], kid) || !strings.Contains(lines[1], "signs") || !strings.Contains(lines[1], "as it is") {
		t.Errorf("the first key: %s", lines[1])
	}
	if !strings.HasPrefix(lines[2], strings.Fields(second.Out)[1]) || !strings.Contains(lines[2], "waits") || !strings.Contains(lines[2], "sealed") {
		t.Errorf("the second key: %s", lines[2])
	}
}
