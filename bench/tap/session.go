package tap

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgtype"
)

// largest message that is passed on.
const largest = 64 << 20

// relay passes messages on, each told before it goes. The first message of a program has no kind.
func relay(to io.Writer, from io.Reader, first bool, hear func(kind byte, body []byte) error) error {
	for {
		header := make([]byte, 5)
		if first {
			header = header[:4]
		}
		if _, err := io.ReadFull(from, header); err != nil {
			return closed(err)
		}
		size := binary.BigEndian.Uint32(header[len(header)-4:])
		if size < 4 || size > largest {
			return fmt.Errorf("a message of %d bytes", size)
		}
		message := make([]byte, len(header)+int(size)-4)
		copy(message, header)
		body := message[len(header):]
		if _, err := io.ReadFull(from, body); err != nil {
			return closed(err)
		}
		if !first {
			if err := hear(header[0], body); err != nil {
				return err
			}
		}
		first = false
		if _, err := to.Write(message); err != nil {
			return closed(err)
		}
	}
}

// closed takes a connection that was cut for one that was ended.
func closed(err error) error {
	if _, ok := errors.AsType[net.Error](err); ok || errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF
	}
	return err
}

// session is one connection: what was prepared on it, and what waits for its answer.
type session struct {
	tap        *Tap
	mu         sync.Mutex
	statements map[string]*prepared
	described  []*prepared // asked for and not answered yet
	waiting    []*call     // sent and not answered yet
	types      *pgtype.Map
}

type prepared struct {
	sql    string
	oids   []uint32 // of its parameters
	fields []pgproto3.FieldDescription
}

// call is a statement under way.
type call struct {
	Statement
	of     *prepared
	bound  pgproto3.Bind
	fields []pgproto3.FieldDescription
	rows   [][][]byte
	failed bool
}

// asks hears what the program sends.
func (s *session) asks(kind byte, body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch kind {
	case 'P':
		var m pgproto3.Parse
		if err := m.Decode(body); err != nil {
			return err
		}
		s.statements[m.Name] = &prepared{sql: m.Query, oids: m.ParameterOIDs}
	case 'D':
		var m pgproto3.Describe
		if err := m.Decode(body); err != nil {
			return err
		}
		if m.ObjectType == 'S' {
			s.described = append(s.described, s.statements[m.Name])
		}
	case 'B':
		c := &call{}
		if err := c.bound.Decode(body); err != nil {
			return err
		}
		c.of = s.statements[c.bound.PreparedStatement]
		if c.of == nil {
			return fmt.Errorf("the statement %q was prepared nowhere", c.bound.PreparedStatement)
		}
		s.waiting = append(s.waiting, c) // whoever binds executes
	case 'Q':
		var m pgproto3.Query
		if err := m.Decode(body); err != nil {
			return err
		}
		s.waiting = append(s.waiting, &call{Statement: Statement{SQL: m.String, Simple: true}})
	}
	return nil
}

// answers hears what the server sends.
func (s *session) answers(kind byte, body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch kind {
	case 't':
		var m pgproto3.ParameterDescription
		if err := m.Decode(body); err != nil {
			return err
		}
		if len(s.described) > 0 {
			s.described[0].oids = m.ParameterOIDs
		}
	case 'T':
		var m pgproto3.RowDescription
		if err := m.Decode(body); err != nil {
			return err
		}
		switch {
		case len(s.described) > 0:
			s.described[0].fields = m.Fields
			s.described = s.described[1:]
		case len(s.waiting) > 0:
			s.waiting[0].fields = m.Fields
		}
		return nil
	case 'n':
		if len(s.described) > 0 {
			s.described = s.described[1:]
		}
	case 'E':
		if len(s.waiting) > 0 {
			s.waiting[0].failed = true
		}
	case 'Z':
		return s.ready()
	}
	if len(s.waiting) == 0 {
		return nil
	}
	c := s.waiting[0]
	switch kind {
	case 'D':
		var m pgproto3.DataRow
		if err := m.Decode(body); err != nil {
			return err
		}
		if len(c.rows) < 100 {
			c.rows = append(c.rows, m.Values)
		}
	case 'C', 'I', 's':
		if c.Simple { // several statements in one text: it is over when the server is ready
			return nil
		}
		s.waiting = s.waiting[1:]
		return s.tell(c)
	}
	return nil
}

// ready ends what was sent as a text, and whatever a mistake has left unanswered.
func (s *session) ready() error {
	waiting := s.waiting
	s.waiting, s.described = nil, nil
	for _, c := range waiting {
		if c.Simple && !c.failed {
			if err := s.tell(c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *session) tell(c *call) error {
	if c.failed {
		return nil
	}
	if s.types == nil {
		s.types = pgtype.NewMap()
	}
	if c.of != nil {
		c.SQL = c.of.sql
		for i, b := range c.bound.Parameters {
			var oid uint32
			if i < len(c.of.oids) {
				oid = c.of.oids[i]
			}
			v, err := s.value(oid, format(c.bound.ParameterFormatCodes, i), b)
			if err != nil {
				return fmt.Errorf("parameter %d of %.200s: %w", i+1, c.SQL, err)
			}
			c.Args = append(c.Args, v)
		}
		if c.fields == nil { // the program knew them from when it prepared
			c.fields = slices.Clone(c.of.fields)
			for i := range c.fields {
				c.fields[i].Format = format(c.bound.ResultFormatCodes, i)
			}
		}
	}
	for _, f := range c.fields {
		c.Columns = append(c.Columns, string(f.Name))
	}
	for _, row := range c.rows {
		values := make([]Value, len(row))
		for i, b := range row {
			if i >= len(c.fields) {
				return fmt.Errorf("a row without a description, of %.200s", c.SQL)
			}
			var err error
			if values[i], err = s.value(c.fields[i].DataTypeOID, c.fields[i].Format, b); err != nil {
				return fmt.Errorf("column %s of %.200s: %w", c.Columns[i], c.SQL, err)
			}
		}
		c.Rows = append(c.Rows, values)
	}
	s.tap.hear(c.Statement)
	return nil
}

// format of a value, by the codes of a message: none is text, one is for all.
func format(codes []int16, i int) int16 {
	switch {
	case len(codes) == 0:
		return pgtype.TextFormatCode
	case len(codes) == 1:
		return codes[0]
	}
	return codes[i]
}

// value spells a value as PostgreSQL does.
func (s *session) value(oid uint32, format int16, b []byte) (Value, error) {
	v := Value{OID: oid, Null: b == nil}
	if b == nil || format == pgtype.TextFormatCode {
		v.Text = string(b)
		return v, nil
	}
	switch oid {
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.JSONOID, pgtype.NameOID, pgtype.BPCharOID:
		v.Text = string(b)
		return v, nil
	case pgtype.JSONBOID: // behind a number of its version
		v.Text = string(b[1:])
		return v, nil
	}
	t, ok := s.types.TypeForOID(oid)
	if !ok {
		return v, fmt.Errorf("a type that is not known: %d", oid)
	}
	is, err := t.Codec.DecodeValue(s.types, oid, format, b)
	if err != nil {
		return v, err
	}
	text, err := s.types.Encode(oid, pgtype.TextFormatCode, is, nil)
	v.Text = string(text)
	return v, err
}
