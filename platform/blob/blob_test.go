package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"
)

func setup(t *testing.T) (*Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "blobs")
	s, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, dir
}

func put(t *testing.T, s *Store, key, text string) {
	t.Helper()
	if err := s.Put(t.Context(), key, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, s *Store, key string) string {
	t.Helper()
	f, info, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil || int64(len(b)) != info.Size || info.ModTime.IsZero() {
		t.Fatal(err, len(b), info)
	}
	return string(b)
}

func unfinishedFiles(t *testing.T, dir string) int {
	t.Helper()
	left, err := os.ReadDir(filepath.Join(dir, unfinished))
	if err != nil {
		t.Fatal(err)
	}
	return len(left)
}

func TestStoreKeepsAndReplaces(t *testing.T) {
	t.Parallel()
	s, dir := setup(t)
	put(t, s, "media/oak-chair/1.jpg", "one")
	put(t, s, "media/oak-chair/2.jpg", "two")
	old, _, err := s.Open(t.Context(), "media/oak-chair/1.jpg")
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	put(t, s, "media/oak-chair/1.jpg", "another")
	if got := get(t, s, "media/oak-chair/1.jpg"); got != "another" {
		t.Errorf("got %q", got)
	}
	if b, err := io.ReadAll(old); string(b) != "one" || err != nil {
		t.Errorf("the open file became %q, %v", b, err)
	}
	if n := unfinishedFiles(t, dir); n != 0 {
		t.Errorf("%d files left over", n)
	}
}

func TestStoreSeeks(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	put(t, s, "a", "0123456789")
	f, _, err := s.Open(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := iotest.TestReader(f, []byte("0123456789")); err != nil {
		t.Error(err)
	}
}

func TestStoreNotExist(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	put(t, s, "a/b", "x")
	for _, key := range []string{"b", "a", "a/c", "c/d"} {
		_, _, err := s.Open(t.Context(), key)
		if !errors.Is(err, ErrNotExist) || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", key, err)
		}
		if err := s.Delete(t.Context(), key); err != nil {
			t.Errorf("delete %s: %v", key, err)
		}
	}
	if get(t, s, "a/b") != "x" {
		t.Error("a neighbor was deleted")
	}
}

func TestStoreDeletes(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	put(t, s, "a/b", "x")
	for range 2 {
		if err := s.Delete(t.Context(), "a/b"); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := s.Open(t.Context(), "a/b"); !errors.Is(err, ErrNotExist) {
		t.Error(err)
	}
}

func TestStoreRefusesKey(t *testing.T) {
	t.Parallel()
	s, dir := setup(t)
	secret := filepath.Join(filepath.Dir(dir), "secret")
	if err := os.WriteFile(secret, []byte("s"), 0o600); err != nil {
		t.Fatal(err)
	}
	keys := []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "../secret", "a/../../secret", "a/./b", ".unfinished/1", "a/.b", `a\b`,
		"a b", "a\x00b", "ä", "a:b", strings.Repeat("a", 201), strings.Repeat("a/", 16) + "a", strings.Repeat("abcdefghi/", 101),
	}
	for _, key := range keys {
		var bad *KeyError
		if err := s.Put(t.Context(), key, strings.NewReader("x")); !errors.As(err, &bad) {
			t.Errorf("put %q: %v", key, err)
		}
		if _, _, err := s.Open(t.Context(), key); !errors.As(err, &bad) {
			t.Errorf("open %q: %v", key, err)
		}
		if err := s.Delete(t.Context(), key); !errors.As(err, &bad) {
			t.Errorf("delete %q: %v", key, err)
		}
	}
	if b, err := os.ReadFile(secret); string(b) != "s" || err != nil {
		t.Error("the neighbor was touched")
	}
}

func TestStoreDoesNotFollowLinkOutside(t *testing.T) {
	t.Parallel()
	s, dir := setup(t)
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("s"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Skip("no symbolic links here")
	}
	if _, _, err := s.Open(t.Context(), "link/secret"); err == nil {
		t.Error("a file outside was opened")
	}
	if err := s.Put(t.Context(), "link/new", strings.NewReader("x")); err == nil {
		t.Error("a file outside was written")
	}
	if _, err := os.Stat(filepath.Join(outside, "new")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a file outside is there")
	}
}

func TestStoreFailedPutLeavesOldFile(t *testing.T) {
	t.Parallel()
	s, dir := setup(t)
	put(t, s, "a", "old")
	gone := errors.New("sender gone")
	err := s.Put(t.Context(), "a", io.MultiReader(strings.NewReader("new"), iotest.ErrReader(gone)))
	if !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Put(ended, "a", strings.NewReader("new")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, _, err := s.Open(ended, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := get(t, s, "a"); got != "old" {
		t.Errorf("got %q", got)
	}
	if n := unfinishedFiles(t, dir); n != 0 {
		t.Errorf("%d files left over", n)
	}
}

func TestStoreConcurrentPutsNeverMix(t *testing.T) {
	t.Parallel()
	s, dir := setup(t)
	other, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			writer := []*Store{s, other}[i%2]
			text := bytes.Repeat([]byte{byte('a' + i)}, 50_000)
			if err := writer.Put(t.Context(), "same/key", bytes.NewReader(text)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got := get(t, s, "same/key")
	if got != strings.Repeat(got[:1], 50_000) {
		t.Error("two writers' bytes are mixed")
	}
}

func TestStoreSweepsOldLeftovers(t *testing.T) {
	t.Parallel()
	s, dir := setup(t)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, age := range map[string]time.Duration{"1-1": 2 * time.Hour, "1-2": time.Minute} {
		file := filepath.Join(dir, unfinished, name)
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Sweep(t.Context(), now.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n := unfinishedFiles(t, dir); n != 1 {
		t.Errorf("%d files left", n)
	}
}

func TestCheckedKeysStayInside(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.StringMatching(`[a./\\_-]{0,12}`).Draw(t, "key")
		if CheckKey(key) == nil && (!filepath.IsLocal(key) || filepath.Clean(key) != key) {
			t.Fatalf("%q passes", key)
		}
	})
}
