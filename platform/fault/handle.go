package fault

import "regexp"

var handle = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// IsHandle reports whether a text can name something in addresses and on the command line: small letters and digits with single
// dashes between them, at most so many.
func IsHandle(s string, most int) bool { return len(s) <= most && handle.MatchString(s) }
