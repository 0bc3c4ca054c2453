// Package revision lets two people edit the same thing without one losing what the other wrote: who reads a thing gets
// its revision, and who writes it says which one was read. Another revision refuses the write.
//
// A revision follows from the time of the last write, so it needs no column of its own. It is opaque to clients.
//
// It holds only where each write raises that time strictly, see [Next], and where [Check] runs on the time that was read
// under the row's lock.
package revision

import (
	"strconv"
	"time"

	"github.com/rialtohq/rialto/platform/fault"
)

// CodeStale is the code of the problem: a value of every error enum of mutations that take ifRevision.
const CodeStale = "STALE"

const message = "Somebody else has changed this since you read it. Read it again, look at what changed, and save with its new revision."

// Of is the revision of a thing that was last written at a time.
func Of(at time.Time) string { return strconv.FormatInt(at.UnixMicro(), 36) }

// Stale is the error of [Check].
type Stale struct{ Field []string }

// Error gives the text for logs.
func (*Stale) Error() string { return "revision: another one is there" }

// Problem is what the person who wrote is told.
func (e *Stale) Problem() *fault.Problem {
	return &fault.Problem{Field: e.Field, Code: CodeStale, Message: message}
}

// Check fails with [*Stale] where a revision is given and the thing, last written at a time, has another one. Field is the
// path to what was given, from the mutation's root.
func Check(given *string, at time.Time, field ...string) error {
	if given == nil || *given == Of(at) {
		return nil
	}
	return &Stale{Field: field}
}

// Problems is [Check] for verbs that collect problems: nil, or the one that there is.
func Problems(given *string, at time.Time, field ...string) fault.Problems {
	if given == nil || *given == Of(at) {
		return nil
	}
	return fault.Problems{(&Stale{Field: field}).Problem()}
}

// Next is the time to write: now, or just after the last write where that is not over yet, so that no two writes leave the
// same revision behind.
func Next(now, old time.Time) time.Time {
	if least := old.Add(time.Microsecond); least.After(now) {
		return least
	}
	return now
}
