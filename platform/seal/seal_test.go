package seal_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/rialtohq/rialto/platform/seal"
)

func TestSeal(t *testing.T) {
	t.Parallel()
	ours := seal.New("a long secret of this deployment", "client secrets")
	text := []byte("the secret of a client")
	sealed, was, err := ours.Seal("one", text)
	if err != nil || !was || bytes.Contains(sealed, text) {
		t.Fatalf("sealed %v %q: %v", was, sealed, err)
	}
	if got, err := ours.Open("one", sealed, true); err != nil || !bytes.Equal(got, text) {
		t.Errorf("opened to %q: %v", got, err)
	}
	again, _, _ := ours.Seal("one", text)
	if bytes.Equal(again, sealed) {
		t.Error("the same text looks the same when it is sealed twice")
	}
	bent := bytes.Clone(sealed)
	bent[len(bent)-1] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"AnotherName":   func() ([]byte, error) { return ours.Open("two", sealed, true) },
		"AnotherSecret": func() ([]byte, error) { return seal.New("another secret", "client secrets").Open("one", sealed, true) },
		"AnotherPurpose": func() ([]byte, error) {
			return seal.New("a long secret of this deployment", "keys").Open("one", sealed, true)
		},
		"NoSecret": func() ([]byte, error) { return seal.New("", "client secrets").Open("one", sealed, true) },
		"Bent":     func() ([]byte, error) { return ours.Open("one", bent, true) },
		"Short":    func() ([]byte, error) { return ours.Open("one", sealed[:5], true) },
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := open(); !errors.Is(err, seal.ErrSealed) || got != nil {
				t.Errorf("opened to %q: %v", got, err)
			}
		})
	}
}

func TestWithoutASecretNothingIsSealed(t *testing.T) {
	t.Parallel()
	none := seal.New("", "client secrets")
	kept, sealed, err := none.Seal("one", []byte("text"))
	if err != nil || sealed || string(kept) != "text" {
		t.Fatalf("%q %v: %v", kept, sealed, err)
	}
	// What was kept before there was a secret can still be read when there is one.
	if got, err := seal.New("a secret", "client secrets").Open("one", kept, false); err != nil || string(got) != "text" {
		t.Errorf("opened to %q: %v", got, err)
	}
}
