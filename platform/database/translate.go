package database

import (
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
)

// translated holds texts in SQLite's words.
var translated texts

// texts maps statements to their translations. Most statements are constant texts; some are put together from what was
// asked for, and could be any number, so when it is full it begins anew.
type texts struct {
	m    sync.Map
	size atomic.Int64
}

// maxTexts is the most bytes of statements and translations that are kept.
const maxTexts = 4 << 20

func (t *texts) get(query string) (string, bool) {
	v, ok := t.m.Load(query)
	if !ok {
		return "", false
	}
	return v.(string), true
}

func (t *texts) put(query, translation string) {
	if _, there := t.m.LoadOrStore(query, translation); there {
		return
	}
	if t.size.Add(int64(len(query)+len(translation))) > maxTexts {
		t.m.Clear()
		t.size.Store(0)
	}
}

// translate turns a statement into SQLite's words, once.
func translate(query string) string {
	if t, ok := translated.get(query); ok {
		return t
	}
	t := toSQLite(query)
	translated.put(query, t)
	return t
}

var (
	anyList = regexp.MustCompile(`= ANY\(\$(\d+)\)`)
	allList = regexp.MustCompile(`<> ALL\(\$(\d+)\)`)
	casts   = regexp.MustCompile(`::[a-z]+(\[\])?`)
	locks   = regexp.MustCompile(`(?i)\s+FOR (NO KEY UPDATE|KEY SHARE|UPDATE|SHARE)( OF [a-z, ]+)?( SKIP LOCKED| NOWAIT)?`)
)

func toSQLite(query string) string {
	t := byKey(query)
	t = anyList.ReplaceAllString(t, "IN (SELECT value FROM json_each($$$1))")
	t = allList.ReplaceAllString(t, "NOT IN (SELECT value FROM json_each($$$1))")
	t = locks.ReplaceAllString(t, "")
	return casts.ReplaceAllString(t, "")
}

var (
	// keyed finds a table that is read by its primary key: by a list of them, or for each row of another table. The group is
	// its alias with its dot, or empty.
	keyed = regexp.MustCompile(`(?:^|[\s(])((?:[a-z_][a-z_0-9]*\.)?)id = (?:ANY\(\$\d+\)|[a-z_][a-z_0-9]*\.[a-z_])`)
	// bounds end a conjunction.
	bounds = regexp.MustCompile(`[()]|\b(?:SELECT|FROM|JOIN|ON|WHERE|SET|OR|CASE|WHEN|THEN|ELSE|END|GROUP|ORDER|HAVING|LIMIT|UNION|RETURNING|WINDOW)\b`)
	quoted = regexp.MustCompile(`'[^']*'`)
)

// byKey makes SQLite find rows by their primary keys in "shop_id = $1 AND id = ANY($2)" and in "p.shop_id = v.shop_id AND
// p.id = v.product_id". It guesses that a list is long, that a shop has few rows, and that a range holds still fewer, and
// would take an index that begins with the shop and read much of what the shop has; with a plus before it, a column is no
// reason to take an index.
func byKey(query string) string {
	plain := quoted.ReplaceAllStringFunc(query, func(s string) string { return strings.Repeat("_", len(s)) })
	marks := map[int]bool{}
	for _, at := range keyed.FindAllStringSubmatchIndex(plain, -1) {
		for _, place := range shopsIn(plain, plain[at[2]:at[3]], at[2]) {
			marks[place] = true
		}
	}
	if len(marks) == 0 {
		return query
	}
	var b strings.Builder
	for i := range len(query) {
		if marks[i] {
			b.WriteByte('+')
		}
		b.WriteByte(query[i])
	}
	return b.String()
}

// shopsIn gives where the shop of an alias is compared in the conjunction around a place.
func shopsIn(text, alias string, at int) (places []int) {
	from, to := conjunction(text, at)
	name := alias + shopColumn + " = "
	for i := from; i+len(name) <= to; i++ {
		if !strings.HasPrefix(text[i:], name) || i > 0 && !strings.ContainsRune(" \n\t(", rune(text[i-1])) {
			continue
		}
		if before := text[from:i]; strings.Count(before, "(") == strings.Count(before, ")") {
			places = append(places, i)
		}
	}
	return places
}

// conjunction is the range of the conditions that are joined by AND with the one at a place.
func conjunction(text string, at int) (from, to int) {
	to = len(text)
	tokens := bounds.FindAllStringIndex(text, -1)
	next := 0
	for next < len(tokens) && tokens[next][0] < at {
		next++
	}
	deep := 0
	for i := next - 1; i >= 0 && from == 0; i-- {
		switch token := text[tokens[i][0]:tokens[i][1]]; {
		case token == ")":
			deep++
		case token == "(" && deep > 0:
			deep--
		case deep == 0:
			from = tokens[i][1]
		}
	}
	deep = 0
	for i := next; i < len(tokens) && to == len(text); i++ {
		switch token := text[tokens[i][0]:tokens[i][1]]; {
		case token == "(":
			deep++
		case token == ")" && deep > 0:
			deep--
		case deep == 0:
			to = tokens[i][0]
		}
	}
	return from, to
}

// lists turns slices into JSON, which SQLite's json_each reads.
func lists(args []any) []any {
	for i, a := range args {
		switch v := a.(type) {
		case []uuid.UUID, []string, []int64, []int:
			b, _ := json.Marshal(v)
			args[i] = string(b)
		case json.RawMessage:
			args[i] = jsonText(v)
		}
	}
	return args
}

func jsonText(v json.RawMessage) any {
	if v == nil {
		return nil
	}
	return string(v)
}
