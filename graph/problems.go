package graph

import (
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
)

// userError is any generated error type that has a code, a field and a message.
type userError interface {
	~struct {
		Code    *string  `json:"code,omitempty"`
		Field   []string `json:"field,omitempty"`
		Message string   `json:"message"`
	}
}

// problems shows what a person did wrong as the error type of a payload. Never nil: the schema promises a list.
func problems[E userError](list fault.Problems) []*E {
	out := make([]*E, len(list))
	for i, p := range list {
		raw := struct {
			Code    *string  `json:"code,omitempty"`
			Field   []string `json:"field,omitempty"`
			Message string   `json:"message"`
		}{Field: p.Field, Message: p.Message}
		if p.Code != "" {
			raw.Code = &p.Code
		}
		e := E(raw)
		out[i] = &e
	}
	return out
}

// plainProblems shows them without codes, for clients of before there were codes.
func plainProblems(list fault.Problems) []*model.UserError {
	out := make([]*model.UserError, len(list))
	for i, p := range list {
		out[i] = &model.UserError{Field: p.Field, Message: p.Message}
	}
	return out
}

// endedToken is the token that was ended; nil where it was not.
func endedToken(token string, ps fault.Problems) *string {
	if len(ps) > 0 {
		return nil
	}
	return &token
}
