package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rialtohq/rialto/bench/raw"
)

// process is a server in a process of its own.
type process struct {
	name  string
	addr  string // of its pages
	admin string // of what tells its allocations
	path  string // there
	log   string // file
	cmd   *exec.Cmd
	ended chan struct{}
}

// start runs a program and waits until ready gives its addresses.
func start(ctx context.Context, name string, cmd *exec.Cmd, log string, ready func() (addr, admin string, ok bool)) (*process, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	cmd.Stderr = out
	if cmd.Stdout == nil {
		cmd.Stdout = out
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{name: name, cmd: cmd, log: log, ended: make(chan struct{})}
	go func() { // ends with the process
		_ = cmd.Wait()
		close(p.ended)
	}()
	for range 600 {
		select {
		case <-p.ended:
			return nil, fmt.Errorf("%s ended: %s", name, tail(log))
		case <-ctx.Done():
			p.stop()
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		if addr, admin, ok := ready(); ok {
			p.addr, p.admin = addr, admin
			return p, nil
		}
	}
	p.stop()
	return nil, fmt.Errorf("%s did not start within a minute: %s", name, tail(log))
}

// stop ends the process, gently at first.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(15 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

func tail(file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(b[max(0, len(b)-600):]))
}

// bare is the environment without what would set up a Rialto.
func bare() (env []string) {
	for _, line := range os.Environ() {
		if !strings.HasPrefix(line, "RIALTO_") {
			env = append(env, line)
		}
	}
	return env
}

// site is how shoppers reach Rialto, in what it answers.
const site = "http://shop.test"

// startRialto runs the binary on a database, as in production but for events, which stay in the process.
func startRialto(ctx context.Context, name, binary, database, folder string, settings ...string) (*process, error) {
	data := filepath.Join(folder, name+".data")
	if err := os.RemoveAll(data); err != nil {
		return nil, err
	}
	cmd := exec.Command(binary, "serve") //nolint:gosec,noctx // the binary is named by who runs this; stop ends it
	cmd.Env = append(bare(), "RIALTO_RATE_LIMITS=report", "RIALTO_DATABASE_URL="+database, "RIALTO_DATA_DIR="+data, "RIALTO_ADDR=127.0.0.1:0", "RIALTO_ADMIN_ADDR=127.0.0.1:0", "RIALTO_PUBLIC_URL="+site)
	cmd.Env = append(cmd.Env, settings...)
	p, err := start(ctx, name, cmd, filepath.Join(folder, name+".log"), func() (string, string, bool) {
		b, err := os.ReadFile(filepath.Join(data, "run.json"))
		var at struct {
			URL   string `json:"url"`
			Admin string `json:"admin_url"`
		}
		if err != nil || json.Unmarshal(b, &at) != nil || at.URL == "" || at.Admin == "" {
			return "", "", false
		}
		return strings.TrimPrefix(at.URL, "http://"), strings.TrimPrefix(at.Admin, "http://"), true
	})
	if err == nil {
		p.path = "/metrics"
	}
	return p, err
}

// childVariable tells this program to be the server with hand-written handlers instead.
const childVariable = "BENCH_RAW_CONFIG"

// child is the configuration of that server.
type child struct {
	Raw     raw.Config
	Address string // of a file that is to hold the address
}

func startRaw(ctx context.Context, database, redis, folder string, conns int) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(folder, "raw.address")
	if err := os.RemoveAll(file); err != nil {
		return nil, err
	}
	b, err := json.Marshal(child{Raw: raw.Config{URL: database, Shop: shopHandle, Files: site + "/files/", Conns: conns, Redis: redis}, Address: file})
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self) //nolint:gosec,noctx // this program; stop ends it
	cmd.Env = append(bare(), childVariable+"="+string(b))
	p, err := start(ctx, "raw", cmd, filepath.Join(folder, "raw.log"), func() (string, string, bool) {
		b, err := os.ReadFile(file)
		addr := strings.TrimSpace(string(b))
		return addr, addr, err == nil && addr != ""
	})
	if err == nil {
		p.path = "/allocations"
	}
	return p, err
}

// ticks of a second, in which Linux counts the time of processes.
const ticks = 100

// cpuOf is how long a process has computed; -1 where the system does not tell, or where it is none that begins with name.
func cpuOf(pid int, name string) time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return -1
	}
	// The name stands in parentheses and may hold anything.
	open, end := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	if open < 0 || end < open || !strings.HasPrefix(string(b[open+1:end]), name) {
		return -1
	}
	fields := strings.Fields(string(b[end+1:]))
	if len(fields) < 13 {
		return -1
	}
	var sum int64
	for _, f := range fields[11:13] { // utime and stime
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return -1
		}
		sum += n
	}
	return time.Duration(sum) * time.Second / ticks
}

// allocated reads how much a server has allocated since its start: objects, and bytes.
func (p *process) allocated(ctx context.Context) (objects, size float64, err error) {
	body, err := once(ctx, p.admin, request("GET", p.path, nil))
	if err != nil {
		return 0, 0, err
	}
	found := 0
	for line := range strings.Lines(string(body)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		to := map[string]*float64{"go_memstats_mallocs_total": &objects, "go_memstats_alloc_bytes_total": &size}[name]
		if to == nil {
			continue
		}
		if *to, err = strconv.ParseFloat(value, 64); err != nil {
			return 0, 0, err
		}
		found++
	}
	if found != 2 {
		return 0, 0, errors.New(p.name + " does not tell what it allocates")
	}
	return objects, size, nil
}

// logged reads the access log from an offset on, and gives the statements of each request of an operation.
func (p *process) logged(from int64, operation string) (statements []int, to int64, err error) {
	f, err := os.Open(p.log)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = f.Close() }()
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return nil, 0, err
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, 0, err
	}
	for line := range strings.Lines(string(b)) {
		var entry struct {
			Msg, Operation string
			Statements     int
		}
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "request" && entry.Operation == operation {
			statements = append(statements, entry.Statements)
		}
	}
	return statements, from + int64(len(b)), nil
}
