package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// differs tells where two answers hold other data; empty where they are the same. The order of an object's fields does not
// count, nor do spaces; a text that is JSON itself, as inputs of filters are, is compared as such.
func differs(rialto, raw []byte) (string, error) {
	a, err := decode(rialto)
	if err != nil {
		return "", fmt.Errorf("rialto: %w", err)
	}
	b, err := decode(raw)
	if err != nil {
		return "", fmt.Errorf("raw: %w", err)
	}
	o, ok := a.(map[string]any)
	if !ok || o["errors"] != nil || o["data"] == nil {
		return "", fmt.Errorf("rialto answers with errors: %.400s", rialto)
	}
	delete(o, "extensions") // what it cost: raw handlers price nothing
	return difference("", a, b), nil
}

func decode(body []byte) (v any, err error) {
	in := json.NewDecoder(bytes.NewReader(body))
	in.UseNumber()
	if err := in.Decode(&v); err != nil {
		return nil, err
	}
	if in.More() {
		return nil, errors.New("more than one answer")
	}
	return v, nil
}

func difference(path string, a, b any) string {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			break
		}
		for _, key := range slices.Sorted(maps.Keys(x)) {
			if _, ok := y[key]; !ok {
				return path + "." + key + ": raw has none"
			}
			if d := difference(path+"."+key, x[key], y[key]); d != "" {
				return d
			}
		}
		for _, key := range slices.Sorted(maps.Keys(y)) {
			if _, ok := x[key]; !ok {
				return path + "." + key + ": rialto has none"
			}
		}
		return ""
	case []any:
		y, ok := b.([]any)
		if !ok {
			break
		}
		if len(x) != len(y) {
			return fmt.Sprintf("%s: rialto has %d, raw %d", path, len(x), len(y))
		}
		for i := range x {
			if d := difference(fmt.Sprintf("%s[%d]", path, i), x[i], y[i]); d != "" {
				return d
			}
		}
		return ""
	case string:
		y, ok := b.(string)
		if ok && x == y {
			return ""
		}
		if ok && strings.HasPrefix(x, "{") && strings.HasPrefix(y, "{") {
			p, err := decode([]byte(x))
			q, err2 := decode([]byte(y))
			if err == nil && err2 == nil {
				return difference(path, p, q)
			}
		}
	case json.Number:
		y, ok := b.(json.Number)
		if ok {
			p, err := x.Float64()
			q, err2 := y.Float64()
			if err == nil && err2 == nil && p == q {
				return ""
			}
		}
	default:
		if a == b {
			return ""
		}
	}
	return fmt.Sprintf("%s: rialto has %v, raw %v", path, a, b)
}
