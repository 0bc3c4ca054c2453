// Package model holds the GraphQL types that no capability owns: connections, payloads, inputs and scalars. Most of it
// is generated from the schema (models_generated.go); what is by hand stands in the other files.
package model

// Any is a member of an interface or union. Which types those may be, the schema says.
type Any any
