package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/graph/cached"
	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/generation"
	"github.com/rialtohq/rialto/platform/outbox"
)

// changedSubject is the event of a change to tables that answers are made of. It repeats what the process that made the change
// tells by itself, in case it ended before it could.
const (
	changedSubject  = "cache.changed"
	changedConsumer = "cache"
)

// openCache makes what keeps answers, where any are kept, and what remembers look-ups, and has the database tell of what changes.
func (a *App) openCache() {
	prefix := "rialto:" + a.config.BusName + ":"
	patience := cmp.Or(a.config.CachePatience, 50*time.Millisecond)
	g := generation.Config{Patience: patience, Prefix: prefix, Clock: a.Clock, Log: a.Log, Share: a.share, OnChange: a.forgetShop}
	if a.redis != nil {
		g.Client = a.redis
	}
	a.generations = generation.New(g)
	a.lookups = cached.NewLookups(a.generations, a.Clock)
	a.DB.Watch(database.Watch{Tables: cached.Tables, Committing: a.changing, Committed: a.changed})
	if a.config.Cache == "off" {
		return
	}
	c := cached.Config{Clock: a.Clock, Bytes: a.config.cacheBytes(), Generations: a.generations, Observe: func(r cached.Result) { a.tel.Metrics.Cache("answers", string(r)) }}
	if a.redis != nil {
		c.Remote = cached.NewRemote(cached.RemoteConfig{Patience: patience, Client: a.redis, Prefix: prefix, Secret: a.config.Secret, Clock: a.Clock, Log: a.Log})
	}
	a.cache = cached.New(c)
	if a.config.DatabaseURL != "" { // elsewhere nobody else remembers anything
		a.quiet.Add("consumer "+changedConsumer, a.bus.Consumer(bus.ConsumerConfig{Name: changedConsumer, Subjects: []string{changedSubject}}, a.repeat))
	}
}

// forgetShop drops what is remembered of a shop's settings, where they changed here or in another process.
func (a *App) forgetShop(shop uuid.UUID, tags []string) {
	for _, tag := range tags {
		if (tag == generation.Everything || tag == "shop" || tag == "market") && a.Shops != nil {
			a.Shops.Forget(shop)
			return
		}
	}
}

// changing finds the shops of what a transaction changes, and where others could miss it, writes it down in the transaction.
func (a *App) changing(ctx context.Context, tx database.Tx, written database.Written) error {
	if all, ok := written[uuid.Nil]; ok {
		if err := everywhere(ctx, tx, written, all); err != nil {
			return err
		}
	}
	if a.config.DatabaseURL == "" || a.cache == nil { // a look-up is soon too old by itself
		return nil
	}
	events := make([]outbox.Event, 0, len(written))
	for shop, c := range written {
		events = append(events, outbox.Event{ID: c.ID, Type: changedSubject, Shop: shop, Payload: cached.WrittenTags(c)})
	}
	return a.outbox.AppendTx(database.AllShops(ctx), tx, events...)
}

// everywhere puts what was changed for no one shop in the place of a change of each.
func everywhere(ctx context.Context, q database.Querier, written database.Written, all database.Change) error {
	rows, err := q.SysQuery(database.AllShops(ctx), "SELECT id FROM shop")
	shops, err := database.IDs(rows, err)
	if err != nil {
		return err
	}
	for _, shop := range shops {
		one, ok := written[shop]
		if !ok {
			one.ID = uuid.Must(uuid.NewV7())
		}
		one.Tables = append(one.Tables, all.Tables...)
		for _, table := range all.Tables { // which rows of a shop it changed is not known
			delete(one.Rows, table)
		}
		written[shop] = one
	}
	delete(written, uuid.Nil)
	return nil
}

// changed has nothing believed that was read before a change that was committed.
func (a *App) changed(ctx context.Context, written database.Written) {
	for shop, c := range written {
		tags := cached.WrittenTags(c)
		generation.Note(ctx, a.generations.Changed(shop, c.ID.String(), tags...), shop, tags...)
	}
}

// repeat tells once more of a change, in case the process that made it ended before it could.
func (a *App) repeat(_ context.Context, m bus.Message) error {
	var tags []string
	if err := json.Unmarshal(m.Payload, &tags); err != nil {
		return bus.Permanent(fmt.Errorf("payload of %s %s: %w", m.Subject, m.ID, err))
	}
	a.generations.Changed(m.Shop, m.ID, tags...)
	return nil
}

// cacheBytes is how much memory answers may take; less than zero where they take none. The setting was checked.
func (c Config) cacheBytes() int {
	if c.CacheMB == "0" {
		return -1
	}
	n, _ := strconv.Atoi(c.CacheMB)
	return n << 20
}

// PurgeCache has the kept answers of a shop made anew, in all processes: those that some tables were read for, or all where none
// is named; whoever asked for it is given none of them. Fails for a table that no answer is made of.
func (a *App) PurgeCache(ctx context.Context, shop uuid.UUID, tables ...string) error {
	for _, t := range tables {
		if !slices.Contains(cached.Tables, t) {
			return fault.New(fault.Invalid, "no kept answer is made of %q; there are: %s", t, strings.Join(cached.Tables, ", "))
		}
	}
	tags := []string{generation.Everything}
	if len(tables) > 0 {
		tags = cached.WrittenTags(database.Change{Tables: tables})
	}
	generation.Note(ctx, a.generations.Changed(shop, "", tags...), shop, tags...)
	a.Log.InfoContext(ctx, "kept answers are made anew", "shop", shop, "tables", tables)
	return nil
}
