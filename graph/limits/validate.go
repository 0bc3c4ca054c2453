package limits

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// stop ends a validation that has found errors enough.
type stop struct{}

// Validate holds a checked document against a schema by the rules of the specification, and binds it to the schema's
// types. It stops when an answer can hold no more errors. The document must have passed [Limits.Check], and nobody else
// may read it meanwhile.
func (l Limits) Validate(schema *ast.Schema, doc *ast.QueryDocument) (errs gqlerror.List) {
	most := l.orDefault().Errors
	events := &core.Events{}
	for _, rule := range l.rules() {
		rule.RuleFunc(events, func(options ...core.ErrorOption) {
			if len(errs) == most-1 {
				errs = append(errs, tooManyErrors(fmt.Sprintf("There are more errors; an answer holds at most %d.", most)))
				panic(stop{})
			}
			e := &gqlerror.Error{Rule: rule.Name, Extensions: map[string]any{"code": CodeValidationFailed}}
			for _, option := range options {
				option(e)
			}
			e.Message = shorten(e.Message)
			errs = append(errs, e)
		})
	}
	defer func() {
		if r := recover(); r != nil {
			if _, enough := r.(stop); !enough {
				panic(r)
			}
		}
	}()
	core.Walk(schema, doc, events)
	return errs
}

// rules are those of the specification. Two sets of the same rules, because a suggestion gives names of the schema to
// whoever guesses, and costs a comparison with each of them.
func (l Limits) rules() []core.Rule {
	talkative := []core.Rule{
		rules.FieldsOnCorrectTypeRule, rules.KnownArgumentNamesRule, rules.KnownTypeNamesRule, rules.ScalarLeafsRule,
		rules.ValuesOfCorrectTypeRule,
	}
	if !l.Suggestions {
		talkative = []core.Rule{
			rules.FieldsOnCorrectTypeRuleWithoutSuggestions, rules.KnownArgumentNamesRuleWithoutSuggestions,
			rules.KnownTypeNamesRuleWithoutSuggestions, rules.ScalarLeafsRuleWithoutSuggestions,
			rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
		}
	}
	return append(talkative,
		rules.FragmentsOnCompositeTypesRule, rules.KnownDirectivesRule, rules.KnownFragmentNamesRule, rules.KnownRootTypeRule,
		rules.LoneAnonymousOperationRule, rules.MaxIntrospectionDepth, rules.NoFragmentCyclesRule,
		rules.NoUndefinedVariablesRule, rules.NoUnusedFragmentsRule, rules.NoUnusedVariablesRule,
		rules.OverlappingFieldsCanBeMergedRule, rules.PossibleFragmentSpreadsRule, rules.ProvidedRequiredArgumentsRule,
		rules.SingleFieldSubscriptionsRule, rules.UniqueArgumentNamesRule, rules.UniqueDirectivesPerLocationRule,
		rules.UniqueFragmentNamesRule, rules.UniqueInputFieldNamesRule, rules.UniqueOperationNamesRule,
		rules.UniqueVariableNamesRule, rules.VariablesAreInputTypesRule, rules.VariablesInAllowedPositionRule,
	)
}
