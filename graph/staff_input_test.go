package graph

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
)

func TestWrittenTellsNullFromLeftOut(t *testing.T) {
	variables := map[string]any{"null": nil, "one": map[string]any{"a": nil}, "list": []any{map[string]any{"a": 1}, map[string]any{}}}
	for _, tc := range []struct {
		argument string
		path     []string
		want     bool
	}{
		{`[{a: null}]`, []string{"0", "a"}, true},
		{`[{b: 1}]`, []string{"0", "a"}, false},
		{`[{b: 1}, {a: 2}]`, []string{"1", "a"}, true},
		{`[{b: 1}]`, []string{"1", "a"}, false},
		{`{a: null}`, []string{"0", "a"}, true}, // a list of one
		{`[{a: $null}]`, []string{"0", "a"}, true},
		{`[{a: $missing}]`, []string{"0", "a"}, false},
		{`[$one]`, []string{"0", "a"}, true},
		{`$one`, []string{"0", "a"}, true},
		{`$list`, []string{"0", "a"}, true},
		{`$list`, []string{"1", "a"}, false},
		{`$list`, []string{"2", "a"}, false},
		{`$missing`, []string{"0", "a"}, false},
		{`7`, []string{"0", "a"}, false},
	} {
		doc, err := parser.ParseQuery(&ast.Source{Input: `{ f(x: ` + tc.argument + `) }`})
		if err != nil {
			t.Fatal(err)
		}
		field, _ := doc.Operations[0].SelectionSet[0].(*ast.Field)
		if got := written(field.Arguments.ForName("x").Value, variables, tc.path); got != tc.want {
			t.Errorf("%s at %v: %v", tc.argument, tc.path, got)
		}
	}
}

func TestAmountsThatAreNoneAreProblems(t *testing.T) {
	for amount, want := range map[model.MoneyInput]string{
		{Amount: "12.99", CurrencyCode: "USD"}:                "",
		{Amount: "-1", CurrencyCode: "USD"}:                   "",
		{Amount: "1.999", CurrencyCode: "USD"}:                "INVALID",
		{Amount: "1.5", CurrencyCode: "JPY"}:                  "INVALID",
		{Amount: "1e3", CurrencyCode: "USD"}:                  "INVALID",
		{Amount: "", CurrencyCode: "USD"}:                     "INVALID",
		{Amount: "99999999999999999999", CurrencyCode: "USD"}: "INVALID",
		{Amount: "1", CurrencyCode: "XXX"}:                    "CURRENCY_MISMATCH",
	} {
		in := &intake{}
		m := in.money(&amount, "price")
		got := ""
		if len(in.problems) > 0 {
			got = in.problems[0].Code
		}
		if got != want || (m == nil) != (want != "") {
			t.Errorf("%+v: %q, %v", amount, got, m)
		}
	}
	if m := (&intake{}).money(&model.MoneyInput{Amount: "12.99", CurrencyCode: "USD"}); *m != money.New(1299, "USD") {
		t.Error(m)
	}
}

func TestCodesAreThoseOfTheEnum(t *testing.T) {
	list := func(codes ...string) (ps fault.Problems) {
		for _, c := range codes {
			ps.Add(c, "m")
		}
		return ps
	}
	for enum, want := range map[string]fault.Problems{
		"ProductVariantsBulkCreateUserErrorCode": list("INVALID", "TOO_LONG"),
		"StaffErrorCode":                         list("BLANK", "TOO_LONG"),
		"ProductVariantsBulkDeleteUserErrorCode": list("", ""),
	} {
		if diff := cmp.Diff(want, coded(enum, list("BLANK", "TOO_LONG"))); diff != "" {
			t.Errorf("%s: %s", enum, diff)
		}
	}
}
