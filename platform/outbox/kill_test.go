package outbox_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/bus/bustest"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/outbox"
)

// The variables by which the test tells its other process what to open and where to stop.
const (
	stageVariable = "RIALTO_OUTBOX_TEST_STAGE"
	urlVariable   = "RIALTO_OUTBOX_TEST_DATABASE_URL"
	fileVariable  = "RIALTO_OUTBOX_TEST_DATABASE_FILE"
	shopVariable  = "RIALTO_OUTBOX_TEST_SHOP"
	busVariable   = "RIALTO_OUTBOX_TEST_BUS_URL"
	dirVariable   = "RIALTO_OUTBOX_TEST_BUS_DIR"
	nameVariable  = "RIALTO_OUTBOX_TEST_BUS_NAME"
)

// killed is how many events the process appends that is killed.
const killed = 30

// ackWait is short, because the test waits for the server to miss a consumer that was killed.
var marks = bus.ConsumerConfig{Name: "marks", AckWait: time.Second, Concurrency: 2}

// TestKilledProcess kills a process (SIGKILL) between commit, publish, delete, effect and acknowledgement, and lets
// another one go on.
func TestKilledProcess(t *testing.T) {
	stages := []string{"committed", "publishing", "published", "in-effect", "after-effect", "together-in-effect", "together-after-effect"}
	for _, stage := range stages {
		t.Run(stage, func(t *testing.T) {
			t.Run("sqlite-embedded", func(t *testing.T) {
				t.Parallel()
				kill(t, stage, database.Config{File: filepath.Join(t.TempDir(), "rialto.db")}, bustest.Embedded(t))
			})
			t.Run("postgres-external", func(t *testing.T) {
				t.Parallel()
				kill(t, stage, database.Config{URL: databasetest.PostgreSQLURL(t)}, bustest.External(t))
			})
		})
	}
}

func kill(t *testing.T, stage string, d database.Config, c bus.Config) {
	db, err := database.Open(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if d.File != "" {
		if err := db.Migrate(t.Context(), d.File); err != nil {
			t.Fatal(err)
		}
	}
	ctx, shop := databasetest.Shop(t, db)
	other := exec.CommandContext(t.Context(), os.Args[0])
	other.Env = append(os.Environ(), stageVariable+"="+stage, urlVariable+"="+d.URL, fileVariable+"="+d.File,
		shopVariable+"="+shop.String(), busVariable+"="+c.URL, dirVariable+"="+c.Dir, nameVariable+"="+c.Name)
	other.Stderr = os.Stderr
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(out).ReadString('\n')
	if kerr := other.Process.Kill(); kerr != nil {
		t.Error(kerr)
	}
	_ = other.Wait() // it was killed
	if said != "reached\n" {
		t.Fatalf("the other process said %q, %v", said, err)
	}

	b := bench{db: db, bus: bustest.Open(t, c), ctx: ctx, shop: shop}
	inbox := outbox.NewInbox(outbox.InboxConfig{DB: db})
	consumer := b.bus.Consumer(marks, inbox.Handle("marks", mark))
	if strings.HasPrefix(stage, "together-") {
		consumer = b.bus.BatchConsumer(marks, inbox.HandleTogether("marks", markAll))
	}
	if err := consumer.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	o := b.outbox()
	start(t, o)
	b.wantOnce(t, o, consumer, killed)
}

// reach is the other process: it appends events, works on to a stage, says so and waits for its end.
func reach(stage string) error {
	ctx := context.Background()
	db, err := database.Open(ctx, database.Config{URL: os.Getenv(urlVariable), File: os.Getenv(fileVariable)})
	if err != nil {
		return err
	}
	shop, err := uuid.Parse(os.Getenv(shopVariable))
	if err != nil {
		return err
	}
	ctx = database.WithShop(ctx, shop)
	b, err := bus.Open(ctx, bus.Config{URL: os.Getenv(busVariable), Dir: os.Getenv(dirVariable), Name: os.Getenv(nameVariable), MaxBytes: 8 << 20, Log: quiet})
	if err != nil {
		return err
	}
	o := outbox.New(outbox.Config{DB: db, Bus: halting{b, stage}, Log: quiet})
	if err := db.InTx(ctx, func(tx database.Tx) error { return o.AppendTx(ctx, tx, named(0, killed)...) }); err != nil {
		return err
	}
	if stage == "committed" {
		halt()
	}
	alone := marks
	alone.Concurrency = 1
	if at, together := strings.CutPrefix(stage, "together-"); together {
		consumer := b.BatchConsumer(alone, halfway(outbox.NewInbox(outbox.InboxConfig{DB: db}), at))
		if err := consumer.Start(ctx); err != nil {
			return err
		}
		if _, err := o.Relay(ctx); err != nil {
			return err
		}
		select {}
	}
	consumed := 0
	handle := outbox.NewInbox(outbox.InboxConfig{DB: db}).Handle("marks", func(ctx context.Context, tx database.Tx, e outbox.Event) error {
		err := mark(ctx, tx, e)
		if consumed++; stage == "in-effect" && consumed == killed/2 {
			halt()
		}
		return err
	})
	_, err = b.Consume(ctx, alone, func(ctx context.Context, m bus.Message) error {
		err := handle(ctx, m)
		if stage == "after-effect" && consumed == killed/2 {
			halt()
		}
		return err
	})
	if err != nil {
		return err
	}
	if _, err := o.Relay(ctx); err != nil {
		return err
	}
	select {}
}

// halfway has the effects of events together, and halts when it has come to a half of them, or has had those.
func halfway(inbox *outbox.Inbox, stage string) bus.BatchHandler {
	consumed := 0
	handle := inbox.HandleTogether("marks", func(ctx context.Context, tx database.Tx, events []outbox.Event) error {
		for _, e := range events {
			if err := mark(ctx, tx, e); err != nil {
				return err
			}
			if consumed++; stage == "in-effect" && consumed == killed/2 {
				halt()
			}
		}
		return nil
	})
	return func(ctx context.Context, messages []bus.Message) []error {
		errs := handle(ctx, messages)
		if stage == "after-effect" && consumed >= killed/2 {
			halt()
		}
		return errs
	}
}

// halting is a bus that stops the process before or after it publishes.
type halting struct {
	*bus.Bus
	stage string
}

func (p halting) Publish(ctx context.Context, messages ...bus.Message) error {
	if p.stage == "publishing" {
		halt()
	}
	err := p.Bus.Publish(ctx, messages...)
	if p.stage == "published" {
		halt()
	}
	return err
}

// halt says that the stage is reached, and holds everything until the process is killed.
func halt() {
	fmt.Println("reached")
	select {}
}
