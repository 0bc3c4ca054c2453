package database

import (
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// Ids go to PostgreSQL and come from it as their 16 bytes. Without these codecs pgx would take them for any [driver.Valuer]
// and [sql.Scanner] and write and parse each as text, which is most of what reading a page of rows allocates.

// registerUUIDs teaches a connection's types the ids of package uuid.
func registerUUIDs(m *pgtype.Map) {
	one := &pgtype.Type{Name: "uuid", OID: pgtype.UUIDOID, Codec: uuidCodec{}}
	m.RegisterType(one)
	m.RegisterType(&pgtype.Type{Name: "_uuid", OID: pgtype.UUIDArrayOID, Codec: uuidArrayCodec{&pgtype.ArrayCodec{ElementType: one}}})
}

type uuidCodec struct{ pgtype.UUIDCodec }

func (c uuidCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.(uuid.UUID); ok && format == pgtype.BinaryFormatCode {
		return encodeUUID{}
	}
	return c.UUIDCodec.PlanEncode(m, oid, format, value)
}

func (c uuidCodec) PlanScan(m *pgtype.Map, oid uint32, format int16, target any) pgtype.ScanPlan {
	if format == pgtype.BinaryFormatCode {
		switch target.(type) {
		case *uuid.UUID:
			return scanUUID{}
		case *uuid.NullUUID:
			return scanNullUUID{}
		}
	}
	return c.UUIDCodec.PlanScan(m, oid, format, target)
}

type encodeUUID struct{}

func (encodeUUID) Encode(value any, buf []byte) ([]byte, error) {
	id := value.(uuid.UUID)
	return append(buf, id[:]...), nil
}

type scanUUID struct{}

func (scanUUID) Scan(src []byte, target any) error {
	id := target.(*uuid.UUID)
	switch len(src) {
	case len(id):
		copy(id[:], src)
	case 0: // NULL
		*id = uuid.Nil
	default:
		return fmt.Errorf("database: an id of %d bytes", len(src))
	}
	return nil
}

type scanNullUUID struct{}

func (scanNullUUID) Scan(src []byte, target any) error {
	id := target.(*uuid.NullUUID)
	id.Valid = src != nil
	return scanUUID{}.Scan(src, &id.UUID)
}

type uuidArrayCodec struct{ *pgtype.ArrayCodec }

func (c uuidArrayCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.([]uuid.UUID); ok && format == pgtype.BinaryFormatCode {
		return encodeUUIDs{}
	}
	return c.ArrayCodec.PlanEncode(m, oid, format, value)
}

type encodeUUIDs struct{}

// Encode writes an array of one dimension as PostgreSQL's array_recv reads it. Nil is NULL.
func (encodeUUIDs) Encode(value any, buf []byte) ([]byte, error) {
	ids := value.([]uuid.UUID)
	if ids == nil {
		return nil, nil
	}
	word := func(n int) { buf = binary.BigEndian.AppendUint32(buf, uint32(n)) }
	if len(ids) == 0 {
		word(0) // dimensions
		word(0) // no NULLs
		word(pgtype.UUIDOID)
		return buf, nil
	}
	word(1)
	word(0)
	word(pgtype.UUIDOID)
	word(len(ids))
	word(1) // the first place
	for i := range ids {
		word(len(ids[i]))
		buf = append(buf, ids[i][:]...)
	}
	return buf, nil
}
