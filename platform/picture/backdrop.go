package picture

import (
	"image/color"
	"math"
)

// horizon is where the wall ends and the floor begins, in units of the field.
const horizon = 76

// backdrop paints wall and floor, and something large and calm between them and the thing.
func backdrop(c *canvas, v view, seed string) {
	colors := c.colors
	if v == viewOutside {
		landscape(c, seed)
		return
	}
	line := horizon * 1.0
	if v == viewClose {
		line = 400
	}
	_, y := c.pixel(0, line)
	height := float64(c.img.Rect.Dy())
	c.bands(func(py float64) color.RGBA {
		if py < float64(y) {
			return mix(colors.wall[0], colors.wall[1], py/min(height, float64(y)))
		}
		return mix(colors.floor[0], colors.floor[1], (py-float64(y))/max(height-float64(y), 1))
	})
	if v == viewClose {
		c.glow(30, 20, 80, 80, color.RGBA{0xFF, 0xFF, 0xFF, 0x50})
		return
	}
	ornament(c, v, seed)
	c.glow(24, 8, 70, 60, color.RGBA{0xFF, 0xFF, 0xFF, 0x48})
	c.vignette()
}

// ornament is an arch, a disc, a window's light or nothing, by seed.
func ornament(c *canvas, v view, seed string) {
	pen := penAtRest
	tone := withAlpha(mix(c.colors.wall[0], rgb(0xFFFFFF), 0.6), 0x8C)
	kind := chance(seed, "ornament", 4)
	if v == viewHome {
		kind = 2
	}
	switch kind {
	case 0:
		pen.ellipse(50, 42, 33, 33, 1)
	case 1:
		pen.add('M', 20, horizon)
		pen.add('L', 20, 40)
		pen.add('C', 20, 2, 80, 2, 80, 40)
		pen.add('L', 80, horizon)
		pen.add('Z')
	case 2: // the light of a window falls on the wall
		for _, x := range [...]float64{8, 26} {
			for _, y := range [...]float64{8, 27} {
				pen.add('M', x, y)
				pen.add('L', x+16, y-4)
				pen.add('L', x+16, y+13)
				pen.add('L', x, y+17)
				pen.add('Z')
			}
		}
	default:
		tone = withAlpha(tone, 0x60)
		pen.ellipse(78, 16, 30, 30, 1)
		pen.ellipse(4, 62, 22, 22, 1)
	}
	pen.layer.tone = "ornament"
	painted := *c
	painted.colors.tones = map[string]color.RGBA{"ornament": tone}
	painted.fill(pen.layer, placement{x: 50, floor: 86, size: 1})
}

// landscape is sky, sun, two ranges of hills and a meadow.
func landscape(c *canvas, seed string) {
	sky := [...][2]uint32{{0xCFE3EA, 0xF6EBD6}, {0xF3D9C4, 0xF8EBD8}, {0xC9DCE6, 0xE9EFE6}}[chance(seed, "sky", 3)]
	height := float64(c.img.Rect.Dy())
	_, y := c.pixel(0, 70)
	c.bands(func(py float64) color.RGBA {
		if py < float64(y) {
			return mix(rgb(sky[0]), rgb(sky[1]), py/float64(y))
		}
		return mix(rgb(0xA9BA84), rgb(0x8FA56E), (py-float64(y))/max(height-float64(y), 1))
	})
	sun := 22 + float64(chance(seed, "sun", 3))*26
	c.glow(sun, 24, 26, 26, color.RGBA{0xFF, 0xF4, 0xD0, 0xC0})
	painted := *c
	painted.colors.tones = map[string]color.RGBA{"sun": rgb(0xFFF1C9), "far": rgb(0x9DB4B0), "near": rgb(0x7E9C86)}
	whole := placement{x: 50, floor: 86, size: 1}
	shift := float64(chance(seed, "hills", 20))
	disc, far, near := penAtRest, penAtRest, penAtRest
	disc.layer.tone, far.layer.tone, near.layer.tone = "sun", "far", "near"
	disc.ellipse(sun, 24, 7, 7, 1)
	ridge(&far, 52, 9, 31, shift)
	ridge(&near, 62, 6, 23, shift+40)
	for _, l := range [...]layer{disc.layer, far.layer, near.layer} {
		painted.fill(l, whole)
	}
}

// ridge draws a range of hills as a wave, wider than any picture, that meadows cut off below.
func ridge(p *pen, y, swing, length, shift float64) {
	const left, right, foot = -160, 260, 74
	p.add('M', left, foot)
	for x := float64(left); x <= right; x += 4 {
		t := (x + shift) / length
		p.add('L', x, y+swing*math.Sin(t)+swing*0.4*math.Sin(2.7*t+1))
	}
	p.add('L', right, foot)
	p.add('Z')
}

// bands fills the picture with one color a row.
func (c *canvas) bands(at func(y float64) color.RGBA) {
	for y := range c.img.Rect.Dy() {
		tint := at(float64(y))
		row := c.img.Pix[y*c.img.Stride : y*c.img.Stride+4*c.img.Rect.Dx()]
		for x := 0; x < len(row); x += 4 {
			row[x], row[x+1], row[x+2], row[x+3] = tint.R, tint.G, tint.B, 0xFF
		}
	}
}

// vignette darkens the corners a little, so that the eye stays in the middle.
func (c *canvas) vignette() {
	w, h := float64(c.img.Rect.Dx()), float64(c.img.Rect.Dy())
	tint := color.RGBA{0x5A, 0x40, 0x2C, 0x26}
	for y := range c.img.Rect.Dy() {
		for x := range c.img.Rect.Dx() {
			u, v := 2*float64(x)/w-1, 2*float64(y)/h-1
			if d := (u*u + v*v) / 2; d > 0.3 {
				c.over(x, y, tint, min((d-0.3)/0.7, 1))
			}
		}
	}
}
