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
	name := ""
	switch template, from := m.explain(values, last.OID); {
	case last.Null:
		name = "NULL"
	case from != nil:
		m.gets[from.statement] = true
		name = fmt.Sprintf(":r%d_%s", from.statement, from.column)
	case template != nil:
		name = ":" + m.column(template)
	default:
		if !same(values) && !moment(last.OID) {
			m.out.Frozen = append(m.out.Frozen, fmt.Sprintf("$%d of statement %d: %.60s", n+1, i, last.Text))
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

// explain tells how a parameter follows from its subject, or from an answer before. Neither, where it is always the same or
// nothing tells.
func (m *maker) explain(values []string, oid uint32) (template, *result) {
	if same(values) || moment(oid) || len(values[0]) > short {
		return nil, nil
	}
	if fact := m.fact(values); fact != "" {
		return template{{fact: fact}}, nil
	}
	key := strings.Join(values, "\x00")
	if m.ids[key] == 0 {
		if from, ok := m.results[key]; ok {
			return nil, &from
		}
	}
	switch oid {
	case pgtype.JSONOID, pgtype.JSONBOID, pgtype.ByteaOID:
		return nil, nil
	}
	return m.compose(values), nil
}

// compose takes texts apart that differ in ids only. Nil where more differs, or where an id came from who knows where.
func (m *maker) compose(values []string) template {
	spans, between := make([][]string, len(values)), make([][]string, len(values))
	for r, v := range values {
		spans[r], between[r] = idText.FindAllString(v, -1), idText.Split(v, -1)
		if len(spans[r]) == 0 || !slices.Equal(between[r], between[0]) {
			return nil
		}
	}
	var t template
	for i, text := range between[0] {
		if text != "" {
			t = append(t, part{literal: text})
		}
		if i == len(spans[0]) {
			break
		}
		ids := make([]string, len(values))
		for r := range values {
			ids[r] = spans[r][i]
		}
		p, ok := m.id(ids)
		if !ok {
			return nil
		}
		t = append(t, p)
	}
	return t
}

// id tells what the ids of the subjects in one place are.
func (m *maker) id(ids []string) (part, bool) {
	if same(ids) {
		return part{literal: ids[0]}, true
	}
	if fact := m.fact(ids); fact != "" {
		return part{fact: fact}, true
	}
	key := strings.Join(ids, "\x00")
	if m.ids[key] == 0 {
		if slices.ContainsFunc(ids, func(id string) bool { return m.answered[id] }) {
			return part{}, false
		}
		m.ids[key] = len(m.ids) + 1
	}
	return part{id: m.ids[key]}, true
}

// fact finds the fact that had these values.
func (m *maker) fact(values []string) string {
	var names []string
	for name := range m.recordings[0].Facts {
		if !slices.ContainsFunc(values, func(v string) bool { return v == "" }) && m.is(name, values) {
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
	key := fmt.Sprintf("%+v", t)
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
