package app

// share joins caches of one name in all processes of the deployment over the bus. Who does not hear what was changed
// believes what it remembers for some seconds more.
func (a *App) share(name string, hear func(message []byte)) func(message []byte) {
	topic := "cache." + name
	if err := a.bus.Hear(topic, hear); err != nil {
		a.Log.Warn("what other processes change is not heard of", "cache", name, "error", err)
	}
	return func(message []byte) {
		if err := a.bus.Tell(topic, message); err != nil {
			a.Log.Warn("other processes were not told of a change", "cache", name, "error", err)
		}
	}
}
