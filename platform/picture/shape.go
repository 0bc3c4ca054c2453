package picture

import (
	_ "embed"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
)

//go:embed shapes.txt
var shapesText string

// layer is one filled path of a silhouette.
type layer struct {
	tone   string
	verbs  []byte // M, L, Q, C, Z
	points [][2]float64
}

// shapes are the silhouettes by name. The text is part of the program and tested with it, so it cannot be wrong here.
var shapes = sync.OnceValue(func() map[string][]layer {
	all, err := parseShapes(shapesText)
	if err != nil {
		panic(err)
	}
	return all
})

// parseShapes reads silhouettes; their language stands at the top of shapes.txt.
func parseShapes(text string) (map[string][]layer, error) {
	all := map[string][]layer{}
	name := ""
	pen := pen{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0][0] == '#':
			continue
		case words[0] == "shape" && len(words) == 2:
			name, pen = words[1], penAtRest
			if all[name] != nil {
				return nil, fmt.Errorf("line %d: %s is there already", number, name)
			}
			continue
		case name == "" || !tones[words[0]]:
			return nil, fmt.Errorf("line %d: %q is no tone", number, words[0])
		}
		pen.layer = layer{tone: words[0]}
		if err := pen.draw(words[1:]); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if len(pen.layer.verbs) > 0 {
			all[name] = append(all[name], pen.layer)
		}
	}
	return all, nil
}

// pen turns the words of one line into a path.
type pen struct {
	layer          layer
	sin, cos       float64
	pivotX, pivotY float64
}

var penAtRest = pen{cos: 1}

// arguments is how many numbers each word takes; S takes as many pairs as follow.
var arguments = map[string]int{"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0, "R": 5, "E": 4, "H": 4, "O": 5, "S": 5, "A": 7, "D": 3}

func (p *pen) draw(words []string) error {
	for len(words) > 0 {
		verb := words[0]
		least, known := arguments[verb]
		if !known {
			return fmt.Errorf("%q is no verb", verb)
		}
		n := 0
		var v []float64
		for _, w := range words[1:] {
			f, err := strconv.ParseFloat(w, 64)
			if err != nil {
				break
			}
			v = append(v, f)
			n++
		}
		if n < least || verb != "S" && n > least || verb == "S" && n%2 == 0 {
			return fmt.Errorf("%s takes %d numbers, not %d", verb, least, n)
		}
		p.stroke(verb, v)
		words = words[1+n:]
	}
	return nil
}

func (p *pen) stroke(verb string, v []float64) {
	switch verb {
	case "M", "L", "Q", "C", "Z":
		p.add(verb[0], v...)
	case "R":
		p.roundRect(v[0], v[1], v[2], v[3], v[4])
	case "E":
		p.ellipse(v[0], v[1], v[2], v[3], 1)
	case "H":
		p.ellipse(v[0], v[1], v[2], v[3], -1)
	case "O":
		p.ellipse(v[0], v[1], v[2], v[3], 1)
		p.ellipse(v[0], v[1], v[2]-v[4], v[3]-v[4], -1)
	case "S":
		for i := 1; i+3 < len(v); i += 2 {
			p.capsule(v[i], v[i+1], v[i+2], v[i+3], v[0]/2)
		}
	case "A":
		p.arc(v)
	case "D":
		p.sin, p.cos = math.Sincos(v[0] * math.Pi / 180)
		p.pivotX, p.pivotY = v[1], v[2]
	}
}

// add notes one verb of the path with its points, turned as the pen is.
func (p *pen) add(verb byte, v ...float64) {
	p.layer.verbs = append(p.layer.verbs, verb)
	for i := 0; i+1 < len(v); i += 2 {
		x, y := v[i]-p.pivotX, v[i+1]-p.pivotY
		p.layer.points = append(p.layer.points, [2]float64{p.pivotX + x*p.cos - y*p.sin, p.pivotY + x*p.sin + y*p.cos})
	}
}

func (p *pen) roundRect(x, y, w, h, r float64) {
	r = min(r, w/2, h/2)
	k := r * 0.4477 // from the corner to the control point of a quarter circle
	p.add('M', x+r, y)
	p.add('L', x+w-r, y)
	p.add('C', x+w-k, y, x+w, y+k, x+w, y+r)
	p.add('L', x+w, y+h-r)
	p.add('C', x+w, y+h-k, x+w-k, y+h, x+w-r, y+h)
	p.add('L', x+r, y+h)
	p.add('C', x+k, y+h, x, y+h-k, x, y+h-r)
	p.add('L', x, y+r)
	p.add('C', x, y+k, x+k, y, x+r, y)
	p.add('Z')
}

// ellipse goes around with the clock, or against it to cut a hole.
func (p *pen) ellipse(cx, cy, rx, ry, way float64) {
	kx, ky := rx*0.5523, ry*0.5523*way
	p.add('M', cx+rx, cy)
	p.add('C', cx+rx, cy+ky, cx+kx, cy+ry*way, cx, cy+ry*way)
	p.add('C', cx-kx, cy+ry*way, cx-rx, cy+ky, cx-rx, cy)
	p.add('C', cx-rx, cy-ky, cx-kx, cy-ry*way, cx, cy-ry*way)
	p.add('C', cx+kx, cy-ry*way, cx+rx, cy-ky, cx+rx, cy)
	p.add('Z')
}

// capsule is a straight line with round ends.
func (p *pen) capsule(x1, y1, x2, y2, r float64) {
	length := math.Hypot(x2-x1, y2-y1)
	if length > 0 {
		nx, ny := (y2-y1)/length*r, -(x2-x1)/length*r
		p.add('M', x1+nx, y1+ny)
		p.add('L', x2+nx, y2+ny)
		p.add('L', x2-nx, y2-ny)
		p.add('L', x1-nx, y1-ny)
		p.add('Z')
		p.ellipse(x2, y2, r, r, 1)
	}
	p.ellipse(x1, y1, r, r, 1)
}

// arc is a curved line, made of short straight ones.
func (p *pen) arc(v []float64) {
	const steps = 20
	x, y := v[1], v[2]
	for i := 1; i <= steps; i++ {
		t := float64(i) / steps
		a, b, c := (1-t)*(1-t), 2*t*(1-t), t*t
		nx, ny := a*v[1]+b*v[3]+c*v[5], a*v[2]+b*v[4]+c*v[6]
		p.capsule(x, y, nx, ny, v[0]/2)
		x, y = nx, ny
	}
}
