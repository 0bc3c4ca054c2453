package database

import "strings"

var like = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// Like is a text as it stands in the pattern of a LIKE ... ESCAPE '!', where it means nothing but itself.
func Like(text string) string { return like.Replace(text) }
