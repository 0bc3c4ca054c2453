package graph

import (
	"crypto/sha256"
	"encoding/json"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/fault"
)

// fingerprint is the same for requests that mean the same: document, operation and variables, by who may do the same. An
// answer is not given again to an actor who has lost, since, what it took to see it.
func fingerprint(r *wire.Request, by iam.Actor) []byte {
	b, _ := json.Marshal([]any{r.Query, r.DocumentID, r.OperationName, r.Variables, by.Scopes.List(), by.Locations})
	sum := sha256.Sum256(b)
	return sum[:]
}

// encodeAnswer is the body that a client gets for an answer.
func encodeAnswer(a *wire.Answer) ([]byte, error) {
	body := struct {
		Errors any             `json:"errors,omitempty"`
		Data   json.RawMessage `json:"data"`
	}{Data: a.Data}
	if len(a.Errors) > 0 {
		body.Errors = a.Errors
	}
	return json.Marshal(body)
}

// keepable reports whether an answer may be given again: one that says what became of the operation. What failed on our
// side, or did not run, may be tried again under the same key.
func keepable(a *wire.Answer) bool {
	if a == nil || a.Class != wire.Answered {
		return false
	}
	for _, e := range a.Errors {
		if code := e.Extensions["code"]; code == string(fault.Internal) || code == string(fault.Timeout) || code == string(fault.Unavailable) {
			return false
		}
	}
	return true
}
