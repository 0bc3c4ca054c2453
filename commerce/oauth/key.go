package oauth

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
	"golang.org/x/sync/singleflight"

	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/seal"
)

const (
	// keysFor is how long a process believes the keys that it read.
	keysFor = time.Minute
	// KeyLead is how long a new key is known before it signs: until then every replica has read it, and whoever keeps our
	// key set has fetched it anew (see [KeySetFor]).
	KeyLead = 10 * time.Minute
	// KeySetFor is how long others may keep our key set.
	KeySetFor = 5 * time.Minute
	// keyRest is how long a key is believed once it signs no more: as long as its last token, by any clock.
	keyRest = AccessLifetime + 2*Leeway
)

// Key is a signing key, for people and key sets: its private part stays inside.
type Key struct {
	ID uuid.UUID
	// KID names the key in tokens: the thumbprint of its public part (RFC 7638).
	KID    string
	Public ed25519.PublicKey
	// Sealed says that the private part can be used only with the deployment's secret.
	Sealed bool
	// ActiveAt is when it begins to sign.
	ActiveAt time.Time
	// RetiredAt is when it is believed no more; zero while that is not settled.
	RetiredAt time.Time
	CreatedAt time.Time

	private ed25519.PrivateKey // nil where it is sealed with another secret
}

// believed reports whether tokens of the key are good at a time.
func (k *Key) believed(now time.Time) bool { return k.RetiredAt.IsZero() || now.Before(k.RetiredAt) }

// Signing tells which of some keys signs at a time, nil for none: of those that have begun, the last to begin. Where none
// has, because this clock is behind the one that made the first, it is the first to begin.
func Signing(keys []Key, now time.Time) *Key {
	var best *Key
	for i := range keys {
		k := &keys[i]
		if k.private == nil || !k.believed(now) {
			continue
		}
		if best == nil || better(k, best, now) {
			best = k
		}
	}
	return best
}

func better(k, than *Key, now time.Time) bool {
	begun, other := !k.ActiveAt.After(now), !than.ActiveAt.After(now)
	if begun != other {
		return begun
	}
	if k.ActiveAt.Equal(than.ActiveAt) {
		return k.KID > than.KID // replicas agree
	}
	return k.ActiveAt.After(than.ActiveAt) == begun
}

// keyring is the keys of the deployment as this process knows them.
type keyring struct {
	db     *database.DB
	clock  clock.Clock
	random io.Reader
	newID  func() uuid.UUID
	seal   seal.Sealer

	// told tells the other processes that keys have changed; nil where there are none to be told.
	told func(message []byte)
	// reads makes one question of many at once.
	reads singleflight.Group

	mu      sync.Mutex // held over no question to the database
	known   []Key
	readAt  time.Time
	changes int
}

// readPatience is how long the database is given to tell the keys.
const readPatience = 5 * time.Second

// all gives the keys; a reader that misses one says so with fresh, and the keys are then read again if that was not done
// in this second: invented key ids must not become questions to the database.
func (r *keyring) all(ctx context.Context, fresh bool) ([]Key, error) {
	limit := keysFor
	if fresh {
		limit = time.Second
	}
	r.mu.Lock()
	age := r.clock.Now().Sub(r.readAt)
	known, changes := r.known, r.changes
	r.mu.Unlock()
	if known != nil && age >= 0 && age < limit {
		return known, nil
	}
	// Who asks after a change must not be given what was read before it.
	read := r.reads.DoChan(strconv.Itoa(changes), func() (any, error) { return r.read(context.WithoutCancel(ctx), changes) })
	select {
	case done := <-read:
		if done.Err != nil {
			return nil, done.Err
		}
		return done.Val.([]Key), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (r *keyring) read(ctx context.Context, changes int) ([]Key, error) {
	ctx, cancel := context.WithTimeout(ctx, readPatience)
	defer cancel()
	now := r.clock.Now()
	known, err := readKeys(ctx, r.db, r.seal)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.changes == changes {
		r.known, r.readAt = known, now
	}
	return known, nil
}

func (r *keyring) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known, r.changes = nil, r.changes+1
}

// changed forgets the keys, here and in all other processes.
func (r *keyring) changed() {
	r.forget()
	if r.told != nil {
		r.told(nil)
	}
}

// byID gives the key with an id, if it is believed.
func (r *keyring) byID(ctx context.Context, kid string, now time.Time) (*Key, error) {
	for _, fresh := range []bool{false, true} {
		keys, err := r.all(ctx, fresh)
		if err != nil {
			return nil, err
		}
		for i := range keys {
			if keys[i].KID == kid && keys[i].believed(now) {
				return &keys[i], nil
			}
		}
	}
	return nil, errNoKey
}

// errSecret is what an operator reads who has changed or lost the secret.
var errSecret = errors.New("the signing keys are sealed with another RIALTO_SECRET: set that one again, or make a new key with `rialto keys rotate`")

// signing gives the key to sign with now, and makes the first one.
func (r *keyring) signing(ctx context.Context, now time.Time) (*Key, error) {
	keys, err := r.all(ctx, false)
	if err != nil {
		return nil, err
	}
	if k := Signing(keys, now); k != nil {
		return k, nil
	}
	if err := r.first(ctx); err != nil {
		return nil, err
	}
	r.forget()
	if keys, err = r.all(ctx, false); err != nil {
		return nil, err
	}
	if k := Signing(keys, now); k != nil {
		return k, nil
	}
	return nil, errSecret
}

// first makes a key unless another process has: of those that need the first at once, one makes it.
func (r *keyring) first(ctx context.Context) error {
	k, err := r.make(r.clock.Now())
	if err != nil {
		return err
	}
	return r.db.InTx(database.AllShops(ctx), func(tx database.Tx) error {
		if err := lockKeys(ctx, tx); err != nil {
			return err
		}
		keys, err := readKeys(ctx, tx, r.seal)
		if err != nil {
			return err
		}
		for i := range keys {
			if keys[i].believed(k.CreatedAt) { // also one that we cannot open: that is for the operator to settle
				return nil
			}
		}
		return insertKey(ctx, tx, k)
	})
}

// sealedKey is a key as it is kept.
type sealedKey struct {
	Key
	kept []byte
}

func (r *keyring) make(activeAt time.Time) (sealedKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(r.random, seed); err != nil {
		return sealedKey{}, err
	}
	private := ed25519.NewKeyFromSeed(seed)
	k := sealedKey{Key: Key{ID: r.newID(), Public: private.Public().(ed25519.PublicKey), ActiveAt: activeAt, CreatedAt: r.clock.Now(), private: private}}
	k.KID = thumbprint(k.Public)
	var err error
	k.kept, k.Sealed, err = r.seal.Seal(k.KID, seed)
	return k, err
}

// thumbprint names a public key by its content (RFC 7638, with the members that RFC 8037 names for Ed25519).
func thumbprint(public ed25519.PublicKey) string {
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + base64.RawURLEncoding.EncodeToString(public) + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// RotateKeys makes a key that takes over after [KeyLead], and retires those before it for when their last token has ended.
// Nobody is signed out by it. Where nothing signs now, the new key does at once.
func (s *Service) RotateKeys(ctx context.Context) (*Key, error) {
	return s.rotate(ctx, func(keys []Key, now time.Time) (active, retired time.Time) {
		active = now
		if Signing(keys, now) != nil {
			active = now.Add(KeyLead)
		}
		return active, active.Add(keyRest)
	})
}

// RotateKeysNow is [Service.RotateKeys] for a key that others may know: the new one signs at once, and no token of those before is
// believed any more. Apps get new ones with their refresh tokens.
func (s *Service) RotateKeysNow(ctx context.Context) (*Key, error) {
	return s.rotate(ctx, func(_ []Key, now time.Time) (active, retired time.Time) { return now, now })
}

func (s *Service) rotate(ctx context.Context, when func(keys []Key, now time.Time) (active, retired time.Time)) (*Key, error) {
	now := s.clock.Now()
	k, err := s.keys.make(now)
	if err != nil {
		return nil, err
	}
	err = s.db.InTx(database.AllShops(ctx), func(tx database.Tx) error {
		if err := lockKeys(ctx, tx); err != nil {
			return err
		}
		keys, err := readKeys(ctx, tx, s.keys.seal)
		if err != nil {
			return err
		}
		var retired time.Time
		k.ActiveAt, retired = when(keys, now)
		if err := retireKeys(ctx, tx, retired, now); err != nil {
			return err
		}
		tx.AfterCommit(s.keys.changed)
		return insertKey(ctx, tx, k)
	})
	if err != nil {
		return nil, err
	}
	return &k.Key, nil
}

// Keys are all signing keys that are still kept, oldest first.
func (s *Service) Keys(ctx context.Context) ([]Key, error) {
	s.keys.forget()
	return s.keys.all(ctx, false)
}

// CheckKeys fails where there are keys and none of them can sign: this process was given another secret than the one that
// sealed them.
func (s *Service) CheckKeys(ctx context.Context) error {
	keys, err := s.keys.all(ctx, false)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	for i := range keys {
		if keys[i].believed(now) && Signing(keys, now) == nil {
			return errSecret
		}
	}
	return nil
}

// KeySet is what tokens can be checked with (RFC 7517): every key that is believed, and those that will sign soon. It
// makes the first key, so that it is never empty.
func (s *Service) KeySet(ctx context.Context) (jose.JSONWebKeySet, error) {
	now := s.clock.Now()
	if _, err := s.keys.signing(ctx, now); err != nil {
		return jose.JSONWebKeySet{}, err
	}
	keys, err := s.keys.all(ctx, false)
	if err != nil {
		return jose.JSONWebKeySet{}, err
	}
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, k := range keys {
		if k.believed(now) {
			set.Keys = append(set.Keys, jose.JSONWebKey{Key: k.Public, KeyID: k.KID, Algorithm: string(jose.EdDSA), Use: "sig"})
		}
	}
	return set, nil
}
