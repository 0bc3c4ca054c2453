package upload

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/picture"
)

// Take takes the picture for a place of the context's shop. Fails with [fault.NotFound] where there is no such place, the
// secret is another, or the place has ended; with [fault.Conflict] where a picture is there; with [fault.TooLarge] for too
// many bytes or pixels; with [fault.Invalid] for what is no picture of the type that was declared; and with
// [fault.Unavailable] where too many come at once.
func (s *Service) Take(ctx context.Context, id uuid.UUID, secret, contentType string, body io.Reader) (*Picture, error) {
	p, err := s.open(ctx, id, secret)
	if err != nil {
		return nil, err
	}
	if contentType != "" && mediaType(contentType) != p.declared {
		return nil, fault.New(fault.Invalid, "Content-Type must be %s, as was said when the upload was staged.", p.declared)
	}
	raw, err := io.ReadAll(io.LimitReader(body, p.limit+1))
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The picture did not come through whole. Send it again.")
	}
	if int64(len(raw)) > p.limit {
		return nil, fault.New(fault.TooLarge, "The picture has more than the %d bytes that were said when the upload was staged.", p.limit)
	}
	if is := http.DetectContentType(raw); is != p.declared {
		return nil, fault.New(fault.Invalid, "This is not %s, whatever its name says.", p.declared)
	}
	return s.keep(ctx, p, raw)
}

func (s *Service) open(ctx context.Context, id uuid.UUID, secret string) (place, error) {
	found, err := places(ctx, s.DB, []uuid.UUID{id})
	if err != nil {
		return place{}, err
	}
	switch {
	case len(found) == 0, subtle.ConstantTimeCompare(found[0].hash, identity.Digest(secret)) != 1, !s.Clock.Now().Before(found[0].expires):
		return place{}, fault.New(fault.NotFound, "There is no such upload, or it has ended. Stage another one.")
	case found[0].key != "":
		return place{}, fault.New(fault.Conflict, "A picture is here already. Stage another upload for another picture.")
	}
	return found[0], nil
}

// keep writes a picture anew, keeps it and notes where. Its key names its content; the place before it keeps two uploads of
// the same picture apart, so that deleting one leaves the other.
func (s *Service) keep(ctx context.Context, p place, raw []byte) (*Picture, error) {
	clean, made, err := s.clean(ctx, raw)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(clean)
	end := map[string]string{"image/jpeg": ".jpg", "image/png": ".png"}[made.Type]
	out := &Picture{Key: fmt.Sprintf("uploads/%s/%s%s", p.id, hex.EncodeToString(sum[:16]), end), Type: made.Type, Width: made.Width, Height: made.Height}
	if err := s.Files.Put(ctx, out.Key, bytes.NewReader(clean)); err != nil {
		return nil, err
	}
	err = s.DB.InTx(ctx, func(tx database.Tx) error {
		first, err := fill(ctx, tx, p.id, out)
		if err == nil && !first {
			err = fault.New(fault.Conflict, "A picture is here already. Stage another upload for another picture.")
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(err, s.forget(ctx, p.id, out.Key))
	}
	return out, nil
}

// forget deletes a picture that came second, unless it is the one that came first.
func (s *Service) forget(ctx context.Context, id uuid.UUID, key string) error {
	found, err := places(ctx, s.DB, []uuid.UUID{id})
	if err != nil || len(found) == 1 && found[0].key == key {
		return err
	}
	return s.Files.Delete(ctx, key)
}

// clean reads and writes a picture when a slot is free.
func (s *Service) clean(ctx context.Context, raw []byte) (_ []byte, made picture.Cleaned, err error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return nil, made, fault.Wrap(context.Cause(ctx), fault.Unavailable, "Too many pictures come at once. Try again in a moment.")
	}
	var out bytes.Buffer
	made, err = picture.Clean(bytes.NewReader(raw), &out)
	if large, ok := errors.AsType[*picture.TooLargeError](err); ok {
		return nil, made, fault.Wrap(err, fault.TooLarge, "A picture has at most %d million pixels; this one has %d by %d.", picture.MaxPixels/1_000_000, large.Width, large.Height)
	}
	if errors.Is(err, picture.ErrNotPicture) {
		return nil, made, fault.Wrap(err, fault.Invalid, "The picture cannot be read: it is damaged, or of a kind that is not taken.")
	}
	return out.Bytes(), made, err
}

// Sweep deletes places that ended a day ago, at most so many, with the pictures that nothing shows, and counts them.
func (s *Service) Sweep(ctx context.Context, most int) (int, error) {
	var ended []place
	var used map[string]bool
	err := s.DB.InTx(ctx, func(tx database.Tx) (err error) {
		if ended, err = endedPlaces(ctx, tx, s.Clock.Now().Add(-keepFor), most); err != nil || len(ended) == 0 {
			return err
		}
		if used, err = shown(ctx, tx, ended); err != nil {
			return err
		}
		return dropPlaces(ctx, tx, ended)
	})
	if err != nil {
		return 0, err
	}
	for _, p := range ended { // nothing can attach them any more
		if p.key != "" && !used[p.key] {
			if err := s.Files.Delete(ctx, p.key); err != nil {
				return 0, err
			}
		}
	}
	return len(ended), nil
}
