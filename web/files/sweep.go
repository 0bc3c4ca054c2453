package files

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// stale is how old the mark of the last use may be before it is renewed. A write per read would be too much.
const stale = time.Hour

// touch notes that a transformed picture was used. Where that fails it only goes earlier.
func (s *Server) touch(place string, last time.Time) {
	if now := s.Clock.Now(); now.Sub(last) > stale {
		_ = s.root.Chtimes(place, now, now)
	}
}

// kept is a picture in the cache.
type kept struct {
	place string
	size  int64
	used  time.Time
}

// Sweep deletes the transformed pictures that were not used for longest, until those that stay take no more than nine
// tenths of CacheBytes. It runs by itself when an eighth of that was written; call it at the start as well.
func (s *Server) Sweep(ctx context.Context) error {
	s.sweeps.Lock()
	defer s.sweeps.Unlock()
	s.written.Store(0)
	all, total, err := s.list(ctx)
	if err != nil {
		return fmt.Errorf("files: sweep: %w", err)
	}
	slices.SortFunc(all, func(a, b kept) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.place, b.place)) })
	for _, one := range all {
		if total <= s.CacheBytes/10*9 {
			break
		}
		if err := s.cache.Delete(ctx, one.place); err != nil {
			return fmt.Errorf("files: sweep: %w", err)
		}
		total -= one.size
	}
	return s.cache.Sweep(ctx, s.Clock.Now().Add(-stale))
}

func (s *Server) list(ctx context.Context) (all []kept, total int64, err error) {
	err = fs.WalkDir(s.root.FS(), ".", func(place string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // deleted by another process meanwhile
			return nil
		}
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if entry.IsDir() {
			if strings.HasPrefix(place, ".") && place != "." {
				return fs.SkipDir // unfinished files of the store
			}
			return nil
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		all = append(all, kept{place, info.Size(), info.ModTime()})
		total += info.Size()
		return nil
	})
	return all, total, err
}
