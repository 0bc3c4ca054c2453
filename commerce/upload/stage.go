package upload

import (
	"context"
	"fmt"
	"mime"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// The codes of problems.
const (
	CodeInvalid = "INVALID"
	CodeTooMany = "TOO_MANY"
	CodeTooLong = "TOO_LONG"
)

// Input describes a picture that is to come.
type Input struct {
	FileSize   *uint64
	Filename   string
	HTTPMethod *string
	MimeType   string
	Resource   string
}

// types are the kinds of picture that are taken.
var types = map[string]bool{"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true}

// Stage hands out a place for each picture, or none where something is wrong with one.
func (s *Service) Stage(ctx context.Context, in []*Input) ([]*Target, fault.Problems, error) {
	if problems := check(in); len(problems) > 0 {
		return nil, problems, nil
	}
	shop, err := database.Shop(ctx)
	if err != nil {
		return nil, nil, err
	}
	now := s.Clock.Now()
	out, rows := make([]*Target, len(in)), make([][]any, len(in))
	for i, one := range in {
		id := uuid.Must(uuid.NewV7())
		secret, err := s.Secrets.NewSecret()
		if err != nil {
			return nil, nil, err
		}
		limit := int64(MaxBytes)
		if one.FileSize != nil {
			limit = int64(*one.FileSize)
		}
		resource := s.URL + "/" + shop.String() + "/" + id.String()
		out[i] = &Target{URL: resource + "/" + secret, ResourceURL: resource, Parameters: []Parameter{{"Content-Type", one.MimeType}}}
		rows[i] = []any{id, shop, identity.Digest(secret), one.Filename, one.MimeType, limit, "", "", 0, 0, now.Add(Lifetime), now}
	}
	return out, nil, s.DB.InTx(ctx, func(tx database.Tx) error { return insertPlaces(ctx, tx, rows) })
}

func check(in []*Input) (problems fault.Problems) {
	if len(in) > MaxAtOnce {
		problems.Add(CodeTooMany, fmt.Sprintf("At most %d uploads at once.", MaxAtOnce), "input")
		return problems
	}
	for i, one := range in {
		at := fmt.Sprint(i)
		if !types[one.MimeType] {
			problems.Add(CodeInvalid, "This shop takes image/jpeg, image/png, image/gif and image/webp.", "input", at, "mimeType")
		}
		if one.Resource != "IMAGE" && one.Resource != "PRODUCT_IMAGE" && one.Resource != "COLLECTION_IMAGE" && one.Resource != "FILE" {
			problems.Add(CodeInvalid, "This shop takes pictures only.", "input", at, "resource")
		}
		if one.HTTPMethod != nil && *one.HTTPMethod != "PUT" {
			problems.Add(CodeInvalid, "Pictures are put here: use PUT.", "input", at, "httpMethod")
		}
		if one.FileSize != nil && (*one.FileSize == 0 || *one.FileSize > MaxBytes) {
			problems.Add(CodeInvalid, fmt.Sprintf("A picture has at most %d MB.", MaxBytes>>20), "input", at, "fileSize")
		}
		if len(one.Filename) > 255 || strings.ContainsFunc(one.Filename, func(r rune) bool { return r < ' ' || r == 0xFFFD }) {
			problems.Add(CodeTooLong, "A file's name is text of at most 255 bytes.", "input", at, "filename")
		}
	}
	return problems
}

// Uploaded finds the pictures of sources that [Service.Stage] gave. A source of ours without a picture, or whose place has
// ended, is nil; another source is missing.
func (s *Service) Uploaded(ctx context.Context, q database.Querier, sources []string) (map[string]*Picture, error) {
	out, ids := map[string]*Picture{}, map[uuid.UUID]string{}
	shop, err := database.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var wanted []uuid.UUID
	for _, source := range sources {
		rest, ours := strings.CutPrefix(source, s.URL+"/")
		if !ours {
			continue
		}
		out[source] = nil
		owner, rest, _ := strings.Cut(rest, "/")
		name, _, _ := strings.Cut(rest, "/") // the address that it was put to is as good
		if id, err := uuid.Parse(name); err == nil && owner == shop.String() {
			ids[id] = source
			wanted = append(wanted, id)
		}
	}
	if len(wanted) == 0 {
		return out, nil
	}
	found, err := places(ctx, q, wanted)
	for _, p := range found {
		if p.key != "" && s.Clock.Now().Before(p.expires) {
			out[ids[p.id]] = &Picture{Key: p.key, Type: p.content, Width: p.width, Height: p.height}
		}
	}
	return out, err
}

// mediaType is the type of a Content-Type header, without its parameters.
func mediaType(header string) string {
	t, _, err := mime.ParseMediaType(header)
	if err != nil {
		return ""
	}
	return t
}
