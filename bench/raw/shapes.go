package raw

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/google/uuid"
)

// The shapes that several pages show.
type (
	amount struct {
		Amount       string `json:"amount"`
		CurrencyCode string `json:"currencyCode"`
	}
	edges[T any] struct {
		Edges []edge[T] `json:"edges"`
	}
	edge[T any] struct {
		Node T `json:"node"`
	}
	nodes[T any] struct {
		Nodes []T `json:"nodes"`
	}
	picture struct {
		URL     string `json:"url"`
		AltText string `json:"altText"`
	}
	sizedPicture struct {
		URL     string `json:"url"`
		AltText string `json:"altText"`
		Width   int    `json:"width"`
		Height  int    `json:"height"`
	}
	span struct {
		Min amount `json:"minVariantPrice"`
		Max amount `json:"maxVariantPrice"`
	}
	named struct {
		Name string `json:"name"`
	}
)

func newEdges[T any](n int) edges[T] { return edges[T]{Edges: make([]edge[T], 0, n)} }

func (e *edges[T]) add(v T) { e.Edges = append(e.Edges, edge[T]{v}) }

// dollars spells minor units of the one market's currency as the API does: at least one digit behind the point.
func dollars(minor int64) amount {
	b := make([]byte, 0, 12)
	b = strconv.AppendInt(b, minor/100, 10)
	b = append(b, '.', byte('0'+minor/10%10))
	if minor%10 != 0 {
		b = append(b, byte('0'+minor%10))
	}
	return amount{string(b), "USD"}
}

func global(kind string, id uuid.UUID) string { return "gid://rialto/" + kind + "/" + id.String() }

func (s *Server) file(source string) string { return s.files + source }

// place is where a page of a list ended: the value that it is sorted by, as text, and an id.
type place struct {
	list, value string
	id          uuid.UUID
}

func (p place) cursor() string {
	b, err := json.Marshal([]string{p.list, p.value, p.id.String()})
	if err != nil {
		panic(err) // three strings
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func placeOf(cursor string) (p place, err error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return p, err
	}
	var parts []string
	if err := json.Unmarshal(b, &parts); err != nil {
		return p, err
	}
	if len(parts) != 3 {
		return p, fmt.Errorf("a cursor of %d parts", len(parts))
	}
	p.list, p.value = parts[0], parts[1]
	p.id, err = uuid.Parse(parts[2])
	return p, err
}
