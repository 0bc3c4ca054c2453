package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// beRialto makes this test binary run as the command itself, so that tests need no build of their own.
const beRialto = "RIALTO_TEST_RUN_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(beRialto) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// deadline is how long a process may take in all, far more than it needs.
const deadline = 90 * time.Second

// rialto prepares a process on a data folder.
func rialto(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	t.Cleanup(cancel)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = []string{
		beRialto + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TMPDIR=" + os.TempDir(),
		"RIALTO_DATA_DIR=" + dir, "RIALTO_ADDR=127.0.0.1:0",
	}
	return cmd
}

// result is how a process ended.
type result struct {
	Out, Err string
	Code     int
}

// finish runs a process to its end.
func finish(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// dev is a running `rialto dev`.
type dev struct {
	cmd  *exec.Cmd
	logs *bytes.Buffer
	done chan error
	once bool
}

// start starts `rialto dev` and waits until it says that it runs.
func start(t *testing.T, dir string) *dev {
	t.Helper()
	d := &dev{cmd: rialto(t, dir, "dev"), logs: &bytes.Buffer{}, done: make(chan error, 1)}
	d.cmd.Stderr = d.logs
	pipe, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(pipe)
	for line := ""; !strings.Contains(line, "Rialto is running"); {
		if line, err = out.ReadString('\n'); err != nil {
			t.Fatalf("it does not start: %v\n%s", errors.Join(err, d.cmd.Wait()), d.logs)
		}
	}
	go func() {
		_, _ = out.WriteTo(&bytes.Buffer{})
		d.done <- d.cmd.Wait()
	}()
	t.Cleanup(func() { d.stop(t) })
	return d
}

// stop asks the process to end, waits for that, and tells how long it took.
func (d *dev) stop(t *testing.T) time.Duration {
	t.Helper()
	if d.once {
		return 0
	}
	d.once = true
	begun := time.Now()
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := <-d.done; err != nil {
		t.Errorf("it ended with %v\n%s", err, d.logs)
	}
	if said := d.logs.String(); !strings.Contains(said, "the process was told to end") || strings.Contains(said, "panic serving") {
		t.Errorf("it should say why it ends, and nothing of a panic:\n%s", said)
	}
	return time.Since(begun)
}

func TestConfigMasksSecrets(t *testing.T) {
	t.Parallel()
	cmd := rialto(t, t.TempDir(), "config")
	cmd.Env = append(cmd.Env, "RIALTO_DATABASE_URL=postgres://app:hunter2@db.example.com/shop?sslpassword=hunter3", "RIALTO_NATS_URL=nats://hunter4@bus.example.com:4222")
	got := finish(t, cmd)
	if got.Code != 0 || strings.Contains(got.Out+got.Err, "hunter") {
		t.Errorf("%+v", got)
	}
	for _, want := range []string{"db.example.com", "bus.example.com", "RIALTO_LOG_LEVEL", "(environment)", "(default)"} {
		if !strings.Contains(got.Out, want) {
			t.Errorf("%q is missing in\n%s", want, got.Out)
		}
	}
}

func TestUnknownSettingIsRefused(t *testing.T) {
	t.Parallel()
	cmd := rialto(t, t.TempDir(), "config")
	cmd.Env = append(cmd.Env, "RIALTO_DATABSE_URL=postgres://db.example.com/shop")
	if got := finish(t, cmd); got.Code != 1 || !strings.Contains(got.Err, "RIALTO_DATABSE_URL") {
		t.Errorf("%+v", got)
	}
}

func TestDataFolderHasOneOwner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	start(t, dir)
	got := finish(t, rialto(t, dir, "dev"))
	if got.Code != 1 || !strings.Contains(got.Err, "another rialto owns this data folder") || !strings.Contains(got.Err, "RIALTO_DATA_DIR") {
		t.Errorf("%+v", got)
	}
}

func TestTermEndsTheProcessSoon(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := start(t, dir)
	if _, err := os.Stat(filepath.Join(dir, "run.json")); err != nil {
		t.Error(err)
	}
	if took := d.stop(t); took > 15*time.Second {
		t.Errorf("it took %v", took)
	}
	for _, name := range []string{"run.json", "rialto.sock"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left: %v", name, err)
		}
	}
}

func TestDemoListensOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "[::]:0"} {
		cmd := rialto(t, t.TempDir(), "dev")
		cmd.Env = append(cmd.Env, "RIALTO_ADDR="+addr)
		if got := finish(t, cmd); got.Code != 1 || !strings.Contains(got.Err, "this machine only") {
			t.Errorf("%s: %+v", addr, got)
		}
	}
}

func TestSocketIsTheOwnersAlone(t *testing.T) {
	t.Parallel()
	short := t.TempDir()
	long := filepath.Join(t.TempDir(), strings.Repeat("a-long-name/", 15), "data")
	for name, dir := range map[string]string{"short": short, "long": long} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, dir)
			link, err := os.Lstat(filepath.Join(dir, "rialto.sock"))
			if err != nil {
				t.Fatal(err)
			}
			if isLink := link.Mode()&os.ModeSymlink != 0; isLink != (name == "long") {
				t.Errorf("the socket's mode is %v", link.Mode())
			}
			socket, err := os.Stat(filepath.Join(dir, "rialto.sock"))
			if err != nil {
				t.Fatal(err)
			}
			if socket.Mode() != os.ModeSocket|0o600 {
				t.Errorf("the socket's mode is %v", socket.Mode())
			}
			file := write(t, good)
			if got := finish(t, rialto(t, dir, "import", "products", file)); got.Code != 0 || !strings.Contains(got.Out, "2 created") {
				t.Errorf("%+v", got)
			}
			d.stop(t)
		})
	}
}

// write writes a file of lines.
func write(t *testing.T, lines []string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "products.csv")
	if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func rows(n int) []string {
	lines := []string{header}
	for i := range n {
		lines = append(lines, fmt.Sprintf("made-%d,Made %d,,,M-%d,rialto,%d,%d.00,active", i, i, i, i%50, i+1))
	}
	return lines
}
