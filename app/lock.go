package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// ErrOwned is what taking a data folder fails with when another process has it.
var ErrOwned = errors.New("another rialto owns this data folder")

// lock is the ownership of a data folder. The system ends it with the process, however that ends.
type lock struct{ file *os.File }

// own takes a data folder for this process. Fails with [ErrOwned].
func own(dir string) (*lock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w (%s)", ErrOwned, dir)
		}
		return nil, err
	}
	return &lock{file: f}, nil
}

func (l *lock) release() error { return l.file.Close() }
