// Package telemetrytest gives tests what a log said.
package telemetrytest

import (
	"bytes"
	"sync"
)

// Log keeps what is written to it. It is for many writers, and may be read while they write.
type Log struct {
	mu   sync.Mutex
	said bytes.Buffer
}

// Write never fails.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said.Write(p)
}

// String is all that was written.
func (l *Log) String() string { return l.Since(0) }

// Len is the number of bytes that were written.
func (l *Log) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said.Len()
}

// Since is what was written after so many bytes.
func (l *Log) Since(n int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.said.Bytes()[n:])
}
