package raw

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

type searchPage struct {
	Search struct {
		TotalCount int64  `json:"totalCount"`
		Nodes      []card `json:"nodes"`
	} `json:"search"`
}

// search is the first page of the products with all words of a query, and how many there are: one trip to the database. It
// looks into the same words that Rialto keeps, and knows nothing of phrases, fields and typing errors.
func (s *Server) search(ctx context.Context, raw json.RawMessage) (any, error) {
	in, err := variables[struct {
		Query string `json:"query"`
	}](raw)
	if err != nil {
		return nil, err
	}
	query := s.words(in.Query)
	out := &searchPage{}
	out.Search.Nodes = make([]card, 0, collectionSize)
	b := &pgx.Batch{}
	b.Queue(`SELECT `+cardColumns+` FROM (SELECT p.*, (ts_rank(d.words, $2::tsquery) * 1e9)::bigint AS rank FROM search_vector d JOIN product p ON p.id = d.resource_id
			WHERE d.shop_id = $1 AND d.kind = 'PRODUCT' AND d.words @@ $2::tsquery AND p.status = 'active' AND p.published_at <= now() ORDER BY rank DESC, p.id DESC LIMIT 24) p`+cardJoins+`
		ORDER BY p.rank DESC, p.id DESC`, s.shop, query).Query(func(r pgx.Rows) error {
		for r.Next() {
			c, err := s.scanCard(r)
			if err != nil {
				return err
			}
			out.Search.Nodes = append(out.Search.Nodes, c)
		}
		return r.Err()
	})
	b.Queue(`SELECT count(*) FROM search_vector d JOIN product p ON p.id = d.resource_id
		WHERE d.shop_id = $1 AND d.kind = 'PRODUCT' AND d.words @@ $2::tsquery AND p.status = 'active' AND p.published_at <= now()`, s.shop, query).QueryRow(func(r pgx.Row) error {
		return r.Scan(&out.Search.TotalCount)
	})
	return out, s.pool.SendBatch(ctx, b).Close()
}

// words makes a query of PostgreSQL's of what people typed. Words begin with a mark of their shop; plurals find what is one.
func (s *Server) words(typed string) string {
	var all []string
	for _, w := range strings.Fields(strings.ToLower(typed)) {
		w = strings.ReplaceAll(w, "'", "")
		marked := fmt.Sprintf("'%x%s'", s.shop[12:], w)
		if one, ok := strings.CutSuffix(w, "s"); ok && len(w) > 3 && !strings.HasSuffix(one, "s") && !strings.HasSuffix(one, "u") {
			if stem, ok := strings.CutSuffix(one, "ie"); ok {
				one = stem + "y"
			} else if stem, ok := strings.CutSuffix(one, "e"); ok && (strings.HasSuffix(stem, "x") || strings.HasSuffix(stem, "sh") || strings.HasSuffix(stem, "ch")) {
				one = stem
			}
			marked = fmt.Sprintf("(%s | '%x%s')", marked, s.shop[12:], one)
		}
		all = append(all, marked)
	}
	return strings.Join(all, " & ")
}
