package telemetry

import (
	"maps"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// series are those of a metric that were told of, by labels that are bounded: to look one up here costs less than to have the
// library find it by its labels each time.
type series[K comparable, V any] struct{ known atomic.Pointer[map[K]V] }

// of gives the series of some labels, where it was told of.
func (s *series[K, V]) of(labels K) (one V, known bool) {
	all := s.known.Load()
	if all == nil {
		return one, false
	}
	one, known = (*all)[labels]
	return one, known
}

// add remembers a series and gives it. That it is made twice does no harm: the library gives the same.
func (s *series[K, V]) add(labels K, one V) V {
	for {
		all := s.known.Load()
		next := map[K]V{labels: one}
		if all != nil {
			maps.Copy(next, *all)
		}
		if s.known.CompareAndSwap(all, &next) {
			return one
		}
	}
}

type requestLabels struct{ route, class string }

type operationLabels struct{ name, kind, outcome string }

// operationMeters are all that one operation is told to.
type operationMeters struct {
	count               prometheus.Counter
	seconds, statements prometheus.Observer
}

type cacheLabels struct{ cache, result string }
