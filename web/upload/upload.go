// Package upload is the door at which pictures are put: PUT /uploads/{shop}/{id}/{secret}.
//
// Whoever has the address may put one picture there: stagedUploadsCreate hands addresses out to staff. The door decides
// nothing else; commerce/upload does. Pages of other sites may put pictures too, since the address is the proof and no
// cookie is looked at.
package upload

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/upload"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// Prefix is where the door is.
const Prefix = "/uploads/"

// patience is how long a picture may take to come through.
const patience = 2 * time.Minute

// Uploads takes pictures; *upload.Service does.
type Uploads interface {
	Take(ctx context.Context, id uuid.UUID, secret, contentType string, body io.Reader) (*upload.Picture, error)
}

// Config is what the door needs. Log may be nil.
type Config struct {
	Uploads Uploads
	Log     *slog.Logger
}

// Door answers requests below [Prefix].
type Door struct{ Config }

// New makes the door.
func New(c Config) *Door {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Door{c}
}

// ServeHTTP takes a picture, or tells a browser that it may send one.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", "PUT")
		h.Set("Access-Control-Allow-Headers", "Content-Type")
		h.Set("Access-Control-Max-Age", "7200")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if r.Method != http.MethodPut {
		h.Set("Allow", "PUT, OPTIONS")
		http.Error(w, "pictures are put here", http.StatusMethodNotAllowed)
		return
	}
	if err := d.take(w, r); err != nil {
		d.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

func (d *Door) take(w http.ResponseWriter, r *http.Request) error {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, Prefix), "/")
	absent := fault.New(fault.NotFound, "There is no such upload, or it has ended. Stage another one.")
	if len(parts) != 3 {
		return absent
	}
	shop, err := uuid.Parse(parts[0])
	id, badID := uuid.Parse(parts[1])
	if err != nil || badID != nil || shop == uuid.Nil {
		return absent
	}
	if r.ContentLength > upload.MaxBytes {
		return fault.New(fault.TooLarge, "A picture has at most %d MB.", upload.MaxBytes>>20)
	}
	wire := http.NewResponseController(w)
	end := time.Now().Add(patience)
	if err := errors.Join(wire.SetReadDeadline(end), wire.SetWriteDeadline(end)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	_, err = d.Uploads.Take(database.WithShop(r.Context(), shop), id, parts[2], r.Header.Get("Content-Type"), http.MaxBytesReader(w, r.Body, upload.MaxBytes+1))
	return err
}

func (d *Door) fail(w http.ResponseWriter, r *http.Request, err error) {
	f, ok := errors.AsType[*fault.Error](err)
	status := map[fault.Code]int{
		fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.TooLarge: http.StatusRequestEntityTooLarge,
		fault.Invalid: http.StatusUnprocessableEntity, fault.Unavailable: http.StatusServiceUnavailable,
	}[fault.CodeOf(err)]
	if !ok || status == 0 {
		d.Log.ErrorContext(r.Context(), "a picture could not be taken", "error", err)
		http.Error(w, "something went wrong on our side", http.StatusInternalServerError)
		return
	}
	http.Error(w, f.Message, status)
}
