package promotion

import (
	"testing"

	"pgregory.net/rapid"
)

// TestUsesGivesAsMuchAsTryingEverything compares with every number of uses and gifts that units allow.
func TestUsesGivesAsMuchAsTryingEverything(t *testing.T) {
	t.Parallel()
	small := rapid.Int64Range(0, 7)
	rapid.Check(t, func(t *rapid.T) {
		get := Get{Buy: small.Draw(t, "buy"), Quantity: rapid.Int64Range(1, 4).Draw(t, "get"), MaxUses: rapid.Int64Range(0, 3).Draw(t, "limit")}
		onlyBought, onlyGiven, both := small.Draw(t, "only bought"), small.Draw(t, "only given"), small.Draw(t, "both")
		var most int64
		for n := int64(1); n <= onlyGiven+both && (get.MaxUses == 0 || n <= get.MaxUses); n++ {
			for gifts := (n-1)*get.Quantity + 1; gifts <= n*get.Quantity; gifts++ {
				if max(gifts-onlyGiven, 0)+max(n*get.Buy-onlyBought, 0) <= both {
					most = max(most, gifts)
				}
			}
		}
		given, shared := uses(&get, onlyBought, onlyGiven, both)
		if given != most || shared < 0 || shared > both {
			t.Fatalf("gives %d (%d shared), trying everything %d", given, shared, most)
		}
	})
}
