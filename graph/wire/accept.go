package wire

import (
	"mime"
	"strconv"
	"strings"
)

// The two media types of an answer.
const (
	mediaGraphQL = "application/graphql-response+json"
	mediaJSON    = "application/json"
)

// accepted chooses the media type of the answer by the Accept headers: the one with the higher weight, the GraphQL type
// where both weigh the same, JSON where only a wildcard or nothing is said. It is false when neither is acceptable.
//
// A named type beats a wildcard, also with weight 0 (RFC 9110, 12.5.1). Streams are not offered here, so a request that
// accepts text/event-stream and JSON gets JSON, and one that accepts nothing else is refused.
func accepted(headers []string) (string, bool) {
	if len(headers) == 0 {
		return mediaJSON, true
	}
	if len(headers) == 1 { // what nearly every client sends
		switch headers[0] {
		case "", "*/*", mediaJSON:
			return mediaJSON, true
		case mediaGraphQL:
			return mediaGraphQL, true
		}
	}
	const unsaid = -1
	graphql, plain, wildcard := float64(unsaid), float64(unsaid), float64(unsaid)
	for _, header := range headers {
		for item := range strings.SplitSeq(header, ",") {
			media, weight, ok := acceptItem(item)
			if !ok {
				continue
			}
			switch media {
			case mediaGraphQL:
				graphql = max(graphql, weight)
			case mediaJSON:
				plain = max(plain, weight)
			case "*/*", "application/*":
				wildcard = max(wildcard, weight)
			}
		}
	}
	if plain == unsaid {
		plain = wildcard
	}
	switch {
	case graphql > 0 && graphql >= plain:
		return mediaGraphQL, true
	case plain > 0:
		return mediaJSON, true
	case graphql == unsaid && wildcard > 0: // everything but JSON
		return mediaGraphQL, true
	}
	return "", false
}

// acceptItem reads one item of an Accept header. It is false for an item that cannot be read, or that asks for another
// encoding of characters than UTF-8.
func acceptItem(item string) (media string, weight float64, ok bool) {
	item = strings.TrimSpace(item)
	if item == "" {
		return "", 0, false
	}
	media, params, err := mime.ParseMediaType(item)
	if err != nil || !isUTF8(params["charset"]) {
		return "", 0, false
	}
	weight = 1
	if q, said := params["q"]; said {
		weight, err = strconv.ParseFloat(q, 64)
		if err != nil || !(weight >= 0 && weight <= 1) {
			return "", 0, false
		}
	}
	return media, weight, true
}

// isUTF8 reports whether the name of an encoding of characters, or its absence, means UTF-8.
func isUTF8(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}
