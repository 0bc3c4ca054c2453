package app

import "syscall"

// umask makes new files readable to their owner only until the function it gives is called.
func umask() func() {
	old := syscall.Umask(0o177)
	return func() { syscall.Umask(old) }
}
