package database

// Alike reads a column of JSON that has the same text in many rows, such as the options of variants: what was decoded for a row
// before is given again. Rows share such values, which must not be changed. One Alike serves the rows of one statement.
type Alike[T any] struct {
	V    T
	seen map[string]T
}

// mostAlike is how many texts are remembered: columns without two alike cost little more than without memory.
const mostAlike = 64

// Scan reads JSON text; null gives the zero value.
func (a *Alike[T]) Scan(src any) error {
	switch b := src.(type) {
	case string:
		return a.ScanBytes([]byte(b))
	case []byte:
		return a.ScanBytes(b)
	}
	var j JSON[T]
	err := j.Scan(src)
	a.V = j.V
	return err
}

// ScanBytes is Scan without a copy.
func (a *Alike[T]) ScanBytes(src []byte) error {
	if v, ok := a.seen[string(src)]; ok {
		a.V = v
		return nil
	}
	var j JSON[T]
	if err := j.ScanBytes(src); err != nil {
		return err
	}
	a.V = j.V
	if src != nil && len(a.seen) < mostAlike {
		if a.seen == nil {
			a.seen = make(map[string]T)
		}
		a.seen[string(src)] = j.V
	}
	return nil
}
