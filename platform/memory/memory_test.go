package memory

import (
	"os"
	"runtime/debug"
	"testing"
)

func TestAvailable(t *testing.T) {
	const meminfo = "MemTotal:        2048000 kB\nMemFree:         1 kB\n"
	for name, tc := range map[string]struct {
		files  map[string]string
		limit  int64
		source string
	}{
		"NothingCanBeRead": {},
		"Machine":          {map[string]string{"/proc/meminfo": meminfo}, 2048000 << 10 / 2, "machine"},
		"Container": {map[string]string{
			"/proc/meminfo": meminfo, "/proc/self/cgroup": "0::/kube/pod1\n",
			"/sys/fs/cgroup/kube/pod1/memory.max": "400000000\n", "/sys/fs/cgroup/kube/memory.max": "max\n",
		}, 300000000, "container"},
		"AGroupAboveIsSmaller": {map[string]string{
			"/proc/meminfo": meminfo, "/proc/self/cgroup": "0::/kube/pod1\n",
			"/sys/fs/cgroup/kube/pod1/memory.max": "400000000\n", "/sys/fs/cgroup/kube/memory.max": "200000000\n",
		}, 150000000, "container"},
		"InsideItsOwnNamespace": {map[string]string{
			"/proc/meminfo": meminfo, "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "400000000\n",
		}, 300000000, "container"},
		"VersionOne": {map[string]string{
			"/proc/meminfo": meminfo, "/proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/docker/1\n0::/\n",
			"/sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": "400000000\n", "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, 300000000, "container"},
		"ALimitBeyondTheMachine": {map[string]string{
			"/proc/meminfo": meminfo, "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "99000000000\n",
		}, 2048000 << 10 / 2, "machine"},
		"NoLimit": {map[string]string{
			"/proc/meminfo": "MemTotal: much\n", "/proc/self/cgroup": "0::/\nnonsense\n", "/sys/fs/cgroup/memory.max": "max\n",
		}, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			limit, source := available(func(name string) ([]byte, error) {
				if text, ok := tc.files[name]; ok {
					return []byte(text), nil
				}
				return nil, os.ErrNotExist
			})
			if limit != tc.limit || source != tc.source {
				t.Errorf("%d from %q, want %d from %q", limit, source, tc.limit, tc.source)
			}
		})
	}
}

func TestTheEnvironmentWins(t *testing.T) {
	limit, percentage := debug.SetMemoryLimit(-1), debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetMemoryLimit(limit); debug.SetGCPercent(percentage) })
	t.Setenv("GOGC", "50")
	t.Setenv("GOMEMLIMIT", "1GiB") // read by the runtime when a process starts, so not by this one
	debug.SetMemoryLimit(1 << 30)
	debug.SetGCPercent(50)
	if got, want := Tune(), (Setting{1 << 30, "GOMEMLIMIT", 50}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	t.Setenv("GOGC", "")
	if got, want := Tune(), (Setting{1 << 30, "GOMEMLIMIT", percent}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := debug.SetGCPercent(100); got != percent {
		t.Errorf("GOGC is %d", got)
	}
}
