package picture

import (
	"strings"
	"unicode"
)

// view is how a label wants its thing shown.
type view int

const (
	viewFront view = iota
	viewClose
	viewHome
	viewOutside
	viewWide
)

// labelWords is what a label says, in lower case without punctuation.
type labelWords struct {
	thing  string // what it is called
	choice string // what stands after "in", such as a color
	shape  string
	view   view
}

// kinds maps words and pairs of words to silhouettes. Words that name their silhouette need no entry.
var kinds = map[string]string{
	"folding beech chair": "folding-chair", "camp chair": "camp-chair", "coffee table": "coffee-table", "daybed": "sofa", "couch": "sofa",
	"floor lamp": "floor-lamp", "reading lamp": "reading-lamp", "desk lamp": "reading-lamp", "shade": "globe", "runner": "rug", "throw": "blanket",
	"duvet": "blanket", "bedspread": "blanket", "quilt": "blanket", "tablecloth": "blanket", "towel": "towel", "leaning mirror": "tall-mirror",
	"mantel clock": "mantel-clock", "glass vase": "glass-vase", "pillar candle": "pillar", "cup": "mug", "travel cup": "travel-cup",
	"mixing bowl": "bowls", "skillet": "pan", "milk pan": "saucepan", "casserole": "pot", "cook set": "pot", "cutting board": "board",
	"bread board": "round-board", "gooseneck": "gooseneck", "gooseneck kettle": "gooseneck", "french press": "press", "tumbler": "glass",
	"soft flask": "soft-flask", "daypack": "backpack", "hip pack": "hip-pack", "dry bag": "dry-bag", "shelter": "tarp",
	"sleeping bag": "sleeping-bag", "sun hat": "sun-hat", "hat": "sun-hat", "tee": "t-shirt", "sailor tee": "striped", "crew neck": "sweater",
	"shell": "rain-shell", "pocket notebook": "notebooks", "sketchbook": "notebook", "ballpoint": "pen", "fountain pen": "fountain-pen",
	"shears": "scissors", "houseplant": "plant", "pothos": "pothos", "snake plant": "snake-plant", "herb": "herbs", "olive tree": "tree",
	"terracotta pot": "planter", "plant pot": "planter", "hanging planter": "hanging-planter", "watering can": "watering-can",
	"picnic basket": "picnic", "soap bar": "soap", "bath salt": "bath-jar", "salt": "bath-jar", "bath tray": "bath-tray", "teapot": "teapot",
	"building block": "blocks", "block": "blocks", "playing card": "cards", "card": "cards", "bookcase": "bookcase", "shelf": "bookcase",
	"bookshelf": "bookcase", "armchair": "armchair", "bag": "bag", "ledge": "ledge", "candlestick": "candlestick", "paper": "letter",
	"furniture": "armchair", "kitchen": "pot", "lighting": "pendant", "outdoor": "tent", "apparel": "sweater", "stationery": "notebook",
	"garden": "planter", "plant": "plant", "candlelight": "pillar", "gift": "box", "heirloom": "mantel-clock", "housewarming": "box",
	"space": "folding-chair", "weekend": "duffel", "bestseller": "mug", "counter": "box", "things linen": "cushion", "future heirloom": "mantel-clock",
	"long weekend": "duffel", "small space": "folding-chair", "plate": "plate", "box": "box",
}

// floating are silhouettes that hang or lie flat, and cast no shadow on a floor.
var floating = map[string]bool{
	"pendant": true, "globe": true, "mirror": true, "clock": true, "ledge": true, "rack": true, "hanging-planter": true, "rug": true,
	"towel": true, "apron": true, "t-shirt": true, "striped": true, "shirt": true, "sweater": true, "fleece": true, "jacket": true,
	"rain-shell": true, "vest": true, "scarf": true, "neckerchief": true, "knife": true, "spork": true, "pen": true, "fountain-pen": true,
	"pencil": true, "scissors": true, "trowel": true, "bathrobe": true, "sock": true, "letter": true, "planner": true, "board": true,
	"round-board": true, "mitt": true, "sleeping-bag": true, "cards": true,
}

// parseLabel takes a label apart. What it does not know becomes a box: a parcel is never wrong.
func parseLabel(label string) labelWords {
	text, kind := strings.ToLower(label), ""
	if before, after, found := strings.Cut(text, "("); found {
		inner, rest, _ := strings.Cut(after, ")")
		text, kind = before+rest, inner
	}
	w := labelWords{}
	switch {
	case strings.Contains(text, "close up"):
		w.view = viewClose
	case strings.Contains(text, "at home"):
		w.view = viewHome
	case strings.Contains(text, "out of doors"):
		w.view = viewOutside
	case strings.Contains(text, "collection"):
		w.view = viewWide
	}
	for _, end := range [...]string{", close up", " close up", " at home", " out of doors", " collection"} {
		text, _, _ = strings.Cut(text, end)
	}
	thing, choice, _ := strings.Cut(text, " in ")
	w.thing, w.choice = plain(thing), plain(choice)
	head, _, _ := strings.Cut(w.thing, " with ")
	for _, candidate := range [...]string{plain(kind), head} {
		if w.shape = shapeOf(strings.Fields(candidate)); w.shape != "" {
			return w
		}
	}
	w.shape = "box"
	return w
}

// shapeOf looks from the last word back for the longest name that is known.
func shapeOf(words []string) string {
	for end := len(words); end > 0; end-- {
		for start := max(end-3, 0); start < end; start++ {
			name := strings.Join(words[start:end], " ")
			for _, form := range [...]string{name, strings.TrimSuffix(name, "s")} {
				if shape := kinds[form]; shape != "" {
					return shape
				}
				if hyphened := strings.ReplaceAll(form, " ", "-"); shapes()[hyphened] != nil {
					return hyphened
				}
			}
		}
	}
	return ""
}

// plain keeps letters, digits, hyphens and single spaces.
func plain(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-'
	}), " ")
}

// wooden tells that the color of the thing is that of its wood.
func (w labelWords) wooden() bool {
	for _, text := range [...]string{w.choice, w.thing} {
		for word := range strings.FieldsSeq(text) {
			switch word {
			case "oak", "walnut", "ash", "birch", "beech", "pine", "wood", "wooden":
				return true
			}
		}
	}
	return false
}

func (w labelWords) floats() bool { return floating[w.shape] || w.view == viewClose }
