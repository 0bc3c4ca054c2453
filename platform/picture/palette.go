package picture

import (
	"image/color"
	"strings"
)

// palette holds the color of every tone of one picture.
type palette struct {
	tones    map[string]color.RGBA
	wall     [2]color.RGBA // from the top to the floor
	floor    [2]color.RGBA
	shadow   color.RGBA
	fadeTo   color.RGBA
	fadeRate float64
}

// tones are the names that a layer may give its color.
var tones = map[string]bool{}

// fixedTones do not depend on the color of the thing.
var fixedTones = map[string]color.RGBA{
	"wood": rgb(0xC9965F), "woodd": rgb(0x9A6B41), "metal": rgb(0xC9A45C), "metald": rgb(0x8A8478), "steel": rgb(0xC6CBD0),
	"white": rgb(0xFBF7F0), "black": rgb(0x2C2A2B), "paper": rgb(0xF3EADB), "leather": rgb(0x8F5A38), "coffee": rgb(0x4F3323),
	"leaf": rgb(0x5B8C5A), "leafd": rgb(0x3E6B4B), "leafl": rgb(0x86AE74), "flame": rgb(0xF0B24A), "bg": rgb(0xEFE6D8),
	"glow": {0xFF, 0xDD, 0x8E, 0x9C}, "shine": {0xFF, 0xFF, 0xFF, 0x4A}, "glassy": rgb(0xDCE8EA),
	"clear": {0xE6, 0xF2, 0xF2, 0x78}, "glass": {0xFF, 0xF3, 0xD2, 0x9A}, "line": {0x1E, 0x18, 0x14, 0x46},
}

func init() {
	for name := range fixedTones {
		tones[name] = true
	}
	for _, name := range [...]string{"base", "light", "dark", "deep", "accent", "tint"} {
		tones[name] = true
	}
}

func rgb(v uint32) color.RGBA { return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 0xFF} }

// colorWords are tried in this order, so that "black oak" is black and "oak" is oak.
var colorWords = []struct {
	word  string
	color color.RGBA
}{
	{"black", rgb(0x3B3A3D)}, {"charcoal", rgb(0x55565B)}, {"smoked", rgb(0x6E533F)}, {"smoke", rgb(0x8B8C8E)}, {"white", rgb(0xF1EBE0)},
	{"ivory", rgb(0xEFE5D0)}, {"cream", rgb(0xF0E4CB)}, {"oat", rgb(0xDCCBB0)}, {"sand", rgb(0xD9BF95)}, {"camel", rgb(0xBE8F5C)},
	{"cognac", rgb(0xA5633A)}, {"sage", rgb(0x9DB092)}, {"moss", rgb(0x77804C)}, {"olive green", rgb(0x737346)}, {"forest", rgb(0x3F6650)},
	{"green", rgb(0x5E8A66)}, {"indigo", rgb(0x3E4A7A)}, {"navy", rgb(0x33415F)}, {"slate blue", rgb(0x64809A)}, {"sky", rgb(0xA6C4DB)},
	{"sea", rgb(0x4C8A96)}, {"blue", rgb(0x5C86AE)}, {"steel", rgb(0xB9BFC4)}, {"galvanized", rgb(0xADB4B6)}, {"titanium", rgb(0xB4B8BC)},
	{"mustard", rgb(0xD8A53D)}, {"ochre", rgb(0xCE9A42)}, {"amber", rgb(0xD98E33)}, {"yellow", rgb(0xE2B84F)}, {"rust", rgb(0xB75F3B)},
	{"terracotta", rgb(0xC5714E)}, {"orange", rgb(0xDC8645)}, {"burgundy", rgb(0x7F3340)}, {"rose", rgb(0xD59C97)}, {"red", rgb(0xBF4740)},
	{"copper", rgb(0xC67C52)}, {"brass", rgb(0xC9A24C)}, {"walnut", rgb(0x7B5438)}, {"olive wood", rgb(0xAF8552)}, {"lavender", rgb(0x9C8FB8)},
	{"cast iron", rgb(0x46464A)}, {"carbon steel", rgb(0x56575B)}, {"leather", rgb(0xA5633A)}, {"mixed", rgb(0xD88C5A)},
	{"natural oak", rgb(0xCF9F66)}, {"oak", rgb(0xC99760)}, {"ash", rgb(0xDCC09A)}, {"birch", rgb(0xDEC6A0)}, {"beech", rgb(0xD3A577)},
	{"natural", rgb(0xDCC7A2)}, {"linen", rgb(0xDCCDB4)}, {"wooden", rgb(0xCF9F66)}, {"clear", rgb(0xBFD8D8)}, {"beeswax", rgb(0xE0AE4A)},
	{"seagrass", rgb(0xC3A469)}, {"willow", rgb(0xA9783F)}, {"bamboo", rgb(0xD7B271)}, {"straw", rgb(0xDDBF7D)}, {"sheepskin", rgb(0xEFE6D6)},
	{"fig", rgb(0x8FA07A)}, {"cedar", rgb(0x9C6B4E)}, {"rosemary", rgb(0x94A583)}, {"graphite", rgb(0x55565B)}, {"clay", rgb(0xB4764F)},
	{"cork", rgb(0xC79D6B)}, {"juniper", rgb(0x77804C)}, {"cardboard", rgb(0xC39B6B)},
}

// defaults are for things whose label names no color.
var defaults = []color.RGBA{
	rgb(0x3F6650), rgb(0xB75F3B), rgb(0x64809A), rgb(0xD8A53D), rgb(0x7F3340), rgb(0x9DB092), rgb(0x3E4A7A), rgb(0xC5714E), rgb(0x4C8A96),
}

// accents go with anything on their wall.
var accents = []color.RGBA{rgb(0xC5714E), rgb(0x4C7A86), rgb(0xD8A53D), rgb(0x6B7F5C), rgb(0x8C4A4A), rgb(0x44557F)}

// walls are pairs of wall and floor, light enough for anything to stand before them.
var walls = []struct{ top, bottom, floor uint32 }{
	{0xF4E9DA, 0xEAD9C3, 0xDCC4A6}, {0xE6EBE4, 0xD3DDD2, 0xBFCBBB}, {0xF3E2D8, 0xE9CDBF, 0xD9B5A3}, {0xE3E9EE, 0xCFDAE3, 0xB8C6D2},
	{0xF3ECD6, 0xE7DAB4, 0xD5C391}, {0xECE6EC, 0xDCD1DD, 0xC6B8C9}, {0xEFEDE8, 0xDEDAD2, 0xC8C1B5}, {0xDDE9E6, 0xC5DAD6, 0xA9C5C0},
}

// choosePalette decides all colors of a picture: the thing's own by folder, the room's by the whole seed.
func choosePalette(words labelWords, folder, seed string) palette {
	base, named := namedColor(words)
	if !named {
		base = defaults[chance(folder, "color", len(defaults))]
	}
	accent := accents[chance(folder, "accent", len(accents))]
	for i := 0; distance(accent, base) < 90 && i < len(accents); i++ {
		accent = accents[(chance(folder, "accent", len(accents))+i+1)%len(accents)]
	}
	first := chance(folder, "wall", len(walls)) + chance(seed, "wall", 3)
	room := walls[first%len(walls)]
	for i := 1; distance(rgb(room.bottom), base) < 70 && i < len(walls); i++ {
		room = walls[(first+i)%len(walls)]
	}
	ink := rgb(0x2A1F1A)
	p := palette{
		tones: map[string]color.RGBA{
			"base": base, "light": mix(base, rgb(0xFFFFFF), 0.24), "dark": mix(base, ink, 0.24), "deep": mix(base, ink, 0.58),
			"accent": accent, "tint": withAlpha(base, 0x96),
		},
		wall:   [2]color.RGBA{rgb(room.top), rgb(room.bottom)},
		floor:  [2]color.RGBA{mix(rgb(room.floor), rgb(room.bottom), 0.35), rgb(room.floor)},
		shadow: color.RGBA{0x3A, 0x2A, 0x20, 0x78},
	}
	p.fadeTo = p.wall[1]
	for name, c := range fixedTones {
		p.tones[name] = c
	}
	p.tones["bg"] = p.wall[1]
	if words.wooden() {
		p.tones["wood"], p.tones["woodd"] = base, p.tones["dark"]
	}
	return p
}

// namedColor finds the color that a label names, first after "in", then anywhere.
func namedColor(words labelWords) (color.RGBA, bool) {
	for _, text := range [...]string{words.choice, words.thing} {
		for _, c := range colorWords {
			if text != "" && strings.Contains(" "+text+" ", " "+c.word+" ") {
				return c.color, true
			}
		}
	}
	return color.RGBA{}, false
}

// shade gives the two ends of a layer's gradient.
func (p palette) shade(tone string) (from, to color.RGBA) {
	c := p.tones[tone]
	if p.fadeRate > 0 {
		c = mix(c, withAlpha(p.fadeTo, c.A), p.fadeRate)
	}
	if c.A < 0xFF {
		return c, c
	}
	return mix(c, rgb(0xFFFFFF), 0.1), mix(c, rgb(0x33241C), 0.12)
}

func (p palette) faded(rate float64) palette {
	p.fadeRate = rate
	p.shadow = withAlpha(p.shadow, uint8(float64(p.shadow.A)*(1-rate)))
	return p
}

func withAlpha(c color.RGBA, a uint8) color.RGBA {
	c.A = a
	return c
}

// distance is how far apart two colors look, roughly, from 0 to 765.
func distance(a, b color.RGBA) int {
	d := func(x, y uint8) int { return max(int(x), int(y)) - min(int(x), int(y)) }
	return d(a.R, b.R) + d(a.G, b.G) + d(a.B, b.B)
}

// chance picks one of n by words: the same words, the same pick.
func chance(seed, what string, n int) int {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	h := uint64(offset)
	for _, text := range [...]string{seed, "\x00", what} {
		for i := range len(text) {
			h = (h ^ uint64(text[i])) * prime
		}
	}
	h ^= h >> 32 // the low bits of FNV alone follow the last letters too closely
	h *= 0x9E3779B97F4A7C15
	return int((h >> 33) % uint64(n))
}
