// Package coalesce does together what many ask for at the same time, where each alone would wait for all the others: the
// buyers of one article, who all change one row. Whoever comes first goes alone; who comes meanwhile waits, and all who
// wait then are served by one of them in one go. The technique is known as flat combining (Hendler, Incze, Shavit, Tzafrir,
// SPAA 2010), and as group commit in databases.
//
// No goroutine is started and nobody waits for company: one who asks alone is served at once.
package coalesce

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Answer is what one of those who asked gets.
type Answer[A any] struct {
	Value A
	Err   error
}

// Queue serves questions by key: those of one key one group after the other, those of different keys side by side. Make it
// with [New]. It is safe for concurrent use.
type Queue[K comparable, Q, A any] struct {
	do     func(ctx context.Context, asked []Q) []Answer[A]
	most   int
	within time.Duration

	mu      sync.Mutex
	waiting map[K][]*ask[Q, A] // a key that is here has somebody who serves
	asking  int
}

type ask[Q, A any] struct {
	question Q
	turn     chan struct{} // closed when answered, or when named to serve
	serves   bool
	Answer[A]
}

// New makes a queue that has do answer at most so many questions at once, within a time. do gives an answer for each
// question, in their order. Its context has the values of one of those who ask, and is not cancelled with any of them.
func New[K comparable, Q, A any](most int, within time.Duration, do func(ctx context.Context, asked []Q) []Answer[A]) *Queue[K, Q, A] {
	return &Queue[K, Q, A]{do: do, most: most, within: within, waiting: make(map[K][]*ask[Q, A])}
}

// Ask has a question answered, together with others of the same key. Of several keys that fit it takes the first one that
// somebody asks under now, or else the first. A caller that gives up while it waits is not served, and gets its context's
// error; once it is being served it gets the answer.
func (q *Queue[K, Q, A]) Ask(ctx context.Context, question Q, keys ...K) (A, error) {
	mine := &ask[Q, A]{question: question, turn: make(chan struct{})}
	key, first := q.join(mine, keys)
	defer q.gone()
	if !first {
		select {
		case <-mine.turn:
		case <-ctx.Done():
			if q.leave(key, mine) {
				return mine.Value, context.Cause(ctx)
			}
			<-mine.turn
		}
		if !mine.serves {
			return mine.Value, mine.Err
		}
	}
	q.serve(ctx, key, mine)
	return mine.Value, mine.Err
}

// Asking is how many ask now, under all keys: those who wait, and those who are being served.
func (q *Queue[K, Q, A]) Asking() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.asking
}

// join puts a question in line, and reports whether it is the first of its key.
func (q *Queue[K, Q, A]) join(mine *ask[Q, A], keys []K) (key K, first bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.asking++
	for _, key := range keys {
		if line, busy := q.waiting[key]; busy {
			q.waiting[key] = append(line, mine)
			return key, false
		}
	}
	q.waiting[keys[0]] = nil
	return keys[0], true
}

func (q *Queue[K, Q, A]) gone() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.asking--
}

// leave takes a question out of the line. It reports false where it is being answered, or is named to serve.
func (q *Queue[K, Q, A]) leave(key K, mine *ask[Q, A]) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, a := range q.waiting[key] {
		if a == mine {
			q.waiting[key] = append(q.waiting[key][:i], q.waiting[key][i+1:]...)
			return true
		}
	}
	return false
}

// serve answers mine and those who wait with it, and names who serves next.
func (q *Queue[K, Q, A]) serve(ctx context.Context, key K, mine *ask[Q, A]) {
	group := append([]*ask[Q, A]{mine}, q.take(key)...)
	answers := make([]Answer[A], len(group))
	for i := range answers {
		answers[i].Err = errUnanswered
	}
	// Also where do panics: those who wait must not wait for ever.
	defer func() {
		for i, a := range group {
			a.Answer = answers[i]
			if a != mine {
				close(a.turn)
			}
		}
		q.pass(key)
	}()
	questions := make([]Q, len(group))
	for i, a := range group {
		questions[i] = a.question
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), q.within)
	defer cancel()
	copy(answers, q.do(ctx, questions))
}

var errUnanswered = fmt.Errorf("coalesce: a question was left without an answer")

// take gives those who wait and may be served beside one more.
func (q *Queue[K, Q, A]) take(key K) []*ask[Q, A] {
	q.mu.Lock()
	defer q.mu.Unlock()
	line := q.waiting[key]
	n := min(len(line), q.most-1)
	q.waiting[key] = line[n:]
	return line[:n:n]
}

// pass has the first of those who wait serve, or frees the key.
func (q *Queue[K, Q, A]) pass(key K) {
	q.mu.Lock()
	defer q.mu.Unlock()
	line := q.waiting[key]
	if len(line) == 0 {
		delete(q.waiting, key)
		return
	}
	q.waiting[key] = line[1:]
	line[0].serves = true
	close(line[0].turn)
}
