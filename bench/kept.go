package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// kept are the Rialtos that keep answers, with the requests of a page: none where its answers are not kept. Each is asked for
// everything once, and then has to give it as kept; the data must be what was given anew.
func (b *bench) kept(ctx context.Context, p *page, requests [][]byte) (rivals []rival, err error) {
	if b.memory == nil {
		return nil, nil
	}
	anew := make([][]byte, len(requests))
	for i, r := range requests {
		if anew[i], err = b.data(ctx, r); err != nil {
			return nil, err
		}
	}
	for _, of := range []struct {
		name string
		of   *process
		from string
	}{{"memory", b.memory, "hit-l1"}, {"redis", b.redis, "hit-l2"}} {
		if of.of == nil {
			continue
		}
		for i, variables := range p.variables {
			var from string
			var again []byte
			for range 3 { // the first makes it; the second may come while it is being put away
				if again, from, err = b.asked(ctx, of.of, p, http.MethodPost, "/graphql", p.body(variables), "Rialto-Cache"); err != nil {
					return nil, err
				}
			}
			if from == "" {
				return nil, nil
			}
			if where, err := differs(again, anew[i]); err != nil || where != "" || !strings.HasPrefix(from, of.from) {
				return nil, fmt.Errorf("%s gave %q for %v, different at %q: %w", of.name, from, variables, where, err)
			}
		}
		rivals = append(rivals, rival{of.name, of.of, target{addr: of.of.addr, requests: requests}})
	}
	same := target{addr: b.memory.addr, status: http.StatusNotModified}
	for _, variables := range p.variables {
		at := p.address(variables)
		_, tag, err := b.asked(ctx, b.memory, p, http.MethodGet, at, nil, "ETag")
		if err != nil {
			return nil, err
		}
		if tag == "" {
			return nil, errors.New("an answer to a GET without an ETag")
		}
		same.requests = append(same.requests, request(http.MethodGet, at, nil, p.header(b.staff), "If-None-Match: "+tag))
	}
	return append(rivals, rival{"304", b.memory, same}), nil
}

// data is what Rialto answers anew, without what it cost.
func (b *bench) data(ctx context.Context, r []byte) ([]byte, error) {
	answer, err := once(ctx, b.rialto.addr, r)
	if err != nil {
		return nil, err
	}
	var anew struct {
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(answer, &anew); err != nil {
		return nil, err
	}
	return json.Marshal(anew)
}

// asked asks a server for a page, and gives the answer with one of its headers.
func (b *bench) asked(ctx context.Context, of *process, p *page, method, at string, in []byte, header string) (body []byte, value string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+of.addr+at, bytes.NewReader(in))
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Encoding", "identity") // as the load asks: a compressed answer has another ETag
	name, who, _ := strings.Cut(p.header(b.staff), ": ")
	req.Header.Set(name, who)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = res.Body.Close() }()
	if body, err = io.ReadAll(res.Body); err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: status %d: %.300s", p.Name, res.StatusCode, body)
	}
	return body, res.Header.Get(header), err
}
