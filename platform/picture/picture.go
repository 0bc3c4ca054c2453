// Package picture draws and transforms pictures, in pure functions.
//
// [Draw] makes a picture of a thing from nothing but words: the same words give the same picture, always (between
// kinds of processors a color may be off by one, where they round differently).
// [Transform] cuts and shrinks a picture that somebody else made, and refuses one that would take too much memory.
//
// It stores nothing and knows nothing of products: who keeps pictures, and under which names, is decided elsewhere.
package picture

import (
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math"
	"strings"
)

// MaxSide is the longest side in pixels that [Draw] draws; larger wishes are cut to it.
const MaxSide = 4096

// jpegQuality keeps gradients free of bands at a size that a shop window can bear.
const jpegQuality = 88

// Draw makes a picture of what label names, such as "Oak Chair in Black Oak" or "Walking the Edges (book), close up".
//
// The kind of thing is taken from the label: from a word in parentheses, else from its last word that is known. Its
// color is what the label says after "in", else what it says at all, else one that the seed chooses. The seed is a
// path such as "oak-chair/1.jpg": pictures of one folder agree in color, and differ in arrangement. A label with
// "close up" is drawn larger, one with "at home" or "out of doors" in company.
//
// Width and height are pixels and are brought into 1 to [MaxSide].
func Draw(seed, label string, width, height int) image.Image {
	width, height = min(max(width, 1), MaxSide), min(max(height, 1), MaxSide)
	folder := seed
	if i := strings.LastIndexByte(seed, '/'); i > 0 {
		folder = seed[:i]
	}
	words := parseLabel(label)
	set := choosePalette(words, folder, seed)
	c := newCanvas(width, height, set)
	backdrop(c, words.view, seed)
	scene(c, words, seed)
	return c.img
}

// EncodeJPEG writes a picture as JPEG, in a quality made for drawn pictures. It fails when w does.
func EncodeJPEG(w io.Writer, img image.Image) error {
	if err := jpeg.Encode(w, img, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return fmt.Errorf("picture: encode: %w", err)
	}
	return nil
}

// scene puts the thing on its floor, with a shadow, and company where the label asks for it.
func scene(c *canvas, words labelWords, seed string) {
	place := placement{x: 50, floor: 84, size: 0.8}
	switch words.view {
	case viewClose:
		place = placement{x: 50, floor: 106, size: 1.32, turn: -7}
		if chance(seed, "turn", 2) == 0 {
			place.turn = 7
		}
	case viewHome:
		place = placement{x: 60, floor: 87, size: 0.68}
		companions(c, words.shape, seed)
	case viewOutside:
		place = placement{x: 55, floor: 88, size: 0.62}
	case viewWide: // a scene without one thing in the middle
		place = placement{x: 50, floor: 84, size: 0.8}
	}
	layers := shapes()[words.shape]
	if !words.floats() {
		c.shadow(place, layers)
	}
	for _, l := range layers {
		c.fill(l, place)
	}
}

// companions are what makes a room of a backdrop: a plant or a lamp beside the thing, and a picture on the wall.
func companions(c *canvas, shape, seed string) {
	others := []string{"snake-plant", "floor-lamp", "plant", "glass-vase"}
	other := others[chance(seed, "companion", len(others))]
	if other == shape || shape == "lamp" && other == "floor-lamp" {
		other = "ledge"
	}
	place := placement{x: 17, floor: 83, size: 0.56}
	if other == "ledge" {
		place = placement{x: 20, floor: 70, size: 0.5}
	}
	quiet := c.quieter()
	quiet.shadow(place, shapes()[other])
	for _, l := range shapes()[other] {
		quiet.fill(l, place)
	}
}

// placement says where a silhouette stands: its middle, the floor under it, its size against the whole picture, and
// by how many degrees it is turned.
type placement struct {
	x, floor, size, turn float64
}

// point takes a point of the silhouette's field into the picture's.
func (p placement) point(x, y float64) (float64, float64) {
	x, y = (x-50)*p.size, (y-86)*p.size
	if p.turn != 0 {
		sin, cos := math.Sincos(p.turn * math.Pi / 180)
		lift := -45 * p.size // turn about the middle of the thing, not about its foot
		x, y = x*cos-(y-lift)*sin, x*sin+(y-lift)*cos+lift
	}
	return p.x + x, p.floor + y
}

// mix goes from a to b by t of 0 to 1.
func mix(a, b color.RGBA, t float64) color.RGBA {
	blend := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*t)) }
	return color.RGBA{blend(a.R, b.R), blend(a.G, b.G), blend(a.B, b.B), blend(a.A, b.A)}
}
