package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/rialtohq/rialto/platform/blob"
)

// Folder keeps each mail as a file, <id>.eml, which mail programs open. A message that is there already is not written
// again: the first stands.
type Folder struct {
	sender Sender
	files  *blob.Store
}

// NewFolder opens the folder and makes it where it is missing.
func NewFolder(dir string, s Sender) (*Folder, error) {
	files, err := blob.New(dir)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return &Folder{sender: s, files: files}, nil
}

// Send writes the mail: whole or not at all, and on the disk when it returns. It fails with fault.Invalid on a message
// that no try can send.
func (f *Folder) Send(ctx context.Context, m Message) error {
	msg, err := f.sender.compose(m)
	if err != nil {
		return err
	}
	key := m.ID + ".eml"
	there, _, err := f.files.Open(ctx, key)
	if err == nil {
		return there.Close()
	}
	if !errors.Is(err, blob.ErrNotExist) {
		return fmt.Errorf("mail: %w", err)
	}
	var text bytes.Buffer
	if _, err := msg.WriteTo(&text); err != nil {
		return fmt.Errorf("mail: write %s: %w", m.ID, err)
	}
	if err := f.files.Put(ctx, key, &text); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	return nil
}

// Close lets go of the folder.
func (f *Folder) Close() error { return f.files.Close() }
