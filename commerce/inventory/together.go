package inventory

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/coalesce"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/generation"
)

const (
	// buyersAtOnce is how many refs one transaction answers at most.
	buyersAtOnce = 100
	// answerWithin is how long such a transaction may take, its tries included.
	answerWithin = 5 * time.Second
)

// verb is what a ref asks of the stock.
type verb int

const (
	promising verb = iota // promise these lines
	releasing             // give back what is promised
	settling              // take out of the stock what was sold
)

// ask is one ref's question.
type ask struct {
	verb  verb
	ref   Ref
	want  []Line // merged
	until time.Time
	at    time.Time // when it was asked: the time in line does not count
}

// key names those who are answered together: who asks for the same variant of a shop. Who names none is alone.
type key struct {
	shop, variant uuid.UUID
	ref           Ref
}

// together answers a ref in one transaction with all the others who ask for one of its variants at the time. The buyers of
// one article would otherwise wait in line for its row, each for as long as the commit of the one before takes.
func (s *Service) together(ctx context.Context, a ask, variants []uuid.UUID) error {
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	keys := make([]key, 0, len(variants)+1)
	for _, v := range variants {
		keys = append(keys, key{shop: shop, variant: v})
	}
	if len(keys) == 0 {
		keys = append(keys, key{shop: shop, ref: a.ref})
	}
	a.at = s.clock.Now()
	changed, err := s.queue.Ask(ctx, a, keys...)
	if changed != nil {
		changed.NoteIn(ctx) // whoever served it noted the change for itself alone
	}
	return err
}

// answer answers refs of one shop, and tells each what was changed for all of them: those of different refs in one transaction, so that each sees what the one before it
// took. Where that fails for another reason than a lack of stock, each is answered alone: nobody pays for another's fault.
func (s *Service) answer(ctx context.Context, asks []ask) []coalesce.Answer[*generation.Noted] {
	ctx, noted := generation.Noting(ctx)
	answers := make([]coalesce.Answer[*generation.Noted], len(asks))
	left := make([]int, len(asks))
	for i := range left {
		left[i] = i
	}
	for len(left) > 0 {
		var group, again []int
		seen := make(map[Ref]bool, len(left))
		for _, i := range left {
			if seen[asks[i].ref] {
				again = append(again, i)
				continue
			}
			seen[asks[i].ref] = true
			group = append(group, i)
		}
		s.answerGroup(ctx, asks, group, answers)
		left = again
	}
	for i := range answers {
		answers[i].Value = noted
	}
	return answers
}

func (s *Service) answerGroup(ctx context.Context, asks []ask, group []int, answers []coalesce.Answer[*generation.Noted]) {
	some := make([]ask, len(group))
	for n, i := range group {
		some[n] = asks[i]
	}
	errs, err := s.answerOnce(ctx, some)
	if err != nil && len(some) > 1 && ctx.Err() == nil {
		for n := range some {
			alone, err := s.answerOnce(ctx, some[n:n+1])
			if errs[n] = err; err == nil {
				errs[n] = alone[0]
			}
		}
		err = nil
	}
	for n, i := range group {
		if answers[i].Err = errs[n]; err != nil {
			answers[i].Err = err
		}
	}
}

// answerOnce answers refs, each once, in a transaction: with an error for each, or one that no transaction came to be.
func (s *Service) answerOnce(ctx context.Context, asks []ask) (errs []error, err error) {
	err = s.db.InTx(ctx, func(tx database.Tx) (err error) {
		errs, err = s.answerTx(ctx, tx, asks)
		return err
	})
	if err != nil {
		errs = make([]error, len(asks))
	}
	return errs, err
}

// answerTx answers refs, each once, in a transaction.
func (s *Service) answerTx(ctx context.Context, tx database.Tx, asks []ask) ([]error, error) {
	all, err := s.heldBy(ctx, tx, asks)
	if err != nil {
		return nil, err
	}
	var want []Line
	var ending []promise
	own, sold := make([][]promise, len(asks)), make([][]promise, len(asks))
	open := make([]bool, len(asks))
	for i := range asks {
		a := &asks[i]
		a.began(s.clock.Now())
		own[i], sold[i] = a.concerns(all[a.ref])
		if a.verb == promising && len(own[i]) > 0 && meets(allocations(own[i]), a.want) {
			if err := s.store.expire(ctx, tx, a.ref, a.until); err != nil {
				return nil, err
			}
			continue
		}
		want, ending = append(want, a.want...), slices.Concat(ending, own[i], sold[i])
		open[i] = len(own[i])+len(sold[i])+len(a.want) > 0
	}
	errs := make([]error, len(asks))
	if !slices.Contains(open, true) {
		return errs, nil
	}
	t, err := s.turn(ctx, tx, want, ending)
	if err != nil {
		return nil, err
	}
	for i, a := range asks {
		if open[i] {
			errs[i] = t.answer(a, own[i], sold[i])
		}
	}
	return errs, s.finish(ctx, tx, t)
}

// concerns is what a question is about of all that its ref holds: promises, and what was sold.
func (a *ask) concerns(held []promise) (own, sold []promise) {
	for _, p := range held {
		switch {
		case p.sale == "" && a.verb != settling:
			own = append(own, p)
		case p.sale != "" && a.verb != releasing:
			sold = append(sold, p)
		}
	}
	return own, sold
}

// began has the time of a promise begin now, and not when it was asked for.
func (a *ask) began(now time.Time) {
	if !a.at.IsZero() {
		a.until, a.at = a.until.Add(now.Sub(a.at)), now
	}
}

// answer answers one ref. What was sold leaves the stock on the way.
func (t *turn) answer(a ask, own, sold []promise) error {
	t.end(sold)
	if a.verb != promising {
		t.end(own)
		return nil
	}
	plan, err := t.plan(a.want, own)
	if err == nil {
		t.promise(a.ref, plan, a.until)
	}
	return err
}

// heldBy reads what those who ask hold, each ref locked. What was sold changes only where its row is locked, so that to
// settle needs no other lock.
func (s *Service) heldBy(ctx context.Context, tx database.Tx, asks []ask) (map[Ref][]promise, error) {
	all := make([]string, len(asks))
	var turns []string
	for i, a := range asks {
		if err := a.ref.check(); err != nil {
			return nil, err
		}
		if all[i] = string(a.ref); a.verb != settling {
			turns = append(turns, all[i])
		}
	}
	if len(turns) > 0 {
		slices.Sort(turns)
		if err := s.store.lockRefs(ctx, tx, turns); err != nil {
			return nil, err
		}
	}
	list, err := s.store.promises(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	out := make(map[Ref][]promise, len(asks))
	for _, p := range list {
		out[p.ref] = append(out[p.ref], p)
	}
	return out, nil
}

// held makes the verbs of a ref take turns and reads what it holds, locked against the sweeper.
func (s *Service) held(ctx context.Context, tx database.Tx, ref Ref) ([]promise, error) {
	if err := ref.check(); err != nil {
		return nil, err
	}
	if err := s.store.lockRefs(ctx, tx, []string{string(ref)}); err != nil {
		return nil, err
	}
	return s.store.promises(ctx, tx, []string{string(ref)})
}

func (r Ref) check() error {
	if r == "" || len(r) > 200 {
		return fault.New(fault.Internal, "inventory: a ref has 1 to 200 bytes")
	}
	return nil
}
