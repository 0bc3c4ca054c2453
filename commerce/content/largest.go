package content

import "context"

// LargestMenu is how many items stand below one another at most: in a menu on its first level, or below one of its items.
func (s *Service) LargestMenu(ctx context.Context) (int, error) { return largestMenu(ctx, s.db) }
