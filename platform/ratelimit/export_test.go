package ratelimit

// Waiting is how many requests wait for the trip that is under way to come back.
func (r *Redis) Waiting() int {
	r.trips.mu.Lock()
	defer r.trips.mu.Unlock()
	return len(r.trips.queue)
}
