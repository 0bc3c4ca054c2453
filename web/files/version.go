package files

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // so that the size of a picture can be read
	_ "image/jpeg" // likewise
	_ "image/png"  // likewise
	"io"
	"net/http"
	"strings"

	_ "golang.org/x/image/webp" // likewise

	"github.com/rialtohq/rialto/platform/blob"
	"github.com/rialtohq/rialto/platform/picture"
)

// version is one form of one file. All wishes that come to the same form have the same tag and the same place.
type version struct {
	original bool // the file as it is
	options  picture.Options
	tag      string // the ETag, quoted
	place    string // key in the cache
}

// look finds out which form of a file a wish means, from the first bytes of the file.
func look(f io.ReadSeeker, key string, info blob.Info, options picture.Options) version {
	asItIs := version{original: true, tag: tag(key, info, "")}
	if options == (picture.Options{}) {
		return asItIs
	}
	config, format, err := image.DecodeConfig(io.LimitReader(f, picture.MaxInput))
	if err != nil || config.Width <= 0 || config.Height <= 0 || int64(config.Width)*int64(config.Height) > picture.MaxPixels {
		return asItIs // no picture, or one that cannot be opened
	}
	cut := options.MaxWidth > 0 && options.MaxHeight > 0 && options.Crop != picture.CropNone
	if !cut {
		options.Crop = picture.CropNone
	}
	width, height := options.Size(config.Width, config.Height)
	target := options.Format
	if target == picture.FormatSame {
		target = picture.FormatPNG
		if format == "jpeg" {
			target = picture.FormatJPG
		}
	}
	sameFormat := options.Format == picture.FormatSame || format == "jpeg" && target == picture.FormatJPG || format == "png" && target == picture.FormatPNG
	if width == config.Width && height == config.Height && sameFormat {
		return asItIs
	}
	form := fmt.Sprintf("%dx%d", width, height)
	if cut {
		// How much is cut off depends on the wished shape, which rounding hides in the size: both name the form.
		form += fmt.Sprintf(" %s %d:%d", options.Crop, options.MaxWidth*max(options.Scale, 1), options.MaxHeight*max(options.Scale, 1))
	}
	form += "." + string(target)
	sum := digest(key, info, form)
	return version{options: options, tag: `"` + sum[:32] + `"`, place: sum[:2] + "/" + sum[2:] + "." + string(target)}
}

// digest names a form of a file as it is now: when the file is replaced, the name is another.
func digest(key string, info blob.Info, form string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%d\x00%s", key, info.Size, info.ModTime.UnixNano(), form))
	return hex.EncodeToString(sum[:])
}

func tag(key string, info blob.Info, form string) string {
	return `"` + digest(key, info, form)[:32] + `"`
}

// fresh reports whether the client has this form already, so that it need not even be made.
func fresh(r *http.Request, tag string) bool {
	for _, line := range r.Header.Values("If-None-Match") {
		for one := range strings.SplitSeq(line, ",") {
			if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || one == "*" {
				return true
			}
		}
	}
	return false
}

// opaque is the type of all that a browser should not try to show.
const opaque = "application/octet-stream"

// mediaType tells what a file is from its content, never from its name: names come from outside. It leaves the file at
// its start.
func mediaType(f io.ReadSeeker) (string, error) {
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("files: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("files: %w", err)
	}
	switch media := http.DetectContentType(head[:n]); media {
	case "image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/webm":
		return media, nil
	default:
		return opaque, nil
	}
}

func isTooLarge(err error) bool {
	_, is := errors.AsType[*picture.TooLargeError](err)
	return is
}
