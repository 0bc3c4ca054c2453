package wire

import "sync"

const (
	// usualBuffer is how large a buffer is at first, largeBuffer the size from which on it is not kept.
	usualBuffer = 32 << 10
	largeBuffer = 512 << 10
)

// buffers are for texts that nobody needs any more once a request was read, or answered.
var buffers = pool{sync.Pool{New: func() any { b := make([]byte, 0, usualBuffer); return &b }}}

type pool struct{ of sync.Pool }

func (p *pool) take() *[]byte { return p.of.Get().(*[]byte) } //nolint:forcetypeassert // nothing else is put there

func (p *pool) giveBack(b *[]byte) {
	if cap(*b) <= largeBuffer {
		*b = (*b)[:0]
		p.of.Put(b)
	}
}
