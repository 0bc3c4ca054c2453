package bus

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// embed starts the real server inside this process. It listens on nothing: the connection is a pipe.
func embed(c Config) (*server.Server, error) {
	s, err := server.NewServer(&server.Options{
		ServerName: "rialto-" + c.Name, DontListen: true, NoSigs: true,
		JetStream: true, StoreDir: c.Dir,
		// Reserved by the streams; said here, because the default is a share of the free disk.
		JetStreamMaxStore: 2*c.MaxBytes + 1<<26, JetStreamMaxMemory: 1 << 26,
		// An acknowledged event survives the machine, not only the process: each write is on the disk first.
		SyncAlways: true,
	})
	if err != nil {
		return nil, fmt.Errorf("bus: embedded server: %w", err)
	}
	s.SetLoggerV2(serverLog{c.Log}, false, false, false)
	s.Start()
	if !s.ReadyForConnections(20*time.Second) || !s.JetStreamEnabled() {
		s.Shutdown()
		s.WaitForShutdown()
		return nil, errors.New("bus: the embedded server did not start; the log says why")
	}
	return s, nil
}

// serverLog passes on what the embedded server has to say, without its chatter.
type serverLog struct{ log *slog.Logger }

func (l serverLog) Noticef(string, ...any) {}
func (l serverLog) Debugf(string, ...any)  {}
func (l serverLog) Tracef(string, ...any)  {}

func (l serverLog) Warnf(format string, args ...any) {
	l.log.Warn("bus server: " + strings.TrimSpace(fmt.Sprintf(format, args...)))
}

func (l serverLog) Errorf(format string, args ...any) {
	l.log.Error("bus server: " + strings.TrimSpace(fmt.Sprintf(format, args...)))
}

func (l serverLog) Fatalf(format string, args ...any) { l.Errorf(format, args...) }
