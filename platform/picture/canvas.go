package picture

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// canvas is the picture being drawn. Its field is 100 units wide and high, in the middle of the picture and as large
// as the shorter side allows.
type canvas struct {
	img    *image.RGBA
	colors palette
	scale  float64 // pixels a unit
	dx, dy float64 // pixels from the corner of the picture to the corner of the field
}

func newCanvas(width, height int, colors palette) *canvas {
	scale := float64(min(width, height)) / 100
	return &canvas{
		img: image.NewRGBA(image.Rect(0, 0, width, height)), colors: colors, scale: scale,
		dx: (float64(width) - 100*scale) / 2, dy: (float64(height) - 100*scale) / 2,
	}
}

// quieter is the same canvas with colors that step back behind the main thing.
func (c *canvas) quieter() *canvas {
	q := *c
	q.colors = c.colors.faded(0.42)
	return &q
}

// pixel takes a point of the field to the picture.
func (c *canvas) pixel(x, y float64) (float32, float32) {
	return float32(c.dx + x*c.scale), float32(c.dy + y*c.scale)
}

// fill paints one layer of a silhouette, a little lighter where the light comes from.
func (c *canvas) fill(l layer, at placement) {
	points := make([][2]float32, len(l.points))
	box := bounds{math.MaxFloat32, math.MaxFloat32, -math.MaxFloat32, -math.MaxFloat32}
	for i, p := range l.points {
		x, y := c.pixel(at.point(p[0], p[1]))
		points[i] = [2]float32{x, y}
		box.include(x, y)
	}
	area := box.pixels().Intersect(c.img.Rect)
	if area.Empty() {
		return
	}
	if l.tone == "glow" {
		c.glowIn(box, c.colors.tones["glow"])
		return
	}
	r := vector.NewRasterizer(area.Dx(), area.Dy())
	trace(r, l.verbs, points, float32(area.Min.X), float32(area.Min.Y))
	mask := image.NewAlpha(image.Rect(0, 0, area.Dx(), area.Dy()))
	r.DrawOp = draw.Src
	r.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	from, to := c.colors.shade(l.tone)
	c.lay(mask, area.Min, gradient{from: from, to: to, box: box})
}

// lay paints a gradient where the mask covers. The rasterizer could do it, but asks for an allocation a pixel.
func (c *canvas) lay(mask *image.Alpha, corner image.Point, g gradient) {
	ramp := g.ramp()
	stepX, stepY := g.steps()
	for y := range mask.Rect.Dy() {
		cover := mask.Pix[y*mask.Stride : y*mask.Stride+mask.Rect.Dx()]
		i := c.img.PixOffset(corner.X, corner.Y+y)
		t := stepX*(float32(corner.X)-g.box.left) + stepY*(float32(corner.Y+y)-g.box.top)
		for _, m := range cover {
			if m > 0 {
				tint := &ramp[min(max(int(t), 0), len(ramp)-1)]
				a := int32(m) * int32(tint.A)
				p := c.img.Pix[i : i+3 : i+3]
				p[0] += uint8((a*(int32(tint.R)-int32(p[0])) + half(tint.R, p[0])) / (255 * 255))
				p[1] += uint8((a*(int32(tint.G)-int32(p[1])) + half(tint.G, p[1])) / (255 * 255))
				p[2] += uint8((a*(int32(tint.B)-int32(p[2])) + half(tint.B, p[2])) / (255 * 255))
			}
			i += 4
			t += stepX
		}
	}
}

// half rounds a division of either sign to the nearest.
func half(to, from uint8) int32 {
	if to < from {
		return -255 * 255 / 2
	}
	return 255 * 255 / 2
}

// trace hands a path to the rasterizer, moved so that its area starts at nought.
func trace(r *vector.Rasterizer, verbs []byte, points [][2]float32, left, top float32) {
	next := func() (float32, float32) {
		p := points[0]
		points = points[1:]
		return p[0] - left, p[1] - top
	}
	for _, v := range verbs {
		switch v {
		case 'M':
			r.MoveTo(next())
		case 'L':
			r.LineTo(next())
		case 'Q':
			bx, by := next()
			cx, cy := next()
			r.QuadTo(bx, by, cx, cy)
		case 'C':
			bx, by := next()
			cx, cy := next()
			dx, dy := next()
			r.CubeTo(bx, by, cx, cy, dx, dy)
		case 'Z':
			r.ClosePath()
		}
	}
}

// shadow lies soft under whatever stands on the floor, as wide as its foot.
func (c *canvas) shadow(at placement, layers []layer) {
	left, right, low := 100.0, 0.0, 0.0
	for _, l := range layers {
		for _, p := range l.points {
			low = max(low, p[1])
		}
	}
	for _, l := range layers {
		for _, p := range l.points {
			if p[1] > low-8 {
				left, right = min(left, p[0]), max(right, p[0])
			}
		}
	}
	width := max(right-left, 26) * at.size
	x, y := at.point((left+right)/2, low)
	c.glow(x+width*0.06, y, width*0.62, width*0.085+1.4, c.colors.shadow)
}

// glow paints a soft spot: full in the middle, nothing at the rim.
func (c *canvas) glow(x, y, rx, ry float64, tint color.RGBA) {
	cx, cy := c.pixel(x, y)
	sx, sy := float64(rx*c.scale), float64(ry*c.scale)
	area := image.Rect(int(float64(cx)-sx), int(float64(cy)-sy), int(float64(cx)+sx)+1, int(float64(cy)+sy)+1).Intersect(c.img.Rect)
	for py := area.Min.Y; py < area.Max.Y; py++ {
		for px := area.Min.X; px < area.Max.X; px++ {
			u, v := (float64(px)+0.5-float64(cx))/sx, (float64(py)+0.5-float64(cy))/sy
			d := u*u + v*v
			if d >= 1 {
				continue
			}
			c.over(px, py, tint, (1-d)*(1-d))
		}
	}
}

// glowIn is a glow that fills a box.
func (c *canvas) glowIn(b bounds, tint color.RGBA) {
	x, y := (float64(b.left+b.right)/2-c.dx)/c.scale, (float64(b.top+b.bottom)/2-c.dy)/c.scale
	c.glow(x, y, float64(b.right-b.left)/2/c.scale*1.15, float64(b.bottom-b.top)/2/c.scale*1.15, tint)
}

// over lays a color on one pixel, by its alpha times strength.
func (c *canvas) over(x, y int, tint color.RGBA, strength float64) {
	i := c.img.PixOffset(x, y)
	p := c.img.Pix[i : i+3 : i+3]
	a := float64(tint.A) / 255 * strength
	for k, v := range [3]uint8{tint.R, tint.G, tint.B} {
		p[k] = uint8(math.Round(float64(p[k]) + (float64(v)-float64(p[k]))*a))
	}
}

// bounds is the box around points, in pixels.
type bounds struct{ left, top, right, bottom float32 }

func (b *bounds) include(x, y float32) {
	b.left, b.top = min(b.left, x), min(b.top, y)
	b.right, b.bottom = max(b.right, x), max(b.bottom, y)
}

func (b *bounds) pixels() image.Rectangle {
	return image.Rect(int(math.Floor(float64(b.left))), int(math.Floor(float64(b.top))),
		int(math.Ceil(float64(b.right))), int(math.Ceil(float64(b.bottom))))
}

// gradient runs from the upper left of a box to its lower right. Colors are straight, not premultiplied.
type gradient struct {
	from, to color.RGBA
	box      bounds
}

// ramp is the gradient in steps too small to see.
func (g gradient) ramp() [128]color.RGBA {
	var r [128]color.RGBA
	for i := range r {
		r[i] = mix(g.from, g.to, float64(i)/float64(len(r)-1))
	}
	return r
}

// steps is how far along the ramp one pixel leads, to the right and down.
func (g gradient) steps() (x, y float32) {
	return 0.35 * 128 / max(g.box.right-g.box.left, 1), 0.65 * 128 / max(g.box.bottom-g.box.top, 1)
}
