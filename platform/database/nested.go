package database

import (
	"fmt"
	"regexp"
	"strconv"
)

// PerParent is a statement that gives the first rows of many parents at once: what a nested connection reads. Its rows
// begin with a number that means nothing and the parent's id, then Columns.
//
// On PostgreSQL it is a LATERAL join, which stops at the limit of each parent however many children it has; SQLite,
// which has none, numbers the rows of each parent.
type PerParent struct {
	// Columns, From and Where are written as in any statement; Where must name the shop: "v.shop_id = $1 AND …". From
	// begins with the table of Parent: SQLite, which may not know how much there is, reads the tables in that order.
	Columns, From, Where string
	// Parent is the column that holds the parent's id, such as "v.product_id".
	Parent string
	// Order is the order within a parent, such as "v.position, v.id".
	Order string
	// Limit is the most rows of one parent; 0 means all.
	Limit int
	// Arg is the number of the parameter that holds the parents' ids.
	Arg int
}

// SQL is the statement's text in a dialect.
func (p PerParent) SQL(d Dialect) string {
	limit := ""
	if d == PostgreSQL {
		if p.Limit > 0 {
			limit = " LIMIT " + strconv.Itoa(p.Limit)
		}
		return fmt.Sprintf("SELECT 0, parent.id, child.* FROM unnest((SELECT $%d::uuid[])) AS parent(id) CROSS JOIN LATERAL (SELECT %s FROM %s WHERE %s AND %s = parent.id ORDER BY %s%s) AS child",
			p.Arg, p.Columns, p.From, p.Where, p.Parent, p.Order, limit)
	}
	if p.Limit > 0 {
		limit = " WHERE rn <= " + strconv.Itoa(p.Limit)
	}
	return fmt.Sprintf("SELECT * FROM (SELECT row_number() OVER (PARTITION BY %s ORDER BY %s) AS rn, %s AS parent_id, %s FROM %s WHERE %s AND %s = ANY($%d))%s ORDER BY parent_id, rn",
		p.Parent, p.Order, p.Parent, p.Columns, inOrder(p.From), p.Where, p.Parent, p.Arg, limit)
}

var joins = regexp.MustCompile(`\b(LEFT |CROSS )?JOIN\b`)

// inOrder has SQLite read joined tables in the order in which they are written.
func inOrder(from string) string {
	return joins.ReplaceAllStringFunc(from, func(join string) string {
		if join == "JOIN" {
			return "CROSS JOIN"
		}
		return join
	})
}
