package money_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/money"
)

func TestAllocate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		amount  int64
		weights []int64
		want    []int64
	}{
		"Thirds":            {100, []int64{1, 1, 1}, []int64{34, 33, 33}},
		"LargestRemainder":  {100, []int64{50, 30, 19, 1}, []int64{50, 30, 19, 1}},
		"RemaindersDecide":  {10, []int64{1, 2, 4}, []int64{1, 3, 6}}, // 1.43 2.86 5.71
		"TiesGoFirst":       {1, []int64{7, 7}, []int64{1, 0}},
		"ZeroWeightsGetNil": {7, []int64{0, 3, 0}, []int64{0, 7, 0}},
		"AllZeroIsEqual":    {5, []int64{0, 0}, []int64{3, 2}},
		"NegativeIsZero":    {5, []int64{-4, 1}, []int64{0, 5}},
		"NegativeAmount":    {-100, []int64{1, 1, 1}, []int64{-34, -33, -33}},
		"HugeWeights":       {9, []int64{math.MaxInt64, math.MaxInt64, math.MaxInt64}, []int64{3, 3, 3}},
		"HugeAmount":        {math.MinInt64, []int64{1}, []int64{math.MinInt64}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []int64
			for _, part := range usd(c.amount).Allocate(c.weights) {
				got = append(got, part.Amount)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if usd(5).Allocate(nil) != nil || usd(5).Split(0) != nil {
		t.Error("nothing to allocate to gives nothing")
	}
	if diff := cmp.Diff([]money.Money{usd(4), usd(3), usd(3)}, usd(10).Split(3)); diff != "" {
		t.Error(diff)
	}
}

func TestAllocateLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64().Draw(t, "amount")
		weights := rapid.SliceOfN(rapid.OneOf(rapid.Int64Min(0), rapid.Int64Range(0, 50)), 1, 40).Draw(t, "weights")
		parts := usd(amount).Allocate(weights)
		var sum int64
		for _, p := range parts {
			sum += p.Amount
			if (amount > 0 && p.Amount < 0) || (amount < 0 && p.Amount > 0) {
				t.Fatalf("part %d of %d has the wrong sign", p.Amount, amount)
			}
		}
		if sum != amount {
			t.Fatalf("parts %v sum to %d, not %d", parts, sum, amount)
		}
		if diff := cmp.Diff(parts, usd(amount).Allocate(weights)); diff != "" {
			t.Fatal("twice the same, two answers", diff)
		}
	})
}

func TestAllocateNeverExceedsTheWeightsItFitsIn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Int64Range(0, 10_000), 1, 30).Draw(t, "weights")
		var total int64
		for _, w := range weights {
			total += w
		}
		if total == 0 {
			return
		}
		amount := rapid.Int64Range(0, total).Draw(t, "amount")
		for i, p := range usd(amount).Allocate(weights) {
			if p.Amount > weights[i] {
				t.Fatalf("part %d is %d, its weight %d", i, p.Amount, weights[i])
			}
			exact := float64(amount) * float64(weights[i]) / float64(total)
			if math.Abs(float64(p.Amount)-exact) > 1 {
				t.Fatalf("part %d is %d, its share %f", i, p.Amount, exact)
			}
		}
	})
}

func TestSpreadAppendsWithoutAllocating(t *testing.T) {
	weights := []int64{5, 3, 9, 1}
	dst := make([]int64, 0, 8)
	dst = append(dst, 42)
	if n := testing.AllocsPerRun(100, func() { dst = money.Spread(dst[:1], 1001, weights) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
	if diff := cmp.Diff([]int64{42, 278, 167, 500, 56}, dst); diff != "" {
		t.Error(diff)
	}
}
