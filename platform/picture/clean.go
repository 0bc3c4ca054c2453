package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"

	"golang.org/x/image/draw"
)

// Cleaned describes a picture that [Clean] wrote.
type Cleaned struct {
	Width, Height int
	// Type is its media type, image/jpeg or image/png.
	Type string
}

// Clean reads a picture of a stranger and writes it anew, upright and without anything but its pixels: no place and time
// of a camera, no comment, nothing hidden behind the end. JPEG stays JPEG; PNG, GIF (of which the first frame is taken) and
// WebP become PNG, and JPEG where a WebP is opaque. It fails with [*TooLargeError] before any pixel is read, or with
// [ErrNotPicture]. What [Transform] says of memory and time holds here too.
func Clean(r io.Reader, w io.Writer) (Cleaned, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxInput+1))
	if err != nil {
		return Cleaned{}, err
	}
	if len(raw) > MaxInput {
		return Cleaned{}, ErrNotPicture
	}
	src, format, err := decode(bytes.NewReader(raw))
	if err != nil {
		return Cleaned{}, err
	}
	if format != "jpeg" && format != "png" && format != "gif" && format != "webp" {
		return Cleaned{}, ErrNotPicture
	}
	flat := image.NewNRGBA(image.Rect(0, 0, src.Bounds().Dx(), src.Bounds().Dy()))
	draw.Draw(flat, flat.Rect, src, src.Bounds().Min, draw.Src)
	if format == "jpeg" {
		flat = upright(flat, orientation(raw))
	}
	c := Cleaned{Width: flat.Rect.Dx(), Height: flat.Rect.Dy(), Type: "image/png"}
	if format == "jpeg" || format == "webp" && flat.Opaque() {
		c.Type = "image/jpeg"
		return c, EncodeJPEG(w, onWhite(flat))
	}
	if err := png.Encode(w, flat); err != nil {
		return c, fmt.Errorf("picture: encode: %w", err)
	}
	return c, nil
}

// upright turns and mirrors a picture as its camera said (EXIF 2.32, tag 0x0112), since what said so is left out.
func upright(src *image.NRGBA, way int) *image.NRGBA {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	from := map[int]func(x, y int) (int, int){
		2: func(x, y int) (int, int) { return w - 1 - x, y },
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		4: func(x, y int) (int, int) { return x, h - 1 - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return y, h - 1 - x },
		7: func(x, y int) (int, int) { return w - 1 - y, h - 1 - x },
		8: func(x, y int) (int, int) { return w - 1 - y, x },
	}[way]
	if from == nil {
		return src
	}
	if way >= 5 {
		w, h = h, w
	}
	dst := image.NewNRGBA(image.Rect(0, 0, w, h))
	if way >= 5 {
		w, h = h, w // the functions count in the size of the source
	}
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			sx, sy := from(x, y)
			copy(dst.Pix[dst.PixOffset(x, y):][:4], src.Pix[src.PixOffset(sx, sy):][:4])
		}
	}
	return dst
}

var errNoExif = errors.New("no EXIF")

// orientation reads how a camera was held: 1 to 8, and 1 where nothing tells.
func orientation(jpeg []byte) int {
	tiff, err := exif(jpeg)
	if err != nil || len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > len(tiff) {
		return 1
	}
	for i := range int(order.Uint16(tiff[at:])) {
		entry := at + 2 + 12*i
		if entry+12 > len(tiff) {
			return 1
		}
		if order.Uint16(tiff[entry:]) == 0x0112 {
			if way := int(order.Uint16(tiff[entry+8:])); way >= 1 && way <= 8 {
				return way
			}
			return 1
		}
	}
	return 1
}

// exif finds the TIFF within a JPEG's APP1 segment.
func exif(jpeg []byte) ([]byte, error) {
	for at := 2; at+4 <= len(jpeg) && jpeg[at] == 0xFF; {
		marker, size := jpeg[at+1], int(binary.BigEndian.Uint16(jpeg[at+2:]))
		if marker == 0xDA || size < 2 || at+2+size > len(jpeg) {
			break
		}
		if body := jpeg[at+4 : at+2+size]; marker == 0xE1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return body[6:], nil
		}
		at += 2 + size
	}
	return nil, errNoExif
}
