package picture

import (
	"bytes"
	"image"
	"image/color"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func pixels(img image.Image) string { return string(img.(*image.RGBA).Pix) }

func TestShapesParse(t *testing.T) {
	t.Parallel()
	all, err := parseShapes(shapesText)
	if err != nil {
		t.Fatal(err)
	}
	for word, shape := range kinds {
		if all[shape] == nil {
			t.Errorf("%q leads to %q, which is not drawn", word, shape)
		}
	}
	for shape := range floating {
		if all[shape] == nil {
			t.Errorf("%q floats and is not drawn", shape)
		}
	}
	for name, layers := range all {
		if len(layers) < 4 {
			t.Errorf("%s has %d layers", name, len(layers))
		}
	}
}

func TestParseShapesRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"NoShape": "base R 1 2 3 4 5", "NoTone": "shape a\npink R 1 2 3 4 5", "NoVerb": "shape a\nbase X 1", "Few": "shape a\nbase R 1 2",
		"Many": "shape a\nbase E 1 2 3 4 5", "OddLine": "shape a\nbase S 1 2 3 4 5 6", "Twice": "shape a\nbase E 1 2 3 4\nshape a",
	} {
		if _, err := parseShapes(text); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func TestDrawIsDeterministic(t *testing.T) {
	t.Parallel()
	label := "Oak Chair in Black Oak"
	first := pixels(Draw("oak-chair/1.jpg", label, 160, 120))
	if first != pixels(Draw("oak-chair/1.jpg", label, 160, 120)) {
		t.Error("the same words gave another picture")
	}
	for name, other := range map[string]image.Image{
		"Seed": Draw("pine-chair/1.jpg", label, 160, 120), "Color": Draw("oak-chair/1.jpg", "Oak Chair in White", 160, 120),
		"Kind": Draw("oak-chair/1.jpg", "Oak Lamp in Black Oak", 160, 120), "View": Draw("oak-chair/1.jpg", label+", close up", 160, 120),
	} {
		if pixels(other) == first {
			t.Errorf("another %s gave the same picture", name)
		}
	}
}

func TestDrawFillsEveryPixelOfAnySize(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		width, height := rapid.IntRange(-3, 90).Draw(t, "width"), rapid.IntRange(-3, 90).Draw(t, "height")
		label := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"Mug in Red", "Tent out of doors", "Sofa at home", "Book, close up", "((", ")("})).Draw(t, "label")
		img := Draw(rapid.String().Draw(t, "seed"), label, width, height).(*image.RGBA)
		if img.Rect.Size() != image.Pt(max(width, 1), max(height, 1)) || !img.Opaque() {
			t.Fatalf("%v, opaque %v", img.Rect, img.Opaque())
		}
	})
}

func TestDrawBoundsSize(t *testing.T) {
	t.Parallel()
	if got := Draw("a", "b", 2, 1<<30).Bounds().Dy(); got != MaxSide {
		t.Errorf("%d pixels high", got)
	}
}

func TestDrawShowsNamedColor(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]color.RGBA{"Forest Green": rgb(0x3F6650), "Rust": rgb(0xB75F3B), "Slate Blue": rgb(0x64809A)} {
		img := Draw("mug/1.jpg", "Everyday Mug in "+name, 200, 200)
		got := color.RGBAModel.Convert(img.At(92, 130)).(color.RGBA) // the belly of the mug
		if distance(got, want) > 45 {
			t.Errorf("%s: %v, want about %v", name, got, want)
		}
	}
}

func TestParseLabelKnowsKindColorAndView(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		shape, choice string
		view          view
	}{
		"Oak Chair in Natural Oak":                  {"chair", "natural oak", viewFront},
		"Pasta Pot with Strainer":                   {"pot", "", viewFront},
		"Terracotta Pot with Saucer, close up":      {"planter", "", viewClose},
		"The Slow Kitchen (book) at home":           {"book", "", viewHome},
		"Lark Two-Person Tent in Sand out of doors": {"tent", "sand", viewOutside},
		"Soy Candle in Tin in Fig Leaf":             {"candle", "tin in fig leaf", viewFront},
		"Espresso Cups":                             {"mug", "", viewFront},
		"Kitchen collection":                        {"pot", "", viewWide},
		"Something Nobody Drew":                     {"box", "", viewFront},
		"":                                          {"box", "", viewFront},
	}
	for label, want := range cases {
		got := parseLabel(label)
		if got.shape != want.shape || got.choice != want.choice || got.view != want.view {
			t.Errorf("%q: %+v", label, got)
		}
	}
}

func TestEncodeJPEGReportsBrokenWriter(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := EncodeJPEG(&b, Draw("a", "Mug", 50, 50)); err != nil || !strings.HasPrefix(b.String(), "\xFF\xD8") {
		t.Errorf("%v, %d bytes", err, b.Len())
	}
	if err := EncodeJPEG(full{}, Draw("a", "Mug", 50, 50)); err == nil {
		t.Error("no error")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, bytes.ErrTooLarge }

func BenchmarkDraw(b *testing.B) {
	for b.Loop() {
		Draw("oak-chair/1.jpg", "Oak Chair in Natural Oak", 1200, 1200)
	}
}
