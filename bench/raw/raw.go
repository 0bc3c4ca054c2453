// Package raw answers the pages of the benchmark by hand: SQL over pgx, rows scanned into structs, JSON by encoding/json. It
// is what somebody writes who needs these six pages and nothing else, and so what Rialto is measured against. Beside it
// stands the floor, which answers with bytes that it was given.
//
// It is no part of the product. It checks no tokens and no limits, knows one shop, one market and one schema of tables, and
// reads nothing that its pages do not show.
//
// Invariant, kept by the benchmark before it measures: its answers hold the same data as Rialto's.
package raw

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/metrics"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
)

// Config is what the handlers need.
type Config struct {
	URL   string // of the database
	Shop  string // handle
	Files string // what addresses of pictures begin with
	// Conns is how many connections to the database there are at most: as many as Rialto has.
	Conns int
	// Redis is the URL of the Redis for the floor that asks one; empty where there is none.
	Redis string
}

// Server is the handlers, and the floor.
type Server struct {
	pool  *pgxpool.Pool
	shop  uuid.UUID
	files string
	zones []zone // what Rialto keeps in memory too

	mu     sync.RWMutex
	floors map[string][]byte
	redis  *redis.Client // nil where there is none
}

// New opens the database.
func New(ctx context.Context, c Config) (*Server, error) {
	cfg, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = int32(c.Conns)
	// The same as Rialto's connections, so that plans are the same.
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["random_page_cost"] = "1.1"
	cfg.ConnConfig.RuntimeParams["application_name"] = "rialto-bench-raw"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	s := &Server{pool: pool, files: c.Files, floors: map[string][]byte{}}
	if err := s.open(ctx, c.Shop); err != nil {
		pool.Close()
		return nil, err
	}
	if c.Redis != "" {
		o, err := redis.ParseURL(c.Redis)
		if err != nil {
			pool.Close()
			return nil, err
		}
		s.redis = redis.NewClient(o)
	}
	return s, nil
}

// Close gives the connections back.
func (s *Server) Close() {
	s.pool.Close()
	if s.redis != nil {
		_ = s.redis.Close()
	}
}

// Page answers a page with given variables. What it gives is encoded as the data of a GraphQL answer.
type Page func(ctx context.Context, variables json.RawMessage) (any, error)

// Pages are the handlers by the name of their case.
func (s *Server) Pages() map[string]Page {
	return map[string]Page{"list": s.list, "product": s.product, "collection": s.collection, "search": s.search, "cart": s.cart, "orders": s.orders, "cart-add": s.addToCart}
}

// Handler has every page at /raw/NAME, for the same bodies that Rialto is sent, and the floor at /floor/NAME: PUT gives it the
// bytes, POST has them back; at /redis/NAME likewise, out of Redis. /allocations tells how much was allocated since the start.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for name, page := range s.Pages() {
		mux.HandleFunc("POST /raw/"+name, answer(page))
	}
	mux.HandleFunc("PUT /floor/{name}", s.setFloor)
	mux.HandleFunc("POST /floor/{name}", s.floor)
	if s.redis != nil {
		mux.HandleFunc("PUT /redis/{name}", s.setRedis)
		mux.HandleFunc("POST /redis/{name}", s.fromRedis)
	}
	mux.HandleFunc("GET /allocations", allocations)
	return mux
}

// largest body that is read.
const largest = 64 << 10

func answer(page Page) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largest))
		var in struct {
			Variables json.RawMessage `json:"variables"`
		}
		if err == nil {
			err = json.Unmarshal(body, &in)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		ctx, stop := context.WithTimeout(r.Context(), 10*time.Second)
		defer stop()
		data, err := page(ctx, in.Variables)
		if err == nil {
			body, err = json.Marshal(struct {
				Data any `json:"data"`
			}{data})
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		send(w, body)
	}
}

func send(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}

func (s *Server) setFloor(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.floors[r.PathValue("name")] = body
}

// floor reads the request, as everybody must, and answers with the bytes it was given.
func (s *Server) floor(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.RLock()
	body, ok := s.floors[r.PathValue("name")]
	s.mu.RUnlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	send(w, body)
}

// redisFor is how long what the floor was given stays in Redis, and redisKey begins its names there.
const (
	redisFor = time.Hour
	redisKey = "rialto-bench-floor:"
)

func (s *Server) setRedis(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = s.redis.Set(r.Context(), redisKey+r.PathValue("name"), body, redisFor).Err()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// fromRedis is the floor of what is kept in a Redis: one question, and its answer as it is.
func (s *Server) fromRedis(w http.ResponseWriter, r *http.Request) {
	_, err := io.Copy(io.Discard, r.Body)
	var body []byte
	if err == nil {
		body, err = s.redis.Get(r.Context(), redisKey+r.PathValue("name")).Bytes()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	send(w, body)
}

// allocations counts as Prometheus's go_memstats_mallocs_total does.
func allocations(w http.ResponseWriter, _ *http.Request) {
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:objects"}, {Name: "/gc/heap/tiny/allocs:objects"}, {Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(samples)
	fmt.Fprintf(w, "go_memstats_mallocs_total %d\ngo_memstats_alloc_bytes_total %d\n", samples[0].Value.Uint64()+samples[1].Value.Uint64(), samples[2].Value.Uint64())
}

// variables reads what a page is asked for.
func variables[T any](raw json.RawMessage) (in T, err error) {
	return in, json.Unmarshal(raw, &in)
}

// rows reads all rows of a statement.
func rows[T any](r pgx.Rows, err error, scan func(r pgx.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var list []T
	for r.Next() {
		v, err := scan(r)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, r.Err()
}

func missing(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
