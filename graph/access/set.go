package access

import (
	"iter"
	"math/bits"
)

// set holds object types by their ids, one bit each. Methods that combine expect sets of one size; nil is empty.
type set []uint64

func newSet(size int) set { return make(set, (size+63)/64) }

func (s set) add(id int) { s[id/64] |= 1 << (id % 64) }

func (s set) has(id int) bool { return id/64 < len(s) && s[id/64]&(1<<(id%64)) != 0 }

func (s set) empty() bool {
	for _, word := range s {
		if word != 0 {
			return false
		}
	}
	return true
}

// and gives what is in both.
func (s set) and(other set) set {
	both := make(set, len(s))
	for i, word := range other {
		both[i] = s[i] & word
	}
	return both
}

// take moves those of other that s lacks into s, and gives them.
func (s set) take(other set) set {
	fresh := make(set, len(s))
	for i, word := range other {
		fresh[i] = word &^ s[i]
		s[i] |= word
	}
	return fresh
}

func (s set) union(other set) {
	for i, word := range other {
		s[i] |= word
	}
}

// all gives the ids in ascending order.
func (s set) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, word := range s {
			for ; word != 0; word &= word - 1 {
				if !yield(i*64 + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}
