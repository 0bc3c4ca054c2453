package content

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

const redirectColumns = `id, path, target, updated_at`

func scanRedirect(scan func(...any) error) (*Redirect, error) {
	r := &Redirect{}
	var id uuid.UUID
	err := scan(&id, &r.Path, &r.Target, &r.written)
	r.ID = gid.New(RedirectType, id)
	return r, err
}

func insertRedirect(ctx context.Context, tx database.Tx, r *Redirect) error {
	_, err := tx.Exec(ctx, `INSERT INTO url_redirect (id, shop_id, created_at, updated_at, path, target) VALUES ($2, $1, $3, $3, $4, $5)`, r.ID.UUID, r.written, r.Path, r.Target)
	return err
}

func updateRedirect(ctx context.Context, tx database.Tx, r *Redirect) error {
	_, err := tx.Exec(ctx, `UPDATE url_redirect SET updated_at = $3, path = $4, target = $5 WHERE shop_id = $1 AND id = $2`, r.ID.UUID, r.written, r.Path, r.Target)
	return err
}

func deleteRedirect(ctx context.Context, tx database.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `DELETE FROM url_redirect WHERE shop_id = $1 AND id = $2`, id)
	return err
}

// lockRedirect reads a redirect and holds it until the transaction ends; nil where there is none.
func lockRedirect(ctx context.Context, tx database.Tx, id uuid.UUID) (*Redirect, error) {
	rows, err := tx.Query(ctx, `SELECT `+redirectColumns+` FROM url_redirect WHERE shop_id = $1 AND id = $2 FOR UPDATE`, id)
	found, err := database.Scan(rows, err, scanRedirect)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

func redirectsByID(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]*Redirect, error) {
	rows, err := q.Query(ctx, `SELECT `+redirectColumns+` FROM url_redirect WHERE shop_id = $1 AND id = ANY($2)`, ids)
	return database.Scan(rows, err, scanRedirect)
}

// listRedirects reads a page of redirects. Served by url_redirect (shop_id, id); for a whole path or target by (shop_id, path) or
// (shop_id, target).
func listRedirects(ctx context.Context, q database.Querier, w keyset.Window, terms []string) ([]*Redirect, error) {
	var where strings.Builder
	var args []any
	for _, term := range terms {
		column, text, named := strings.Cut(term, ":")
		text = strings.Trim(text, `"'`)
		args = append(args, text)
		switch n := 1 + len(args); {
		case !named || column != "path" && column != "target":
			args[len(args)-1] = "%" + database.Like(strings.Trim(term, `"'`)) + "%"
			fmt.Fprintf(&where, " AND (path LIKE $%[1]d ESCAPE '!' OR target LIKE $%[1]d ESCAPE '!')", n)
		case strings.HasSuffix(text, "*"):
			args[len(args)-1] = database.Like(strings.TrimSuffix(text, "*")) + "%"
			fmt.Fprintf(&where, " AND %s LIKE $%d ESCAPE '!'", column, n)
		default:
			fmt.Fprintf(&where, " AND %s = $%d", column, n)
		}
	}
	after, place := w.Where(2 + len(args))
	rows, err := q.Query(ctx, `SELECT `+redirectColumns+` FROM url_redirect WHERE shop_id = $1`+where.String()+after+w.OrderBy(), append(args, place...)...)
	return database.Scan(rows, err, scanRedirect)
}
