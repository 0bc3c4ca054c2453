package cached

// Name is the key of an entry in Redis, LeaseName that of the lease of who makes it.
func (s *Store) Name(key Key) string      { return s.remote.name(key) }
func (s *Store) LeaseName(key Key) string { return s.remote.name(key) + ":lease" }

// CleanUp drops at once what is to be dropped.
func (s *Store) CleanUp() { s.memory.CleanUp() }

// Idle waits until nothing is made anew any more.
func (s *Store) Idle() {
	for range refreshers {
		s.refreshing <- struct{}{}
	}
	for range refreshers {
		<-s.refreshing
	}
}
