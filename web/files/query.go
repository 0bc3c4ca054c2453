package files

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/rialtohq/rialto/platform/picture"
)

// parse reads how a picture is wished. Every parameter stands at most once and in one spelling (no sign, no leading
// zero), so that caches on the way keep few copies. "v" means nothing: it tells versions of an address apart.
func parse(query string) (picture.Options, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return picture.Options{}, fmt.Errorf("the query cannot be read")
	}
	var o picture.Options
	for name, all := range values {
		if len(all) != 1 {
			return o, fmt.Errorf("%q is given %d times", name, len(all))
		}
		if err := set(&o, name, all[0]); err != nil {
			return o, err
		}
	}
	return o, o.Check()
}

func set(o *picture.Options, name, value string) error {
	var err error
	switch name {
	case "width":
		o.MaxWidth, err = number(name, value, picture.MaxTargetSide)
	case "height":
		o.MaxHeight, err = number(name, value, picture.MaxTargetSide)
	case "scale":
		o.Scale, err = number(name, value, picture.MaxScale)
	case "crop":
		if value == "" {
			err = fmt.Errorf("crop is empty")
		}
		o.Crop = picture.Crop(value)
	case "format":
		switch value {
		case "jpg", "png":
			o.Format = picture.Format(value)
		case "webp": // cannot be written: the picture keeps its own format, as the API promises
		default:
			err = fmt.Errorf("format must be jpg, png or webp")
		}
	case "v":
	default:
		err = fmt.Errorf("%q is not a parameter: there are width, height, crop, format, scale and v", name)
	}
	return err
}

func number(name, value string, most int) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > most || strconv.Itoa(n) != value {
		return 0, fmt.Errorf("%s must be a number from 1 to %d", name, most)
	}
	return n, nil
}
