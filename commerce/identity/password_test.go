package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha1"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"github.com/rialtohq/rialto/platform/fault"
)

func TestPasswords(t *testing.T) {
	ctx := t.Context()
	h := NewHasher(0, rand.Reader)
	stored, err := h.Hash(ctx, "correct horse é")
	if err != nil {
		t.Fatal(err)
	}
	old := phc{memory: 64, passes: 1, lanes: 1, salt: []byte("0123456789abcdef")}
	old.hash = argon2.IDKey([]byte("correct horse"), old.salt, 1, 64, 1, 32)
	for _, tc := range []struct {
		name, stored, password string
		ok, stale              bool
	}{
		{"Right", stored, "correct horse é", true, false},
		{"RightInAnotherNormalForm", stored, "correct horse e\u0301", true, false},
		{"Wrong", stored, "correct horse e", false, false},
		{"NoPasswordKept", "", "", false, false},
		{"NoPasswordKeptAndAllZero", "", strings.Repeat("\x00", 32), false, false},
		{"OldParametersAreStale", old.String(), "correct horse", true, true},
		{"WrongIsNeverStale", old.String(), "incorrect horse", false, false},
		{"ForeignText", "$2a$10$abcdefghijklmnopqrstuv", "x", false, false},
		{"UnaffordableParameters", "$argon2id$v=19$m=4194304,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg", "x", false, false},
		{"Megabyte", stored, strings.Repeat("x", 1<<20), false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ok, stale, err := h.Verify(ctx, tc.stored, tc.password)
			if err != nil || ok != tc.ok || stale != tc.stale {
				t.Fatalf("ok = %v, stale = %v, err = %v", ok, stale, err)
			}
		})
	}
	t.Run("SaltDiffers", func(t *testing.T) {
		again, err := h.Hash(ctx, "correct horse é")
		if err != nil || again == stored {
			t.Fatalf("two hashes are the same; %v", err)
		}
	})
	t.Run("ParametersAreKept", func(t *testing.T) {
		if !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Fatal(stored)
		}
	})
}

func TestHashingWaitsForMemory(t *testing.T) {
	h := NewHasher(1, rand.Reader) // room for one
	if !h.gate.TryAcquire(memory) {
		t.Fatal("no room for one")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := h.Verify(ctx, "", "x"); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("err = %v", err)
	}
	h.gate.Release(memory)
	if _, _, err := h.Verify(t.Context(), "", "x"); err != nil {
		t.Fatal(err)
	}
}

func TestCheckPassword(t *testing.T) {
	for _, tc := range []struct {
		name, password string
		want           Flaw
	}{
		{"Good", "vexing bran 41", NoFlaw},
		{"InnerSpaces", "a b c d e", NoFlaw},
		{"Longest", (strings.Repeat("wobble-7-", 8))[:MaxPassword-1] + "q", NoFlaw},
		{"Blank", "", Blank},
		{"Short", "1234567", TooShort},
		{"Long", strings.Repeat("x", MaxPassword+1), TooLong},
		{"LongInBytes", strings.Repeat("é", MaxPassword/2+1), TooLong},
		{"SpaceBefore", " 12345678", SpaceAtEnd},
		{"NewlineBehind", "12345678\n", SpaceAtEnd},
		{"NoText", "12345678\xff", NotText},
		{"Zero", "1234\x005678", NotText},
		{"Number", "12345678", Common},
		{"LongerNumber", "83719204655", Common},
		{"Word", "Password", Common},
		{"WordWithDigits", "password123", Common},
		{"WordInDigits", "P@ssw0rd!", Common},
		{"DigitsBefore", "2024sunshine!", Common},
		{"TwoWords", "iloveyoumonkey", Common},
		{"OneLetter", strings.Repeat("x", 30), Common},
		{"Repeats", "abc7abc7abc7", Common},
		{"Row", "qwertyuiop", Common},
		{"RowBackwards", "poiuytrewq1", Common},
		{"Alphabet", "abcdefghij", Common},
		{"Email", "ada.baker1", Common},
		{"EmailWithin", "my ada baker poems", NoFlaw},
		{"WordInSentence", "password is no password", NoFlaw},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := New(Config{}).CheckPassword(tc.password, "ada.baker@example.com"); got != tc.want {
				t.Fatalf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestBreachedPasswordsAreFound(t *testing.T) {
	known := []string{"vexing bran 41", "tepid orca 12", "quiet lamp 3"}
	var lines []string
	for i := range 2000 {
		known = append(known, fmt.Sprintf("made up %d", i))
	}
	for i, password := range known {
		line := fmt.Sprintf("%X", sha1.Sum([]byte(password)))
		if i%3 > 0 {
			line += fmt.Sprintf(":%d", i)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	for _, end := range []string{"\n", "\r\n"} {
		for _, last := range []string{"", end} {
			file := filepath.Join(t.TempDir(), "breached.txt")
			if err := os.WriteFile(file, []byte(strings.Join(lines, end)+last), 0o600); err != nil {
				t.Fatal(err)
			}
			list, err := OpenBreached(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, password := range known {
				if found, err := list.Has(password); err != nil || !found {
					t.Fatalf("%q is not found: %v", password, err)
				}
			}
			for i := range 500 {
				if found, err := list.Has(fmt.Sprintf("never seen %d", i)); err != nil || found {
					t.Fatalf("found: %v", err)
				}
			}
			if flaw := New(Config{Breached: list}).CheckPassword("tepid orca 12"); flaw != Common {
				t.Fatalf("flaw %v", flaw)
			}
			if err := list.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	other := filepath.Join(t.TempDir(), "other.txt")
	if err := os.WriteFile(other, []byte("password\n123456\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenBreached(other); err == nil {
		t.Fatal("a list of words was taken")
	}
}
