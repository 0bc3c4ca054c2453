package evolution

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// Write tells a person what the gate says: a table of the changes that are not safe, with what to do about those that do not
// pass and the operations that they would break.
func (v *Verdict) Write(w io.Writer) error {
	levels := map[Level]int{}
	for i := range v.Changes {
		levels[v.Changes[i].Level]++
	}
	known := "nothing is known of clients"
	if v.Known {
		known = "held against " + count(v.Operations, "registered operation") + " and the use that was counted"
	}
	if _, err := fmt.Fprintf(w, "%s: %d breaking, %d dangerous, %d safe; %s\n", count(len(v.Changes), "change"), levels[Breaking], levels[Dangerous], levels[Safe], known); err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	if levels[Breaking]+levels[Dangerous] > 0 {
		_, _ = fmt.Fprintln(t, "\nverdict\tlevel\tchange\twhy")
	}
	for i := range v.Changes {
		if j := &v.Changes[i]; j.Level != Safe {
			_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", verdict(j.Passes), j.Level, j.Name(), j.Why)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return v.details(w)
}

// count writes a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func verdict(passes bool) string {
	if passes {
		return "passes"
	}
	return "FAILS"
}

func (v *Verdict) details(w io.Writer) error {
	for i := range v.Changes {
		j := &v.Changes[i]
		if j.Passes {
			continue
		}
		if _, err := fmt.Fprintf(w, "\n%s\n  %s\n", j.Name(), j.Message); err != nil {
			return err
		}
		if err := operations(w, j.Broken); err != nil {
			return err
		}
	}
	if len(v.Invalid) > 0 {
		_, _ = fmt.Fprintln(w, "\nregistered operations that are no longer valid")
		if err := operations(w, v.Invalid); err != nil {
			return err
		}
	}
	if len(v.Faults) > 0 {
		_, _ = fmt.Fprintln(w, "\nwrong in the schema")
	}
	for _, f := range v.Faults {
		if _, err := fmt.Fprintf(w, "  %s\n", f); err != nil {
			return err
		}
	}
	return nil
}

func operations(w io.Writer, list []Broken) error {
	if len(list) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "  app\toperation\ttouches\thow it is known")
	for _, b := range list {
		known := "registered in release " + b.Release
		if b.Release == "" {
			known = fmt.Sprintf("used %s, last on %s", count(int(b.Count), "time"), b.LastUsed.UTC().Format(time.DateOnly))
		}
		if b.Why != "" {
			known += "; " + b.Why
		}
		_, _ = fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", named(b.App, "(no app)"), named(b.Operation, "(no name)"), named(b.Coordinate, "-"), known)
	}
	return t.Flush()
}

func named(name, instead string) string {
	if name == "" {
		return instead
	}
	return name
}
