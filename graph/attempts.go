package graph

import (
	"github.com/vektah/gqlparser/v2/ast"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/attempt"
	"github.com/rialtohq/rialto/platform/gid"
)

// attempted are the mutations that may only be tried so often, with what is tried.
var attempted = map[string]attempt.Action{
	"customerAccessTokenCreate":              attempt.SignIn,
	"customerAccessTokenCreateWithMultipass": attempt.SignIn,
	"staffAccessTokenCreate":                 attempt.SignIn,
	"staffAccessTokenCreateWithProvider":     attempt.SignIn,
	"staffPasswordChange":                    attempt.SignIn,
	"customerRecover":                        attempt.Recover,
	"staffPasswordRecover":                   attempt.Recover,
	"staffPasswordReset":                     attempt.Register,
	"customerCreate":                         attempt.Register,
	"customerActivate":                       attempt.Register,
	"customerActivateByUrl":                  attempt.Register,
	"customerReset":                          attempt.Register,
	"customerResetByUrl":                     attempt.Register,
	"checkoutComplete":                       attempt.Pay,
	"cartSubmitForCompletion":                attempt.Pay,
	"cartCreate":                             attempt.Code,
	"cartDiscountCodesUpdate":                attempt.Code,
	"cartGiftCardCodesUpdate":                attempt.Code,
	"cartGiftCardCodesAdd":                   attempt.Code,
}

// triesOf are what an operation tries that may only be tried so often.
func triesOf(op *ast.OperationDefinition, variables map[string]any, by iam.Actor, address string) (tries []attempt.Try) {
	if op.Operation != ast.Mutation {
		return nil
	}
	for _, f := range rootFields(op.SelectionSet, nil) {
		action, ok := attempted[f.Name]
		if !ok {
			continue
		}
		args := f.ArgumentMap(variables)
		input, _ := args["input"].(map[string]any)
		try := attempt.Try{Action: action, Times: 1, Who: attempt.Who{Address: address}}
		if by.Kind == iam.Customer {
			try.Who.Person = by.Label()
		}
		switch action {
		case attempt.Recover:
			email, _ := args["email"].(string)
			try.Who.Person = attempt.Email(email)
		case attempt.Code:
			if try.Times = codesIn(args) + codesIn(input); try.Times == 0 {
				continue
			}
		}
		if cart, ok := args["cartId"].(string); ok {
			if id, err := gid.Parse(cart); err == nil {
				try.Who.Cart = attempt.Cart(id)
			}
		}
		tries = append(tries, try)
	}
	return tries
}

// codesIn is how many codes arguments name.
func codesIn(args map[string]any) (n int64) {
	for _, name := range []string{"discountCodes", "giftCardCodes"} {
		switch codes := args[name].(type) {
		case []any:
			n += int64(len(codes))
		case []string:
			n += int64(len(codes))
		case string: // a list of one may be written without brackets
			n++
		}
	}
	return n
}
