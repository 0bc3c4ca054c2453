package app

// consumers lists what reacts to events.
func (a *App) consumers() {
}
