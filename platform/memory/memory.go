// Package memory tells Go how much memory there is. Go follows a container's processors by itself, and not its memory: it
// collects garbage whenever the heap has doubled, however much room is left, and does not hurry when there is none.
package memory

import (
	"bufio"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// percent is GOGC where the memory has a limit: garbage may be four times what is in use, until the limit is near.
const percent = 400

// Setting is what a process was told, and why.
type Setting struct {
	Limit  int64  // in bytes; 0 for none
	Source string // what the limit comes from: "GOMEMLIMIT", "container", "machine", or empty
	GOGC   int    // in percent
}

// Tune sets the limit of Go's memory and how much garbage there may be. The environment's GOMEMLIMIT and GOGC win. Without them
// the limit is three quarters of the container's (control groups of either version), or half of the machine's memory, which
// it shares with a database; where neither can be read, nothing is changed.
func Tune() Setting {
	s := Setting{GOGC: 100}
	if os.Getenv("GOMEMLIMIT") != "" {
		s.Limit, s.Source = debug.SetMemoryLimit(-1), "GOMEMLIMIT"
	} else if s.Limit, s.Source = available(os.ReadFile); s.Limit > 0 {
		debug.SetMemoryLimit(s.Limit)
	}
	if s.Limit > 0 && s.Limit < math.MaxInt64 && os.Getenv("GOGC") == "" {
		s.GOGC = percent
		debug.SetGCPercent(percent)
		return s
	}
	s.GOGC = debug.SetGCPercent(percent)
	debug.SetGCPercent(s.GOGC)
	return s
}

// available is how many bytes of memory Go may take.
func available(read func(name string) ([]byte, error)) (limit int64, source string) {
	machine := total(read)
	if c := container(read); c > 0 && (machine == 0 || c < machine) {
		return c / 4 * 3, "container"
	}
	if machine > 0 {
		return machine / 2, "machine"
	}
	return 0, ""
}

// container is the smallest limit of the control groups that this process is in; 0 where there is none. A limit of a group
// holds for the groups in it.
func container(read func(string) ([]byte, error)) int64 {
	groups, err := read("/proc/self/cgroup")
	if err != nil {
		return 0
	}
	smallest := int64(0)
	consider := func(file string) {
		text, err := read(file)
		if err != nil {
			return
		}
		// No limit is "max", or in version 1 a number beyond any memory.
		n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
		if err == nil && n > 0 && n < 1<<50 && (smallest == 0 || n < smallest) {
			smallest = n
		}
	}
	for line := range strings.Lines(string(groups)) {
		// hierarchy:controllers:path (cgroups(7)); version 2 has hierarchy 0 and no controllers.
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		root, file := "/sys/fs/cgroup", "memory.max"
		if parts[1] == "memory" {
			root, file = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		} else if parts[0] != "0" || parts[1] != "" {
			continue
		}
		for dir := path.Clean("/" + parts[2]); ; dir = path.Dir(dir) {
			consider(path.Join(root, dir, file))
			if dir == "/" {
				break
			}
		}
	}
	return smallest
}

// total is the machine's memory; 0 where it cannot be read.
func total(read func(string) ([]byte, error)) int64 {
	text, err := read("/proc/meminfo")
	if err != nil {
		return 0
	}
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "MemTotal:"); ok {
			kB, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				return 0
			}
			return kB << 10
		}
	}
	return 0
}
