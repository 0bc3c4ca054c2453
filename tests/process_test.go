package tests

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

// child is how this test binary is told to be a whole Rialto process instead: it then serves the demo shop on the
// configuration given, and kills itself, as kill -9 does, at a step of a checkout where one is named.
type child struct {
	Config app.Config
	KillAt string
}

const childVariable = "RIALTO_TEST_CHILD"

func TestMain(m *testing.M) {
	if raw := os.Getenv(childVariable); raw != "" {
		os.Exit(beChild(raw))
	}
	os.Exit(m.Run())
}

func beChild(raw string) int {
	var c child
	if err := json.Unmarshal([]byte(raw), &c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	a, err := app.New(ctx, c.Config, app.WithSteps(func(step string) {
		if step == c.KillAt {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // nothing of this process goes on
		}
	}))
	if err == nil {
		err = a.Run(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// process is a running Rialto process of its own.
type process struct {
	cmd    *exec.Cmd
	client *apptest.App
	done   chan struct{}
}

// spawn starts a process and waits until it answers.
func spawn(t *testing.T, c child) *process {
	t.Helper()
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run := filepath.Join(c.Config.DataDir, "run.json")
	_ = os.Remove(run)
	p := &process{cmd: exec.Command(self), done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), childVariable+"="+string(raw))
	log, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = p.cmd.Wait(); close(p.done) }()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the process wrote at last:\n%s", end(log.Name(), 4_000))
		}
	})
	until(t, time.Minute, func() bool {
		select {
		case <-p.done:
			text, _ := os.ReadFile(log.Name())
			t.Fatalf("the process ended: %s", text)
		default:
		}
		b, err := os.ReadFile(run)
		var at struct {
			URL string `json:"url"`
		}
		if err != nil || json.Unmarshal(b, &at) != nil || at.URL == "" {
			return false
		}
		p.client = apptest.Client(at.URL)
		return true
	})
	return p
}

// end gives the last bytes of a file.
func end(file string, most int) []byte {
	text, err := os.ReadFile(file)
	if err != nil {
		return []byte(err.Error())
	}
	return text[max(0, len(text)-most):]
}

// kill ends the process as kill -9 does, and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// until waits for a condition.
func until(t *testing.T, atMost time.Duration, ok func() bool) {
	t.Helper()
	deadline := time.After(atMost)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("waited too long")
		}
	}
}

// embedded and services are configurations of processes.
func embedded(t *testing.T) app.Config {
	return app.Config{Addr: "127.0.0.1:0", AdminAddr: "127.0.0.1:0", DataDir: t.TempDir(), Demo: true}
}

func services(t *testing.T) app.Config {
	c := embedded(t)
	c.DatabaseURL = databasetest.PostgreSQLURL(t)
	c.NATSURL, c.RedisURL = os.Getenv("RIALTO_TEST_NATS_URL"), os.Getenv("RIALTO_TEST_REDIS_URL")
	c.BusName = "test-" + strings.ReplaceAll(uuid.NewString()[:13], "-", "")
	return c
}
