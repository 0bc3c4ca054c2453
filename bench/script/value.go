package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/rialtohq/rialto/bench/tap"
)

// short is how long a text may be that is looked into for what it is made of.
const short = 300

// argument names parameter n of statement i, with its type.
func (m *maker) argument(i, n int) (string, error) {
	values := make([]string, len(m.recordings))
	var last tap.Value
	for r := range m.recordings {
		v := m.recordings[r].Statements[i].Args[n]
		if r > 0 && v.Null != last.Null {
			return "", fmt.Errorf("script: parameter %d is null once and once it is not: %.300s", n+1, m.recordings[r].Statements[i].SQL)
		}
		values[r], last = v.Text, v
	}
	name := m.explain(values, last.OID)
	switch {
	case last.Null:
		name = "NULL"
	case name == "":
		if !same(values) && !moment(last.OID) {
			m.out.Frozen = append(m.out.Frozen, fmt.Sprintf("$%d of statement %d: %.60s", n+1, i+1, last.Text))
		}
		if name = "''"; last.Text != "" {
			name = ":" + m.constant(last.Text)
		}
	}
	if t := m.types[last.OID]; t != "" {
		return "(" + name + "::" + t + ")", nil
	}
	return name, nil
}

// explain tells how a parameter follows from its subject, or from an answer before, as an expression. Empty where it is always
// the same, or nothing tells.
func (m *maker) explain(values []string, oid uint32) string {
	if same(values) || moment(oid) || len(values[0]) > short {
		return ""
	}
	if t := m.compose(values, false); t != nil {
		return m.expression(t)
	}
	if from, ok := m.results[strings.Join(values, "\x00")]; ok {
		return m.expression(template{{result: &from}})
	}
	switch oid {
	case pgtype.JSONOID, pgtype.JSONBOID, pgtype.ByteaOID:
		return ""
	}
	if t := m.compose(values, true); t != nil {
		return m.expression(t)
	}
	return ""
}

// expression writes a template: as a column of the table, or, where a part of it is known only when a statement was answered,
// as texts put together.
func (m *maker) expression(t template) string {
	if !slices.ContainsFunc(t, func(p part) bool { return p.result != nil }) {
		return ":" + m.column(t)
	}
	parts := make([]string, len(t))
	for i, p := range t {
		switch {
		case p.result != nil:
			m.gets[p.result.statement] = true
			parts[i] = fmt.Sprintf(":r%d_%s", p.result.statement, p.result.column)
		case p.literal != "":
			parts[i] = ":" + m.constant(p.literal)
		default:
			parts[i] = ":" + m.column(template{p})
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	for i := range parts {
		parts[i] += "::text"
	}
	return "(" + strings.Join(parts, " || ") + ")"
}

// compose takes texts apart that differ in ids and facts only. Nil where more differs, where an id came from who knows where,
// or where one is new and may not be.
func (m *maker) compose(values []string, create bool) template {
	tokens, between := make([][]string, len(values)), make([][]string, len(values))
	for r, v := range values {
		tokens[r], between[r] = m.tokens[r].FindAllString(v, -1), m.tokens[r].Split(v, -1)
		if len(tokens[r]) == 0 || !slices.Equal(between[r], between[0]) {
			return nil
		}
	}
	var t template
	for i, text := range between[0] {
		if text != "" {
			t = append(t, part{literal: text})
		}
		if i == len(tokens[0]) {
			break
		}
		token := make([]string, len(values))
		for r := range values {
			token[r] = tokens[r][i]
		}
		p, ok := m.token(token, create)
		if !ok {
			return nil
		}
		t = append(t, p)
	}
	return t
}

// token tells what stands in one place for each of the subjects.
func (m *maker) token(values []string, create bool) (part, bool) {
	if same(values) {
		return part{literal: values[0]}, true
	}
	if fact := m.fact(values); fact != "" {
		return part{fact: fact}, true
	}
	key := strings.Join(values, "\x00")
	if id := m.ids[key]; id > 0 {
		return part{id: id}, true
	}
	if from, ok := m.results[key]; ok {
		return part{result: &from}, true
	}
	foreign := func(id string) bool { return m.answered[id] || !idText.MatchString(id) }
	if !create || slices.ContainsFunc(values, foreign) {
		return part{}, false
	}
	m.ids[key] = len(m.ids) + 1
	return part{id: m.ids[key]}, true
}

// fact finds the fact that had these values.
func (m *maker) fact(values []string) string {
	var names []string
	for name := range m.recordings[0].Facts {
		if m.is(name, values) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return slices.Min(names)
}

func (m *maker) is(fact string, values []string) bool {
	for r, v := range values {
		if m.recordings[r].Facts[fact] != v {
			return false
		}
	}
	return true
}

// remember notes what a statement answered.
func (m *maker) remember(i int) {
	only := true
	for _, r := range m.recordings {
		s := r.Statements[i]
		only = only && len(s.Rows) == 1
		for _, row := range s.Rows {
			for _, v := range row {
				for _, id := range idText.FindAllString(v.Text, -1) {
					m.answered[id] = true
				}
			}
		}
	}
	// pgbench makes a variable of every column.
	if !only || slices.ContainsFunc(m.recordings[0].Statements[i].Columns, func(name string) bool { return !plain.MatchString(name) }) {
		return
	}
	for c, column := range m.recordings[0].Statements[i].Columns {
		values := make([]string, len(m.recordings))
		for r := range m.recordings {
			values[r] = m.recordings[r].Statements[i].Rows[0][c].Text
		}
		key := strings.Join(values, "\x00")
		if _, known := m.results[key]; !known && !same(values) {
			m.results[key] = result{i, column}
		}
	}
}

func (m *maker) constant(value string) string {
	name, ok := m.constants[value]
	if !ok {
		name = "k" + strconv.Itoa(len(m.constants)+1)
		m.constants[value] = name
		m.out.Defines = append(m.out.Defines, name+"="+value)
	}
	return name
}

func (m *maker) column(t template) string {
	key := fmt.Sprintf("%+v", t) // without results, which are pointers
	name, ok := m.columns[key]
	if !ok {
		m.out.rows = append(m.out.rows, t)
		name = "c" + strconv.Itoa(len(m.out.rows))
		m.columns[key] = name
	}
	return name
}

func same(values []string) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return v != values[0] })
}

func moment(oid uint32) bool {
	return oid == pgtype.TimestamptzOID || oid == pgtype.TimestampOID || oid == pgtype.DateOID || oid == pgtype.TimestamptzArrayOID
}
