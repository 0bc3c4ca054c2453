package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/rialtohq/rialto/platform/blob"
)

// errBusy means that more pictures are wished than can be made or may wait.
var errBusy = errors.New("files: too many pictures to make")

// patience is how long making a picture may take, waiting for its turn included.
const patience = 30 * time.Second

// made is a transformed picture that was not read from the cache.
type made struct{ *bytes.Reader }

// Close does nothing: the picture is in memory.
func (made) Close() error { return nil }

// smaller gives a transformed picture, from the cache or made now.
func (s *Server) smaller(ctx context.Context, key string, v version) (io.ReadSeekCloser, time.Time, error) {
	f, info, err := s.cache.Open(ctx, v.place)
	if err == nil {
		s.touch(v.place, info.ModTime)
		return f, info.ModTime, nil
	}
	if !errors.Is(err, blob.ErrNotExist) {
		return nil, time.Time{}, err
	}
	wait, err := s.flight(ctx, key, v)
	if err != nil {
		return nil, time.Time{}, err
	}
	select {
	case <-ctx.Done():
		return nil, time.Time{}, ctx.Err()
	case r := <-wait:
		if r.err != nil {
			return nil, time.Time{}, r.err
		}
		return made{bytes.NewReader(r.picture)}, s.Clock.Now(), nil
	}
}

type result struct {
	picture []byte
	err     error
}

// flight makes a picture, or joins those who wait for the same one already. What was begun for somebody who left is
// finished all the same: they will ask again.
func (s *Server) flight(ctx context.Context, key string, v version) (<-chan result, error) {
	s.closing.Lock()
	defer s.closing.Unlock()
	if s.closed {
		return nil, errBusy
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	out := make(chan result, 1)
	s.running.Go(func() {
		defer cancel()
		shared, err, _ := s.flights.Do(v.place, func() (any, error) { return s.inTurn(ctx, key, v) })
		picture, _ := shared.([]byte)
		out <- result{picture, err}
	})
	return out, nil
}

// inTurn makes a picture when a slot is free.
func (s *Server) inTurn(ctx context.Context, key string, v version) ([]byte, error) {
	select {
	case s.slots <- struct{}{}:
	default:
		if s.waiting.Add(1) > int64(s.Queue) {
			s.waiting.Add(-1)
			return nil, errBusy
		}
		defer s.waiting.Add(-1)
		select {
		case s.slots <- struct{}{}:
		case <-ctx.Done():
			return nil, errBusy
		}
	}
	defer func() { <-s.slots }()
	return s.make(ctx, key, v)
}

func (s *Server) make(ctx context.Context, key string, v version) (_ []byte, err error) {
	defer func() { // a flight has no caller above it who would catch this, and pictures come from outside
		if p := recover(); p != nil {
			err = fmt.Errorf("files: %s: panic: %v", key, p)
		}
	}()
	if f, _, err := s.cache.Open(ctx, v.place); err == nil { // another flight landed since the first look
		defer func() { _ = f.Close() }()
		return io.ReadAll(f)
	}
	f, _, err := s.Originals.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var out bytes.Buffer
	if err := s.transform(f, &out, v.options); err != nil {
		return nil, err
	}
	if err := s.cache.Put(ctx, v.place, bytes.NewReader(out.Bytes())); err != nil {
		s.Log.WarnContext(ctx, "a transformed picture could not be kept", "error", err)
		return out.Bytes(), nil // it can be shown all the same
	}
	if s.written.Add(int64(out.Len())) > s.CacheBytes/8 {
		if err := s.Sweep(ctx); err != nil {
			s.Log.WarnContext(ctx, "the folder of transformed pictures could not be swept", "error", err)
		}
	}
	return out.Bytes(), nil
}
