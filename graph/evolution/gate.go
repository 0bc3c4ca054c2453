package evolution

import (
	"context"
	"slices"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/graph/coordinate"
)

const (
	// Window is for how long use holds up a breaking change.
	Window = 90 * 24 * time.Hour
	// Quiet is for how long what is deprecated must not have been used before it is removed.
	Quiet = 60 * 24 * time.Hour
	// Notice is how many months lie at least between a deprecation and its date.
	Notice = 12
)

// Operation is an operation that an app has registered and that is in force.
type Operation struct{ App, Release, Name, Text string }

// Use is use of one coordinate by one operation of an app.
type Use struct {
	App, Operation string
	// Document begins the SHA-256 of the document's text, in lower-case hex; empty where it is not known.
	Document   string
	Coordinate string
	Count      int64
	LastUsed   time.Time
}

// Operations knows what apps have registered.
type Operations interface {
	// InForce lists the operations in force.
	InForce(ctx context.Context) ([]Operation, error)
}

// Usage knows what was used.
type Usage interface {
	// Used tells the use of exactly these coordinates since a moment.
	Used(ctx context.Context, coordinates []string, since time.Time) ([]Use, error)
}

// Gate holds the changes from one schema to the next against what is known of clients. Before, After and Now are required.
type Gate struct {
	Before, After *ast.Schema
	Now           time.Time
	// Operations and Usage know the clients. Where either is missing, nothing is known of them, and a breaking change passes
	// only as the removal of something deprecated, after its date.
	Operations Operations
	Usage      Usage
	// Acknowledged are the dangerous changes that somebody has looked at.
	Acknowledged Acknowledged
	// Window is for how long use holds up a breaking change; 0 is [Window].
	Window time.Duration
}

// Verdict is what the gate says.
type Verdict struct {
	// Changes are all of them, what breaks first.
	Changes []Judged
	// Invalid are registered operations that validated before and no longer do, beside those that a change is told to break.
	Invalid []Broken
	// Faults are what is wrong whatever clients do: reasons of deprecation, and acknowledgements of what is not there.
	Faults []string
	// Known says whether anything was known of clients, and Operations how many are registered.
	Known      bool
	Operations int
}

// Judged is a change with what the gate says of it.
type Judged struct {
	Change
	// Passes says whether the change may be made now, and Why, where it is not safe, why it may or may not.
	Passes bool
	Why    string
	// Broken are the operations that would break, those of registrations first.
	Broken []Broken
}

// Broken is an operation that would break.
type Broken struct {
	App, Operation string
	// Release is that of a registered operation, empty where only its use is known.
	Release string
	// Coordinate is what it touches, Why what validation says; either may be empty.
	Coordinate, Why string
	// Count is how often it was used, and LastUsed when last; zero for what is registered.
	Count    int64
	LastUsed time.Time
}

// OK reports whether the new schema may be released.
func (v *Verdict) OK() bool {
	return len(v.Faults) == 0 && len(v.Invalid) == 0 && !slices.ContainsFunc(v.Changes, func(j Judged) bool { return !j.Passes })
}

// Check judges every change. It fails only where the registered operations or the use of the schema cannot be read.
func (g Gate) Check(ctx context.Context) (*Verdict, error) {
	if g.Window == 0 {
		g.Window = Window
	}
	changes := Diff(g.Before, g.After)
	v := &Verdict{Known: g.Operations != nil && g.Usage != nil}
	known, err := g.clients(ctx, changes)
	if err != nil {
		return nil, err
	}
	v.Operations = len(known.registered)
	unled := g.unled(changes)
	for i := range changes {
		v.Changes = append(v.Changes, g.judge(&changes[i], known, unled))
	}
	v.Invalid = known.invalid(v.Changes)
	v.Faults = append(deprecationFaults(g.Before, g.After, g.Now), g.Acknowledged.stale(changes)...)
	return v, nil
}

func (g *Gate) judge(c *Change, known *clients, unled map[string]bool) Judged {
	j := Judged{Change: *c, Passes: true}
	switch c.Level {
	case Safe:
	case Dangerous:
		why, ok := g.Acknowledged[c.Name()]
		if j.Passes, j.Why = ok, "acknowledged: "+why; !ok {
			j.Why = "acknowledge it in the file of --acknowledged FILE by the line: " + c.Name() + " and why it may be made"
		}
	case Breaking:
		g.judgeBreaking(&j, known, unled)
	}
	return j
}

func (g *Gate) judgeBreaking(j *Judged, known *clients, unled map[string]bool) {
	since := g.Now.Add(-g.Window)
	due := unled[j.Name()]
	if j.Removed != "" {
		if j.Passes, j.Why = due, g.early(j.Removed); !due {
			j.Broken = known.broken(&j.Change, since)
			return
		}
		since = g.Now.Add(-min(g.Window, Quiet))
	}
	j.Broken = known.broken(&j.Change, since)
	switch {
	case len(j.Broken) > 0:
		j.Passes, j.Why = false, count(len(j.Broken), "operation")+" would break"
	case due:
		j.Why = "it was deprecated, and its date is over"
	case g.Operations == nil || g.Usage == nil:
		j.Passes, j.Why = false, "nothing is known of clients: check with the data of the shops (--app-data)"
	default:
		j.Why = "nothing touches it"
	}
}

// early says why something deprecated may not be removed yet; empty where it may.
func (g *Gate) early(reason string) string {
	r, err := coordinate.ReadReason(reason)
	switch {
	case err != nil:
		return "its deprecation names no date: " + err.Error()
	case r.Kept():
		return "it was promised to be kept: give its deprecation a date first"
	case g.Now.Before(r.RemovedAfter.AddDate(0, 0, 1)):
		return "it was promised until " + r.RemovedAfter.Format(time.DateOnly)
	}
	return ""
}

// unled names the changes that remove what is due: what was deprecated with a date that is over, and types that nothing else
// led to.
func (g *Gate) unled(changes []Change) map[string]bool {
	d := &differ{before: g.Before}
	due, gone := map[string]bool{}, map[string]bool{}
	for i := range changes {
		c := &changes[i]
		switch {
		case c.Removed != "" && g.early(c.Removed) == "":
			due[c.Name()], gone[c.Coordinate] = true, true
		case c.Kind == TypeRemoved:
			due[c.Name()], gone[c.Coordinate] = true, true // until something else is found to lead to it
		}
	}
	for again := true; again; {
		again = false
		for i := range changes {
			c := &changes[i]
			if c.Kind == TypeRemoved && due[c.Name()] && slices.ContainsFunc(d.uses(c.Coordinate), func(use string) bool { return !within(gone, use) }) {
				delete(due, c.Name())
				delete(gone, c.Coordinate)
				again = true
			}
		}
	}
	return due
}
