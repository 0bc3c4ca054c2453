package identity

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/text/unicode/norm"

	"github.com/rialtohq/rialto/platform/fault"
)

// The parameters of argon2id (RFC 9106) that new hashes get: the least memory that OWASP's password sheet recommends
// with two passes, so that a sign-in costs about 20 ms and 19 MiB. A hash with other parameters is still checked, and
// is made anew when its owner signs in.
const (
	passes   = 2
	memory   = 19 * 1024 // KiB
	lanes    = 1
	saltSize = 16
	hashSize = 32
)

// The length of a password in bytes, after normalization to NFC. The upper end keeps hashing cheap to refuse, and is
// the one that the API has promised.
const (
	MinPassword = 8
	MaxPassword = 72
)

// Hasher makes and checks password hashes. It never has more of them at work than its memory allows: others wait their
// turn, for as long as their contexts allow.
type Hasher struct {
	limit  int64 // KiB
	gate   *semaphore.Weighted
	random io.Reader
}

// NewHasher makes a hasher whose work takes at most so many bytes of memory; 0 is 152 MiB. It always has room for one.
func NewHasher(bytes int64, random io.Reader) *Hasher {
	limit := bytes / 1024
	if limit == 0 {
		limit = 8 * memory
	}
	limit = max(limit, memory)
	return &Hasher{limit: limit, gate: semaphore.NewWeighted(limit), random: random}
}

// Hash makes the text to keep for a password (PHC string format), with a salt of its own. Fails with
// [fault.Unavailable] when its turn does not come before the context ends.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	p := phc{memory: memory, passes: passes, lanes: lanes, salt: make([]byte, saltSize)}
	if _, err := io.ReadFull(h.random, p.salt); err != nil {
		return "", err
	}
	var err error
	p.hash, err = h.derive(ctx, p, password, hashSize)
	return p.String(), err
}

// Verify reports whether a password is the one that was hashed, and whether the hash should be made anew because the
// parameters have changed since. With stored empty (no such account, or one without a password) it does the same work
// and reports false, so that the answer takes as long as that to a wrong password. Fails as [Hasher.Hash] does.
func (h *Hasher) Verify(ctx context.Context, stored, password string) (ok, stale bool, err error) {
	p, known := parsePHC(stored)
	if !known || int64(p.memory) > h.limit || len(password) > 4*MaxPassword {
		p, known = phc{memory: memory, passes: passes, lanes: lanes, salt: make([]byte, saltSize), hash: make([]byte, hashSize)}, false
		password = password[:min(len(password), MaxPassword)]
	}
	got, err := h.derive(ctx, p, password, len(p.hash))
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(got, p.hash) == 1 && known
	return ok, ok && (p.memory != memory || p.passes != passes || p.lanes != lanes || len(p.hash) != hashSize), nil
}

func (h *Hasher) derive(ctx context.Context, p phc, password string, size int) ([]byte, error) {
	if err := h.gate.Acquire(ctx, int64(p.memory)); err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "Too many people sign in at this moment. Try again shortly.")
	}
	defer h.gate.Release(int64(p.memory))
	return argon2.IDKey([]byte(norm.NFC.String(password)), p.salt, p.passes, p.memory, p.lanes, uint32(size)), nil
}

// phc is a hash with all that is needed to check it.
type phc struct {
	memory, passes uint32
	lanes          uint8
	salt, hash     []byte
}

// String writes $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func (p phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.lanes, b64.EncodeToString(p.salt), b64.EncodeToString(p.hash))
}

// parsePHC reads what String writes, and refuses parameters that no version of ours has written or could afford.
func parsePHC(s string) (p phc, ok bool) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil {
		return p, false
	}
	var err1, err2 error
	p.salt, err1 = base64.RawStdEncoding.DecodeString(parts[4])
	p.hash, err2 = base64.RawStdEncoding.DecodeString(parts[5])
	sane := p.memory >= 8 && p.passes >= 1 && p.passes <= 16 && p.lanes >= 1 && len(p.salt) >= 8 && len(p.hash) >= 16 && len(p.hash) <= 64
	return p, err1 == nil && err2 == nil && sane
}

// Flaw is what is wrong with a new password.
type Flaw int

// The flaws of passwords.
const (
	NoFlaw Flaw = iota
	Blank
	TooShort
	TooLong
	SpaceAtEnd
	NotText
	// Common is a password that others have had, or that anybody would guess.
	Common
)

// CheckPassword finds what is wrong with a new password: its length in bytes, white space at either end (which people
// paste without seeing it), bytes that are no text, or that it would be guessed: it is in the list of breached ones, or
// common (see NIST SP 800-63B, section 3.1.1.2). Hints are what everybody knows of the account, such as its email.
func (s *Service) CheckPassword(password string, hints ...string) Flaw {
	flaw := checkText(password)
	if flaw != NoFlaw {
		return flaw
	}
	if tooCommon(password, hints...) {
		return Common
	}
	if s.breached == nil {
		return NoFlaw
	}
	found, err := s.breached.Has(password)
	if err != nil {
		s.log.Error("the list of breached passwords could not be read", "error", err)
	}
	if found {
		return Common
	}
	return NoFlaw
}

func checkText(password string) Flaw {
	if password == "" {
		return Blank
	}
	if !utf8.ValidString(password) {
		return NotText
	}
	first, _ := utf8.DecodeRuneInString(password)
	last, _ := utf8.DecodeLastRuneInString(password)
	size := len(norm.NFC.String(password))
	switch {
	case unicode.IsSpace(first) || unicode.IsSpace(last):
		return SpaceAtEnd
	case size < MinPassword:
		return TooShort
	case size > MaxPassword:
		return TooLong
	case strings.ContainsRune(password, 0):
		return NotText
	}
	return NoFlaw
}
