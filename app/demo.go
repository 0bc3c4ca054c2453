package app

import "context"

func (a *App) demo(ctx context.Context) error { return nil }
