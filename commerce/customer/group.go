package customer

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
	"github.com/rialtohq/rialto/platform/revision"
)

// GroupType is the type of a group in its global id.
const GroupType = "CustomerGroup"

// MaxGrouped is how many customers one call adds to a group, or takes out.
const MaxGrouped = 250

// Group is a set of customers that staff put together by hand. Shoppers never learn of groups.
type Group struct {
	ID        gid.ID
	Name      string
	Handle    string
	Note      *string
	CreatedAt time.Time
	UpdatedAt time.Time
	// Members is how many customers are in it.
	Members int
	// Revision changes with every change of the group and of who is in it.
	Revision string
}

// GroupInput is what staff write about a group. A nil part was left out.
type GroupInput struct {
	Handle     *string
	IfRevision *string
	Name       *string
	Note       *string
}

var notInHandle = regexp.MustCompile(`[^a-z0-9]+`)

// CreateGroup makes a group without customers. Its handle is made of the name unless said.
func (s *Service) CreateGroup(ctx context.Context, in GroupInput) (*Group, fault.Problems, error) {
	c := checker{field: []string{"group"}}
	now := s.clock.Now()
	g := &Group{ID: gid.New(GroupType, s.newID()), CreatedAt: now, UpdatedAt: now}
	if in.Name == nil {
		c.add(CodeBlank, "Name is missing.", "name")
	}
	if in.IfRevision != nil {
		c.add(CodeInvalid, "A new group has no revision.", "ifRevision")
	}
	if in.Handle == nil && in.Name != nil {
		made := strings.Trim(notInHandle.ReplaceAllString(strings.ToLower(*in.Name), "-"), "-")
		if made == "" {
			made = "group-" + g.ID.UUID.String()[24:]
		}
		in.Handle = &made
	}
	if g.apply(&c, in); len(c.problems) > 0 {
		return nil, c.problems, nil
	}
	return s.groupOutcome(ctx, g.ID.UUID, s.db.InTx(ctx, func(tx database.Tx) error {
		if err := insertGroup(ctx, tx, g); err != nil {
			return err
		}
		return s.record(ctx, tx, "customer_group.created", g, map[string]any{"after": g.fields()})
	}))
}

// UpdateGroup changes what a group is called.
func (s *Service) UpdateGroup(ctx context.Context, id gid.ID, in GroupInput) (*Group, fault.Problems, error) {
	c := checker{field: []string{"group"}}
	if (&Group{}).apply(&c, in); len(c.problems) > 0 {
		return nil, c.problems, nil
	}
	return s.groupOutcome(ctx, id.UUID, s.db.InTx(ctx, func(tx database.Tx) error {
		old, err := s.lockGroup(ctx, tx, id, "id")
		if err != nil {
			return err
		}
		if err := revision.Check(in.IfRevision, old.UpdatedAt, "group", "ifRevision"); err != nil {
			return err
		}
		g := *old
		g.apply(&checker{}, in)
		g.UpdatedAt = revision.Next(s.clock.Now(), old.UpdatedAt)
		if err := updateGroup(ctx, tx, &g); err != nil {
			return err
		}
		return s.record(ctx, tx, "customer_group.updated", &g, map[string]any{"before": old.fields(), "after": g.fields()})
	}))
}

// DeleteGroup deletes a group. Its customers stay.
func (s *Service) DeleteGroup(ctx context.Context, id gid.ID) (fault.Problems, error) {
	return problemsOf(s.db.InTx(ctx, func(tx database.Tx) error {
		g, err := s.lockGroup(ctx, tx, id, "id")
		if err != nil {
			return err
		}
		if err := dropGroup(ctx, tx, g.ID.UUID); err != nil {
			return err
		}
		return s.record(ctx, tx, "customer_group.deleted", g, map[string]any{"before": g.fields()})
	}))
}

// AddToGroup puts customers into a group: all of them, or none where one does not exist. Who is in it already stays.
func (s *Service) AddToGroup(ctx context.Context, id gid.ID, customers []gid.ID) (*Group, fault.Problems, error) {
	return s.regroup(ctx, id, customers, "customer_group.customers_added", func(tx database.Tx, g uuid.UUID, ids []uuid.UUID) (int, error) {
		return addMembers(ctx, tx, g, ids, s.newID, s.clock.Now())
	})
}

// RemoveFromGroup takes customers out of a group. Who is not in it stays out.
func (s *Service) RemoveFromGroup(ctx context.Context, id gid.ID, customers []gid.ID) (*Group, fault.Problems, error) {
	return s.regroup(ctx, id, customers, "customer_group.customers_removed", func(tx database.Tx, g uuid.UUID, ids []uuid.UUID) (int, error) {
		n, err := removeMembers(ctx, tx, g, ids)
		return -n, err
	})
}

// regroup changes who is in a group. Customers are locked before their group, as where one is deleted.
func (s *Service) regroup(ctx context.Context, id gid.ID, customers []gid.ID, action string, f func(tx database.Tx, g uuid.UUID, ids []uuid.UUID) (int, error)) (*Group, fault.Problems, error) {
	if len(customers) > MaxGrouped {
		return nil, fault.Problems{{Field: []string{"customerIds"}, Code: CodeTooMany, Message: "At most " + strconv.Itoa(MaxGrouped) + " customers at once."}}, nil
	}
	return s.groupOutcome(ctx, id.UUID, s.db.InTx(ctx, func(tx database.Tx) error {
		ids, err := chosen(ctx, tx, customers)
		if err != nil {
			return err
		}
		g, err := s.lockGroup(ctx, tx, id, "id")
		if err != nil {
			return err
		}
		moved, err := f(tx, g.ID.UUID, ids)
		if err != nil || moved == 0 {
			return err
		}
		if err := countMembers(ctx, tx, g.ID.UUID, moved, revision.Next(s.clock.Now(), g.UpdatedAt)); err != nil {
			return err
		}
		return s.record(ctx, tx, action, g, map[string]any{"customers": customers})
	}))
}

// chosen locks the customers that a call names, and refuses one that is not there.
func chosen(ctx context.Context, tx database.Tx, customers []gid.ID) ([]uuid.UUID, error) {
	ids := make([]uuid.UUID, len(customers))
	for i, c := range customers {
		ids[i] = customerOf(c)
	}
	there, err := shareAccounts(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		if !there[id] {
			return nil, refuse(CodeNotFound, "There is no such customer.", "customerIds", strconv.Itoa(i))
		}
	}
	return ids, nil
}

func (s *Service) lockGroup(ctx context.Context, tx database.Tx, id gid.ID, field string) (*Group, error) {
	if id.Type == GroupType {
		found, err := lockGroup(ctx, tx, id.UUID)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			return found[0], nil
		}
	}
	return nil, refuse(CodeNotFound, "There is no such customer group.", field)
}

// apply puts the parts that are given over a group, and notes what is wrong with them.
func (g *Group) apply(c *checker, in GroupInput) {
	if in.Name != nil {
		if g.Name = c.text(*in.Name, "name", "Name", maxLine); g.Name == "" && len(c.problems) == 0 {
			c.add(CodeBlank, "Name is missing.", "name")
		}
	}
	if in.Handle != nil {
		if g.Handle = *in.Handle; !fault.IsHandle(g.Handle, maxLine) {
			c.add(CodeInvalid, "A handle is lower case letters and digits with single hyphens between them.", "handle")
		}
	}
	if in.Note != nil {
		note := strings.TrimSpace(*in.Note)
		if g.Note = known(note); utf8.RuneCountInString(note) > MaxNote || !utf8.ValidString(note) || strings.ContainsRune(note, 0) {
			c.add(CodeTooLong, "Note is text of at most "+strconv.Itoa(MaxNote)+" characters.", "note")
		}
	}
}

// fields are what the shop's record keeps of a group.
func (g *Group) fields() map[string]any { return map[string]any{"name": g.Name, "handle": g.Handle} }

func (s *Service) record(ctx context.Context, tx database.Tx, action string, g *Group, data any) error {
	if s.audit == nil {
		return nil
	}
	return s.audit.Audit(ctx, tx, action, g.ID.String(), data)
}

// groupOutcome gives the group that a change led to, or the problems for which there was none.
func (s *Service) groupOutcome(ctx context.Context, id uuid.UUID, err error) (*Group, fault.Problems, error) {
	if database.IsUnique(err) {
		return nil, fault.Problems{{Field: []string{"group", "handle"}, Code: CodeTaken, Message: "Another customer group has this handle."}}, nil
	}
	if problems, err := problemsOf(err); err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	found, err := s.Groups(ctx, []uuid.UUID{id})
	if err == nil && found[id] == nil {
		err = fault.New(fault.NotFound, "There is no such customer group.")
	}
	return found[id], nil, err
}

var groupOrder = keyset.Order{Name: "customer-group-id", ID: "id"}

// Groups gives groups by their ids; those that the shop does not have are missing.
func (s *Service) Groups(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Group, error) {
	list, err := groupsByID(ctx, s.db, ids)
	out := make(map[uuid.UUID]*Group, len(list))
	for _, g := range list {
		out[g.ID.UUID] = g
	}
	return out, err
}

// GroupList gives a page of the shop's groups, oldest first. Each word of the query is the beginning of the name or handle.
func (s *Service) GroupList(ctx context.Context, query string, args keyset.Args) (keyset.Page[*Group], error) {
	w, err := args.Window(groupOrder)
	if err != nil {
		return keyset.Page[*Group]{}, err
	}
	if err := keyset.CheckQuery(query); err != nil {
		return keyset.Page[*Group]{}, err
	}
	words := strings.Fields(query)
	if len(words) > maxTerms {
		return keyset.Page[*Group]{}, fault.New(fault.Invalid, "A query has at most %d terms.", maxTerms)
	}
	list, err := listGroups(ctx, s.db, w, words)
	return keyset.Cut(w, list, func(g *Group) (any, uuid.UUID) { return "", g.ID.UUID }), err
}

// GroupsOf gives one page of the groups of each customer, in one statement.
func (s *Service) GroupsOf(ctx context.Context, customers []uuid.UUID, args keyset.Args) (map[uuid.UUID]keyset.Page[*Group], error) {
	w, err := args.Window(groupOrder)
	if err != nil {
		return nil, err
	}
	lists, err := groupPages(ctx, s.db, customers, w)
	out := make(map[uuid.UUID]keyset.Page[*Group], len(customers))
	for _, id := range customers {
		out[id] = keyset.Cut(w, lists[id], func(g *Group) (any, uuid.UUID) { return "", g.ID.UUID })
	}
	return out, err
}

// InGroups gives one page of the customers of each group, in the order in which they were opened, in one statement.
func (s *Service) InGroups(ctx context.Context, groups []uuid.UUID, args keyset.Args) (map[uuid.UUID]keyset.Page[*Customer], error) {
	w, err := args.Window(listOrder)
	if err != nil {
		return nil, err
	}
	lists, err := memberPages(ctx, s.db, groups, w)
	out := make(map[uuid.UUID]keyset.Page[*Customer], len(groups))
	for _, id := range groups {
		out[id] = keyset.Cut(w, lists[id], func(c *Customer) (any, uuid.UUID) { return "", c.ID.UUID })
	}
	return out, err
}
