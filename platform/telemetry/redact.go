package telemetry

import (
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"unicode"
)

// Redacted stands in the log for what must not be there.
const Redacted = "[redacted]"

// secretParts make a name secret wherever they stand in it; secretWords only as a word of it, because they are parts of
// harmless ones. Names of people are not among them: a product has a name too.
var (
	secretParts = []string{"token", "password", "passwd", "passphrase", "authorization", "cookie", "credential", "email", "phone", "secret", "apikey"}
	secretWords = []string{"key", "keys", "bearer", "iban", "cvc", "cvv"}
)

// redact hides the values of attributes with a secret name, at any depth of groups, and the secret entries of maps and
// headers. It does not look into other values, nor into messages: nobody may put secrets there.
func redact(groups []string, a slog.Attr) slog.Attr {
	if secret(a.Key) {
		return slog.String(a.Key, Redacted)
	}
	for _, g := range groups {
		if secret(g) {
			return slog.String(a.Key, Redacted)
		}
	}
	if a.Value.Kind() == slog.KindAny {
		switch v := a.Value.Any().(type) {
		case http.Header:
			a.Value = slog.AnyValue(redactMap(v, []string{Redacted}))
		case map[string][]string:
			a.Value = slog.AnyValue(redactMap(v, []string{Redacted}))
		case map[string]string:
			a.Value = slog.AnyValue(redactMap(v, Redacted))
		case map[string]any:
			a.Value = slog.AnyValue(redactTree(v))
		}
	}
	return a
}

func redactMap[M ~map[string]V, V any](m M, hidden V) M {
	m = maps.Clone(m)
	for k := range m {
		if secret(k) {
			m[k] = hidden
		}
	}
	return m
}

// redactTree is redactMap for what came from JSON, such as variables.
func redactTree(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			if secret(k) {
				out[k] = Redacted
			} else {
				out[k] = redactTree(e)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = redactTree(e)
		}
		return out
	}
	return v
}

// verdicts remembers which names are secret. Names are few and constant; where they are not, the rest is judged anew.
var verdicts atomic.Pointer[map[string]bool]

const maxVerdicts = 512

// secret reports whether a name is that of a secret or of somebody's data.
func secret(name string) bool {
	known := verdicts.Load()
	if known != nil {
		if s, ok := (*known)[name]; ok {
			return s
		}
	}
	s := judge(name)
	if known == nil || len(*known) < maxVerdicts {
		next := map[string]bool{strings.Clone(name): s}
		if known != nil {
			maps.Copy(next, *known)
		}
		verdicts.CompareAndSwap(known, &next) // who loses judges again
	}
	return s
}

func judge(name string) bool {
	words := split(name)
	joined := strings.Join(words, "")
	for _, part := range secretParts {
		if strings.Contains(joined, part) {
			return true
		}
	}
	for _, w := range words {
		for _, s := range secretWords {
			if w == s {
				return true
			}
		}
	}
	return false
}

// split gives the words of a name in small letters: of api_key, Api-Key and apiKey the same.
func split(name string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, string(word))
			word = nil
		}
	}
	small := false
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			end()
			small = false
			continue
		}
		if unicode.IsUpper(r) && small {
			end()
		}
		small = !unicode.IsUpper(r)
		word = append(word, unicode.ToLower(r))
	}
	end()
	return words
}
