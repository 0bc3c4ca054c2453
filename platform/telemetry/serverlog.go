package telemetry

import (
	"bytes"
	"context"
	"log"
	"log/slog"
)

// ServerLog is where an [net/http.Server] writes: handshakes and hang-ups of clients are of interest to nobody, a panic is an error
// of ours.
func ServerLog(l *slog.Logger) *log.Logger { return log.New(serverLog{l}, "", 0) }

type serverLog struct{ log *slog.Logger }

// Write never fails.
func (s serverLog) Write(line []byte) (int, error) {
	level := slog.LevelDebug
	if bytes.Contains(line, []byte(": panic serving ")) { // of net/http, over HTTP/1 and 2
		level = slog.LevelError
	}
	s.log.Log(context.Background(), level, string(bytes.TrimSuffix(line, []byte("\n"))))
	return len(line), nil
}
