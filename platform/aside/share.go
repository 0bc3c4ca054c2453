package aside

import "bytes"

// Channel joins the caches of one name in all processes of a deployment: what is told is heard by each of them. Hear is
// called for every message until the process ends; tell must be quick and must not fail loudly, because who changed
// something has done so already.
type Channel func(name string, hear func(message []byte)) (tell func(message []byte))

// Share has a cache tell the others of its name what it drops, and drop what they tell. Messages are keys, written and
// read by the two functions; an empty one means all keys. It must be called before the cache is used.
func (a *Cache[K, V]) Share(over Channel, name string, write func(K) []byte, read func([]byte) (K, bool)) {
	if over == nil {
		return
	}
	a.write = write
	a.tell = over(name, func(message []byte) {
		if a.shelf != nil && bytes.Equal(message, couldNot) {
			a.shelf.owed.Store(true)
			return
		}
		if key, ok := read(message); ok {
			a.drop(key)
			return
		}
		a.flush()
	})
}
