package graph

import (
	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"

	iam "github.com/rialtohq/rialto/commerce/access"
)

// maxParties bounds how many of those who ask are remembered by their names.
const maxParties = 10_000

// parties remember how those who ask are called in logs and in the keys of buckets, so that it is not put together for each
// request.
type parties struct{ kept *otter.Cache[partyID, *party] }

// partyID is what the names follow from.
type partyID struct {
	kind     iam.Kind
	shop, id uuid.UUID
}

// party are the names of somebody who asks.
type party struct {
	shop, label string
	// place begins the keys of all buckets of the shop; own and common are the keys of the party's bucket and the shop's.
	place, own, common string
}

func newParties() parties {
	return parties{otter.Must(&otter.Options[partyID, *party]{MaximumSize: maxParties})}
}

func (p parties) of(by iam.Actor) *party {
	id := partyID{by.Kind, by.Shop, by.ID}
	if known, ok := p.kept.GetIfPresent(id); ok {
		return known
	}
	named := nameParty(by)
	p.kept.Set(id, named)
	return named
}

// nameParty puts the names together. All buckets of a request lie in one place of a Redis Cluster: that of the shop.
func nameParty(by iam.Actor) *party {
	n := &party{shop: by.Shop.String(), label: by.Label()}
	n.place = "{" + n.shop + "}:"
	n.own, n.common = n.place+n.label, n.place+shopLayer
	return n
}
