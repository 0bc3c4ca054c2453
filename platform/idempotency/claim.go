package idempotency

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// A twin in another process looks into the table, at first often and then less so.
const (
	minPause = 10 * time.Millisecond
	maxPause = 400 * time.Millisecond
)

// parting bounds what is still written when a request's own context has ended.
const parting = 5 * time.Second

// claim makes the record of a name the caller's, and gives its token; or gives the answer that is there already, with
// no token. It waits for whoever runs the request, as long as wait allows.
func (s *Service) claim(wait context.Context, n name) (token uuid.UUID, body []byte, err error) {
	token = s.newID()
	free := true
	for pause := minPause; ; {
		if free {
			if won, err := s.insert(wait, n, token); won || err != nil {
				return token, nil, s.claimed(wait, token, err)
			}
		}
		r, there, err := look(wait, s.config.DB, n)
		if err != nil {
			return uuid.Nil, nil, waitError(wait, err)
		}
		free = !there // it failed, or was forgotten
		now := s.config.Clock.Now()
		switch over := !r.expires.After(now); {
		case free:
		case !over && !bytes.Equal(r.hash, n.hash[:]):
			return uuid.Nil, nil, otherRequest()
		case !over && r.state == done:
			return uuid.Nil, r.response, nil
		case !over && r.lease.After(now):
			if err := rest(wait, pause); err != nil {
				return uuid.Nil, nil, err
			}
			pause = min(2*pause, maxPause)
		default:
			if won, err := s.takeOver(wait, n, r, token); won || err != nil {
				return token, nil, s.claimed(wait, token, err)
			}
		}
	}
}

// claimed is what became of a claim. A statement that was cut off may have had its effect, so the record is removed
// rather than left to keep everybody waiting for its lease.
func (s *Service) claimed(wait context.Context, token uuid.UUID, err error) error {
	if err != nil && wait.Err() != nil {
		s.release(wait, token)
	}
	return err
}

func (s *Service) insert(ctx context.Context, n name, token uuid.UUID) (won bool, err error) {
	now := s.config.Clock.Now()
	err = s.config.DB.InTx(ctx, func(tx database.Tx) (err error) {
		won, err = insert(ctx, tx, n, token, now, now.Add(s.config.Lease), now.Add(Keep))
		return err
	})
	return won, wrap("claim", err)
}

// takeOver makes a record the caller's whose owner is gone, or whose time is over. Tokens change with every owner, so
// one of many wins.
func (s *Service) takeOver(ctx context.Context, n name, old record, token uuid.UUID) (won bool, err error) {
	now := s.config.Clock.Now()
	err = s.config.DB.InTx(ctx, func(tx database.Tx) (err error) {
		won, err = takeOver(ctx, tx, n, old, token, now.Add(s.config.Lease), now.Add(Keep))
		return err
	})
	return won, wrap("take over", err)
}

// fill writes the answer into the record. It was had, so a failure is ours alone: the client gets the answer anyway.
func (s *Service) fill(ctx context.Context, token uuid.UUID, body []byte) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), parting)
	defer stop()
	lost := false
	err := s.config.DB.InTx(ctx, func(tx database.Tx) error {
		changed, err := fill(ctx, tx, token, body, s.config.Clock.Now().Add(Keep))
		lost = changed == 0
		return err
	})
	switch {
	case err != nil:
		s.config.Log.ErrorContext(ctx, "an answer could not be kept: sent again, its request may run again", "error", err)
	case lost:
		s.config.Log.ErrorContext(ctx, "a request outlived its lease and was run again by another")
	}
}

// release removes the record, so that the request may run again.
func (s *Service) release(ctx context.Context, token uuid.UUID) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), parting)
	defer stop()
	err := s.config.DB.InTx(ctx, func(tx database.Tx) error { return remove(ctx, tx, token) })
	if err != nil {
		s.config.Log.ErrorContext(ctx, "a key could not be freed: it is refused until its lease ends", "error", err)
	}
}

// Forget removes at most limit records that ran out, of all shops, and counts them.
func (s *Service) Forget(ctx context.Context, limit int) (int64, error) {
	ctx = database.AllShops(ctx)
	var n int64
	err := s.config.DB.InTx(ctx, func(tx database.Tx) (err error) {
		n, err = forget(ctx, tx, s.config.Clock.Now(), limit)
		return err
	})
	return n, wrap("forget", err)
}

// sweep forgets all that ran out, in small transactions, so that nobody waits long.
func (s *Service) sweep(ctx context.Context) error {
	const most = 1000
	for {
		if n, err := s.Forget(ctx, most); err != nil || n < most {
			return err
		}
	}
}

// rest lets some time pass, not quite the same for everybody.
func rest(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause/2 + rand.N(pause/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return stillRunning()
	}
}

// waitError is a failure to look: where the wait is over, that is all there is to say.
func waitError(wait context.Context, err error) error {
	if wait.Err() != nil {
		return stillRunning()
	}
	return wrap("look", err)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("idempotency: %s: %w", what, err)
}
