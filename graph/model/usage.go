package model

import (
	"time"

	"github.com/google/uuid"
)

// SchemaUsage is how often an operation of an app has used one place of the schema.
type SchemaUsage struct {
	Coordinate          string
	Operation, Document *string
	Count               uint64
	LastUsedAt          *time.Time
	Deprecated          bool
	DeprecationReason   *string
	// Key tells entries apart, AppID is the app's id; nil where there is none.
	Key, AppID uuid.UUID
}
