package generation

import (
	"encoding/binary"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/google/uuid"
)

// fine is how many tags of single things a shop has.
const fine = 4096

// mark begins a tag of things, and ends the tag of a sort of which it is not known which things changed.
const mark = "#"

// Rows are the tags of some things of a sort: who changes things tells of these and of the sort, who read them depends on these
// and on [Unknown] of the sort.
func Rows(sort string, ids []uuid.UUID) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		out = append(out, mark+strconv.FormatUint(uint64(spread(sort, id)), 36))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Unknown is the tag of changes of a sort of which it is not known which things they changed: who makes one tells of it beside the sort.
func Unknown(sort string) string { return sort + mark }

// IsSort reports whether a tag is of all things of a sort.
func IsSort(tag string) bool { return tag != "" && !strings.Contains(tag, mark) }

// Sorts are the sorts of things that some tags are of, in the order of the alphabet. Tags of things name none.
func Sorts(tags []string) []string {
	out := make([]string, 0, len(tags))
	for _, tag := range tags {
		if tag = strings.TrimSuffix(tag, mark); IsSort(tag) {
			out = append(out, tag)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// spread gives each thing one of the tags. Ids that were made one after the other differ in their last bits.
func spread(sort string, id uuid.UUID) uint16 {
	h := binary.BigEndian.Uint64(id[8:]) ^ binary.BigEndian.Uint64(id[:8])
	for _, c := range []byte(sort) {
		h = (h ^ uint64(c)) * 0x100000001b3 // as FNV-1a goes on
	}
	h ^= h >> 32
	h *= 0x9e3779b97f4a7c15
	return uint16(h >> 52) //nolint:gosec // twelve bits: one of [fine]
}

// rowOf is the number of a tag of things.
func rowOf(tag string) (n uint64, ok bool) {
	if len(tag) < 2 || tag[0] != mark[0] {
		return 0, false
	}
	n, err := strconv.ParseUint(tag[1:], 36, 16)
	return n % fine, err == nil
}

// rows are the moments of the tags of things, in parts that are there once one of their tags changes.
type rows [fine / chunk]atomic.Pointer[[chunk]atomic.Int64]

const chunk = 64

func (r *rows) at(n uint64) int64 {
	if part := r[n/chunk].Load(); part != nil {
		return part[n%chunk].Load()
	}
	return 0
}

func (r *rows) set(n uint64, at int64) {
	part := r[n/chunk].Load()
	for part == nil {
		r[n/chunk].CompareAndSwap(nil, new([chunk]atomic.Int64))
		part = r[n/chunk].Load()
	}
	for old := part[n%chunk].Load(); old < at && !part[n%chunk].CompareAndSwap(old, at); old = part[n%chunk].Load() {
	}
}

// grow takes in later moments: those of things here, those of sorts in a copy of what is known of them.
func (r *rows) grow(known, later map[string]int64) map[string]int64 {
	out, copied := known, false
	for tag, at := range later {
		if n, ok := rowOf(tag); ok {
			r.set(n, at)
			continue
		}
		if at <= out[tag] {
			continue
		}
		if !copied {
			out, copied = make(map[string]int64, len(known)+len(later)), true
			maps.Copy(out, known)
		}
		out[tag] = at
	}
	return out
}

// of is the moment of the last change under a tag.
func (n *numbers) of(tag string) int64 {
	if row, ok := rowOf(tag); ok {
		return n.rows.at(row)
	}
	return n.tags[tag]
}
