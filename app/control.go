package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/rialtohq/rialto/platform/telemetry"
)

// Verb is a command that works on a running app: `rialto import` and the like. It reads in and reports to out as it goes.
type Verb func(ctx context.Context, a *App, args []string, in io.Reader, out io.Writer) error

// maxSocketPath is the longest path of a Unix socket that every system takes.
const maxSocketPath = 100

// socketPath is where the owner of a data folder listens for the command line: in the folder, or where that path is too
// long, in a short folder of the user's that is named by it.
func socketPath(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	path := filepath.Join(abs, "rialto.sock")
	if len(path) <= maxSocketPath {
		return path, nil
	}
	sum := sha256.Sum256([]byte(abs))
	short := filepath.Join(os.TempDir(), fmt.Sprintf("rialto-%d", os.Getuid()))
	if err := os.MkdirAll(short, 0o700); err != nil {
		return "", err
	}
	return filepath.Join(short, hex.EncodeToString(sum[:8])+".sock"), nil
}

// control serves the verbs to the command line, over a socket that only its owner may open and never over a network port.
type control struct {
	app    *App
	verbs  map[string]Verb
	server *http.Server
	path   string
	link   string
	done   chan struct{}
}

// Start listens. The folder is ours, so a socket that lies there was left by a process that is gone.
func (c *control) Start(ctx context.Context) error {
	path, err := socketPath(c.app.config.DataDir)
	if err != nil {
		return err
	}
	_ = os.Remove(path)
	old := umask()
	l, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	old()
	if err != nil {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return errors.Join(err, l.Close())
	}
	if inside := filepath.Join(c.app.config.DataDir, "rialto.sock"); filepath.Base(path) != "rialto.sock" {
		_ = os.Remove(inside)
		if err := os.Symlink(path, inside); err == nil {
			c.link = inside
		}
	}
	c.path, c.done = path, make(chan struct{})
	c.server = &http.Server{Handler: c, ReadHeaderTimeout: 5 * time.Second, ErrorLog: telemetry.ServerLog(c.app.Log)}
	// A verb may end before its body does. What is left is read when its answer is out, and the end of it starts a reader that waits
	// for the next request: on a connection that is kept, two would read then, at which net/http panics.
	c.server.SetKeepAlivesEnabled(false)
	go func() {
		defer close(c.done)
		_ = c.server.Serve(l)
	}()
	return nil
}

// Stop ends the verbs that run, and the socket.
func (c *control) Stop(ctx context.Context) error {
	err := c.server.Shutdown(ctx)
	if err != nil {
		err = c.server.Close()
	}
	<-c.done
	_ = os.Remove(c.path)
	if c.link != "" {
		_ = os.Remove(c.link)
	}
	return err
}

// ServeHTTP runs one verb. What it writes is sent at once; how it ended comes as a trailer.
func (c *control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	verb, ok := c.verbs[r.Header.Get("Rialto-Verb")]
	var args []string
	if err := json.Unmarshal([]byte(r.Header.Get("Rialto-Args")), &args); err != nil || !ok {
		http.Error(w, "no such verb", http.StatusNotFound)
		return
	}
	w.Header().Set("Trailer", "Rialto-Error")
	rc := http.NewResponseController(w)
	_ = rc.EnableFullDuplex()
	w.WriteHeader(http.StatusOK)
	_ = rc.Flush()
	if err := verb(r.Context(), c.app, args, r.Body, flushing{w, rc}); err != nil {
		message, _ := json.Marshal(err.Error())
		w.Header().Set("Rialto-Error", string(message))
	}
}

type flushing struct {
	w  io.Writer
	rc *http.ResponseController
}

func (f flushing) Write(b []byte) (int, error) {
	n, err := f.w.Write(b)
	_ = f.rc.Flush()
	return n, err
}

// Do runs a verb: in the process that owns the data folder where there is one, and otherwise in this one, which then
// takes the folder for as long.
func Do(ctx context.Context, c Config, verbs map[string]Verb, name string, args []string, in io.Reader, out io.Writer) error {
	path, err := socketPath(c.DataDir)
	if err != nil {
		return err
	}
	dialer := net.Dialer{Timeout: 2 * time.Second}
	conn, err := dialer.DialContext(ctx, "unix", path)
	if err != nil {
		return alone(ctx, c, verbs[name], args, in, out)
	}
	_ = conn.Close()
	return remote(ctx, path, name, args, in, out)
}

func alone(ctx context.Context, c Config, verb Verb, args []string, in io.Reader, out io.Writer) error {
	a, err := New(ctx, c)
	if err != nil {
		return err
	}
	if err := a.startQuietly(ctx); err != nil {
		return errors.Join(err, a.Close())
	}
	err = verb(ctx, a, args, in, out)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	return errors.Join(err, a.Stop(stop), a.Close())
}

func remote(ctx context.Context, path, name string, args []string, in io.Reader, out io.Writer) error {
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}}}
	if in == nil {
		in = http.NoBody
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://rialto/verb", in)
	if err != nil {
		return err
	}
	encoded, err := json.Marshal(args)
	if err != nil {
		return err
	}
	req.Header.Set("Rialto-Verb", name)
	req.Header.Set("Rialto-Args", string(encoded))
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the running rialto does not know %q: restart it with this version", name)
	}
	if _, err := io.Copy(out, res.Body); err != nil {
		return err
	}
	if raw := res.Trailer.Get("Rialto-Error"); raw != "" {
		var message string
		_ = json.Unmarshal([]byte(raw), &message)
		return errors.New(message)
	}
	return nil
}
