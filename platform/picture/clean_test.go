package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"
	"time"

	"github.com/rialtohq/rialto/platform/picture"
)

// photo is a JPEG, red on the left, with EXIF that tells a place and how the camera was held.
func photo(t *testing.T, way uint16) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 64, 32))
	for y := range 32 {
		for x := range 64 {
			img.Set(x, y, color.RGBA{R: uint8(255 * (1 - x/32)), B: uint8(255 * (x / 32)), A: 255})
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	tiff := []byte("MM\x00\x2A\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	tiff = binary.BigEndian.AppendUint16(tiff, way)
	tiff = append(tiff, 0, 0, 0, 0, 0, 0)
	body := append([]byte("Exif\x00\x00"), append(tiff, "GPS 52.5200N 13.4050E"...)...)
	segment := binary.BigEndian.AppendUint16([]byte{0xFF, 0xE1}, uint16(len(body)+2))
	return bytes.Join([][]byte{out.Bytes()[:2], segment, body, out.Bytes()[2:]}, nil)
}

func TestClean(t *testing.T) {
	t.Run("APlaceIsForgottenAndThePictureStandsUpright", func(t *testing.T) {
		for way, red := range map[uint16]image.Point{1: {8, 16}, 3: {56, 16}, 6: {16, 8}, 8: {16, 56}} {
			var out bytes.Buffer
			c, err := picture.Clean(bytes.NewReader(photo(t, way)), &out)
			if err != nil || c.Type != "image/jpeg" {
				t.Fatal(c, err)
			}
			if bytes.Contains(out.Bytes(), []byte("GPS")) || bytes.Contains(out.Bytes(), []byte("Exif")) {
				t.Error("the place is still told")
			}
			img, err := jpeg.Decode(&out)
			if err != nil {
				t.Fatal(err)
			}
			if r, _, b, _ := img.At(red.X, red.Y).RGBA(); r < 0xC000 || b > 0x4000 || img.Bounds().Dx() != c.Width {
				t.Errorf("way %d: red is not at %v of %v", way, red, img.Bounds())
			}
		}
	})
	t.Run("ABombFailsBeforeAPixelIsRead", func(t *testing.T) {
		var out bytes.Buffer
		if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
			t.Fatal(err)
		}
		bomb := out.Bytes()
		binary.BigEndian.PutUint32(bomb[16:], 60_000) // the size in IHDR, and below its checksum
		binary.BigEndian.PutUint32(bomb[20:], 60_000)
		binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
		start := time.Now()
		_, err := picture.Clean(bytes.NewReader(bomb), &bytes.Buffer{})
		if _, large := errors.AsType[*picture.TooLargeError](err); !large || time.Since(start) > time.Second {
			t.Fatal(err, time.Since(start))
		}
	})
	t.Run("WhatIsNoPictureIsRefused", func(t *testing.T) {
		for _, s := range []string{"", "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "%PDF-1.7", "GIF89a"} {
			if _, err := picture.Clean(bytes.NewReader([]byte(s)), &bytes.Buffer{}); !errors.Is(err, picture.ErrNotPicture) {
				t.Errorf("%q: %v", s, err)
			}
		}
	})
}
