package telemetry

import (
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Buckets of durations in seconds: a statement's, a request's, and that of what runs in the background.
var (
	statementSeconds  = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .5, 1, 5}
	requestSeconds    = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	backgroundSeconds = []float64{.005, .025, .1, .5, 1, 5, 15, 60, 300, 1800, 7200}
	statementNumbers  = []float64{0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 100}
)

// Metrics are the metrics of Rialto, one method for each thing that is told. Labels that the caller gives are bounded:
// beyond what is known, or beyond so many different ones, they are "other". It is safe for concurrent use.
type Metrics struct {
	registry prometheus.Registerer

	requests         *prometheus.HistogramVec
	inFlight         prometheus.Gauge
	routes           *bounded
	operations       *prometheus.CounterVec
	operationSeconds *prometheus.HistogramVec
	statements       *prometheus.HistogramVec
	operationNames   fixed
	outcomes         *bounded
	// The series that there are already, by their labels.
	requestSeries   series[requestLabels, prometheus.Observer]
	operationSeries series[operationLabels, operationMeters]
	documentSeries  series[string, prometheus.Counter]
	cacheSeries     series[cacheLabels, prometheus.Counter]
	costSeries      series[string, prometheus.Counter]

	verbs map[string]verb

	published   prometheus.Counter
	relayWait   prometheus.Histogram
	handled     *prometheus.CounterVec
	handledTime *prometheus.HistogramVec
	consumers   *bounded
	eventTypes  *bounded

	checkouts        *prometheus.CounterVec
	checkoutOutcomes *bounded
	orders           prometheus.Counter
	soldOut          prometheus.Counter

	limited     *prometheus.CounterVec
	limitLayers *bounded
	limitsAway  prometheus.Gauge
	shed        *prometheus.CounterVec
	costs       *prometheus.CounterVec

	documents     *prometheus.CounterVec
	documentsHows fixed

	cache        *prometheus.CounterVec
	cacheNames   *bounded
	cacheResults fixed
}

func newMetrics(r prometheus.Registerer, c Config) *Metrics {
	m := &Metrics{registry: r}
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "rialto_build_info", Help: "Always 1: which version runs.",
		ConstLabels: prometheus.Labels{"service": c.Service, "version": c.Version, "go": runtime.Version()},
	})
	gauge.Set(1)
	r.MustRegister(gauge)
	m.addTraffic(c)
	m.addDatabase()
	m.addEvents()
	m.addTrade()
	return m
}

func (m *Metrics) addTraffic(c Config) {
	m.requests = m.histogram("http_request_duration_seconds", "HTTP requests by route and class of status.", requestSeconds, "route", "status")
	m.inFlight = prometheus.NewGauge(prometheus.GaugeOpts{Name: "rialto_http_requests_in_flight", Help: "HTTP requests that are being answered."})
	m.registry.MustRegister(m.inFlight)
	m.routes = newBounded(64)
	m.operations = m.counter("graphql_operations_total", "GraphQL operations by name, kind and outcome.", "operation", "kind", "outcome")
	m.operationSeconds = m.histogram("graphql_operation_duration_seconds", "How long GraphQL operations took.", requestSeconds, "operation", "kind")
	m.statements = m.histogram("graphql_operation_statements", "SQL statements that one GraphQL operation took.", statementNumbers, "operation", "kind")
	m.operationNames = newFixed(c.Operations...)
	m.outcomes = newBounded(32)
	m.documents = m.counter("graphql_documents_total", "GraphQL requests by how their document was come by: text, registered, automatic, refused; unknown counts those besides that an app has not registered.", "how")
	m.documentsHows = newFixed("text", "registered", "automatic", "unknown", "refused")
	m.limited = m.counter("rate_limited_total", "Requests for which a bucket had too little, by layer.", "layer")
	m.limitLayers = newBounded(32)
	m.shed = m.counter("load_shed_total", "Requests refused because too much was worked on at once, by priority.", "priority")
	m.limitsAway = prometheus.NewGauge(prometheus.GaugeOpts{Name: "rialto_rate_limits_local", Help: "1 while this process goes by its own share of the rate limits, because the common ones do not answer."})
	m.registry.MustRegister(m.limitsAway)
	m.costs = m.counter("graphql_cost_points_total", "Points of GraphQL operations: estimated before they ran, and actual.", "kind")
	m.cache = m.counter("cache_lookups_total", "Lookups in caches by cache and result.", "cache", "result")
	m.cacheNames, m.cacheResults = newBounded(32), newFixed("hit-l1", "hit-l2", "shared", "miss", "stale", "bypass")
}

func (m *Metrics) addEvents() {
	m.published = prometheus.NewCounter(prometheus.CounterOpts{Name: "rialto_events_published_total", Help: "Events that the bus has acknowledged."})
	m.relayWait = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "rialto_outbox_wait_seconds", Help: "How long the oldest event of each batch had been due when it was published.", Buckets: backgroundSeconds,
	})
	m.registry.MustRegister(m.published, m.relayWait)
	m.handled = m.counter("events_handled_total", "Deliveries of events by consumer, type and outcome: consumed, failed (comes again), dead (does not).", "consumer", "type", "outcome")
	m.handledTime = m.histogram("event_duration_seconds", "How long consumers took for one delivery.", backgroundSeconds, "consumer")
	m.consumers, m.eventTypes = newBounded(32), newBounded(64)
}

func (m *Metrics) addTrade() {
	m.checkouts = m.counter("checkouts_total", "Attempts to complete a checkout by outcome.", "outcome")
	m.checkoutOutcomes = newBounded(32)
	m.orders = prometheus.NewCounter(prometheus.CounterOpts{Name: "rialto_orders_placed_total", Help: "Orders placed."})
	m.soldOut = prometheus.NewCounter(prometheus.CounterOpts{Name: "rialto_stock_sold_out_total", Help: "Reservations refused because too little was left."})
	m.registry.MustRegister(m.orders, m.soldOut)
}

func (m *Metrics) counter(name, help string, labels ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rialto_" + name, Help: help}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "rialto_" + name, Help: help, Buckets: buckets}, labels)
	m.registry.MustRegister(v)
	return v
}

// classes are the classes of statuses.
var classes = [...]string{1: "1xx", "2xx", "3xx", "4xx", "5xx"}

// Request tells of an HTTP request that was answered. The route is the pattern that matched, never the path.
func (m *Metrics) Request(route string, status int, took time.Duration) {
	class := "other"
	if status >= 100 && status < 600 {
		class = classes[status/100]
	}
	if route == "" {
		route = "none"
	}
	at := requestLabels{m.routes.label(route), class}
	to, known := m.requestSeries.of(at)
	if !known {
		to = m.requestSeries.add(at, m.requests.WithLabelValues(at.route, at.class))
	}
	to.Observe(took.Seconds())
}

// Document tells how a request's document was come by.
func (m *Metrics) Document(how string) {
	at := m.documentsHows.label(how)
	to, known := m.documentSeries.of(at)
	if !known {
		to = m.documentSeries.add(at, m.documents.WithLabelValues(at))
	}
	to.Inc()
}

// InFlight tells that a request came (1) or was answered (-1).
func (m *Metrics) InFlight(change int) { m.inFlight.Add(float64(change)) }

// Operation tells of a GraphQL operation: its name as the client gave it, its kind, what came of it in one of our own
// words, how long it took and how many SQL statements.
func (m *Metrics) Operation(name, kind, outcome string, took time.Duration, statements int) {
	at := operationLabels{m.operationNames.label(name), kinds.label(kind), m.outcomes.label(outcome)}
	to, known := m.operationSeries.of(at)
	if !known {
		to = m.operationSeries.add(at, operationMeters{
			m.operations.WithLabelValues(at.name, at.kind, at.outcome), m.operationSeconds.WithLabelValues(at.name, at.kind), m.statements.WithLabelValues(at.name, at.kind),
		})
	}
	to.count.Inc()
	to.seconds.Observe(took.Seconds())
	to.statements.Observe(float64(statements))
}

var kinds = newFixed("query", "mutation", "subscription")

// Published tells that the bus has n events more, of which the oldest had been due for so long.
func (m *Metrics) Published(n int, waited time.Duration) {
	if n > 0 {
		m.published.Add(float64(n))
		m.relayWait.Observe(max(waited, 0).Seconds())
	}
}

// Fate is what became of a delivery of an event.
type Fate string

// The fates.
const (
	Consumed Fate = "consumed"
	Failed   Fate = "failed" // it comes again
	Dead     Fate = "dead"   // it does not
)

var fates = newFixed(string(Consumed), string(Failed), string(Dead))

// Handled tells of a delivery of an event of a type to a consumer.
func (m *Metrics) Handled(consumer, eventType string, fate Fate, took time.Duration) {
	consumer = m.consumers.label(consumer)
	m.handled.WithLabelValues(consumer, m.eventTypes.label(eventType), fates.label(string(fate))).Inc()
	m.handledTime.WithLabelValues(consumer).Observe(took.Seconds())
}

// Checkout tells of an attempt to complete a checkout: "completed", or the code of what was wrong.
func (m *Metrics) Checkout(outcome string) {
	m.checkouts.WithLabelValues(m.checkoutOutcomes.label(outcome)).Inc()
}

// OrderPlaced tells of an order.
func (m *Metrics) OrderPlaced() { m.orders.Inc() }

// SoldOut tells that a reservation was refused because too little was left.
func (m *Metrics) SoldOut() { m.soldOut.Inc() }

// Cache tells of a lookup in a cache: hit-l1 in memory, hit-l2 in Redis, shared where another's was waited for, miss, stale, or bypass where it was not asked.
func (m *Metrics) Cache(cache, result string) {
	at := cacheLabels{m.cacheNames.label(cache), m.cacheResults.label(result)}
	to, known := m.cacheSeries.of(at)
	if !known {
		to = m.cacheSeries.add(at, m.cache.WithLabelValues(at.cache, at.result))
	}
	to.Inc()
}

// RateLimited tells of a request for which the bucket of a layer had too little.
func (m *Metrics) RateLimited(layer string) {
	m.limited.WithLabelValues(m.limitLayers.label(layer)).Inc()
}

// RateLimitsAway tells that the common rate limits stopped answering, or that they answer again.
func (m *Metrics) RateLimitsAway(away bool) {
	m.limitsAway.Set(0)
	if away {
		m.limitsAway.Set(1)
	}
}

// Shed tells of a request that was refused because too much was worked on at once: low, usual or high by how much it matters.
func (m *Metrics) Shed(priority string) { m.shed.WithLabelValues(priority).Inc() }

// Cost tells of the points of an operation that ran: what was estimated, and what it came to.
func (m *Metrics) Cost(estimated, actual int64) {
	m.points("estimated", estimated)
	m.points("actual", actual)
}

func (m *Metrics) points(kind string, points int64) {
	to, known := m.costSeries.of(kind)
	if !known {
		to = m.costSeries.add(kind, m.costs.WithLabelValues(kind))
	}
	to.Add(float64(points))
}
