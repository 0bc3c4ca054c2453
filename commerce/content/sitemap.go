package content

import "context"

// Listed reads the pages that shoppers see, oldest first, from a place of that order on, which counts from 0. It is the same
// for every viewer: a sitemap is public.
func (s *Service) Listed(ctx context.Context, from, most int64) ([]*Page, error) {
	return pagesListed(ctx, s.db, s.clock.Now(), from, most)
}

// CountListed counts the pages that shoppers see.
func (s *Service) CountListed(ctx context.Context) (int64, error) {
	return countListed(ctx, s.db, s.clock.Now())
}
