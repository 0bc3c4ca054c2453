// Package policies holds Rialto's policies, in the language Cedar, and puts them into the binary: who may do what with
// which order, address, location and product. docs/howto/policies.md tells how to read, write and test one.
//
// It decides nothing: commerce/policy reads the files, checks them against the vocabulary, and evaluates them.
//
// Invariants: every policy has an @id, unique over all files, and a @description; only what the vocabulary names occurs.
package policies

import "embed"

// Files are the policies, one file a subject.
//
//go:embed *.cedar
var Files embed.FS

// Vocabulary is the schema that policies are checked against: who acts, on what, and which facts are known.
//
//go:embed vocabulary.cedarschema
var Vocabulary []byte
