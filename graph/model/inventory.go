package model

import (
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/platform/gid"
)

// InventoryItem is the stocked side of a variant: one for each, under the same uuid.
type InventoryItem struct {
	Variant *catalog.Variant
}

// ID is the item's id.
func (i *InventoryItem) ID() gid.ID { return gid.New("InventoryItem", i.Variant.ID.UUID) }

// Sku is the variant's stock keeping unit.
func (i *InventoryItem) Sku() *string { return i.Variant.SKU }

// Tracked says whether stock is counted.
func (i *InventoryItem) Tracked() bool { return i.Variant.Tracked }
