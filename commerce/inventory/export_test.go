package inventory

// Asking is how many refs are being answered, or wait for it.
func (s *Service) Asking() int { return s.queue.Asking() }
