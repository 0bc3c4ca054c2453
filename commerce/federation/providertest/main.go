// Command providertest is an OpenID Connect provider for tests: a process of its own that signs in whoever the address of its
// sign-in page names, and makes the mistake that it names. It writes its address on a line of its output and ends with its
// input.
//
// The parameters as_sub, as_email, as_verified and as_alg of that address are the person and the signature; as_fault is the
// mistake (see the constants). Each first part of a path is an issuer of its own: /good, and others whose discovery is at
// fault.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	client, secret := flag.String("client", "rialto", "id of the one client"), flag.String("secret", "", "its secret")
	flag.Parse()
	if err := serve(*client, *secret, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve answers until the input ends, so that no test leaves a process behind.
func serve(client, secret string, in io.Reader, out io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p, err := newProvider("http://"+l.Addr().String(), client, secret)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: p.handler(), ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	if _, err := fmt.Fprintln(out, p.address); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		for lines := bufio.NewScanner(in); lines.Scan(); {
		}
		close(ended)
	}()
	select {
	case err := <-failed:
		return err
	case <-ended:
		return server.Close()
	}
}
