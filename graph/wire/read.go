package wire

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// read makes a request of a GET's address or a POST's body, which it reads into a buffer: nothing of it is left there. It gives the
// text along that it was read from, where that may be kept.
func (h *Handler) read(w http.ResponseWriter, r *http.Request, buffer *[]byte) (request *Request, text string, refusal *Answer) {
	if r.Method == http.MethodGet {
		request, text, refusal = h.readAddress(r, buffer)
	} else {
		request, text, refusal = h.readBody(w, r, buffer)
	}
	if refusal != nil {
		return nil, "", refusal
	}
	request.Method = r.Method
	request.Headers = r.Header
	if _, has := r.Header["Cookie"]; has {
		request.Headers = r.Header.Clone()
		request.Headers.Del("Cookie")
	}
	return request, text, nil
}

func (h *Handler) readBody(w http.ResponseWriter, r *http.Request, buffer *[]byte) (request *Request, text string, refusal *Answer) {
	if refusal = checkContent(r.Header); refusal != nil {
		return nil, "", refusal
	}
	body, refusal := h.body(w, r, buffer)
	if refusal != nil {
		return nil, "", refusal
	}
	if again, text := h.repeats.find(r, body); again != nil {
		return again, text, nil
	}
	if !utf8.Valid(body) {
		return nil, "", Refuse(Unreadable, "INVALID_UTF8", "The body is not valid UTF-8.")
	}
	request, refusal = decode(body, r.PathValue(DocumentInPath))
	return request, toKeep(r, body), refusal
}

// checkContent refuses media types that are not read here. With them go those which a foreign page may post without
// asking the browser's leave (text/plain, both kinds of form, and none at all): see Fetch, "CORS-safelisted".
func checkContent(header http.Header) *Answer {
	const hint = "Send the request as " + mediaJSON + " in UTF-8."
	values := header.Values("Content-Type")
	if len(values) != 1 {
		return Refuse(unsupportedMedia, "UNSUPPORTED_MEDIA_TYPE", "There is no single Content-Type. "+hint)
	}
	if values[0] != mediaJSON {
		media, params, err := mime.ParseMediaType(values[0])
		if err != nil || media != mediaJSON && media != mediaGraphQL {
			return Refuse(unsupportedMedia, "UNSUPPORTED_MEDIA_TYPE", "This Content-Type is not read here. "+hint)
		}
		if !isUTF8(params["charset"]) {
			return Refuse(unsupportedMedia, "UNSUPPORTED_MEDIA_TYPE", "This charset is not read here. "+hint)
		}
	}
	if e := header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return Refuse(unsupportedMedia, "UNSUPPORTED_MEDIA_TYPE", "Compressed bodies are not read here.").With("Accept-Encoding", "identity")
	}
	return nil
}

// body reads the whole body, which is measured first where its length is given: no more than that is read then.
func (h *Handler) body(w http.ResponseWriter, r *http.Request, buffer *[]byte) ([]byte, *Answer) {
	limit := h.config.MaxBody
	tooLarge := func() *Answer {
		return Refuse(bodyTooLarge, "BODY_TOO_LARGE", "The body is larger than the "+strconv.FormatInt(limit, 10)+" bytes that are allowed.")
	}
	if r.ContentLength > limit {
		return nil, tooLarge()
	}
	var body []byte
	var err error
	if r.ContentLength >= 0 {
		*buffer = slices.Grow((*buffer)[:0], int(r.ContentLength))
		body = (*buffer)[:r.ContentLength]
		_, err = io.ReadFull(r.Body, body)
	} else {
		body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	}
	switch {
	case err == nil:
		return body, nil
	case errors.As(err, new(*http.MaxBytesError)):
		return nil, tooLarge()
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return nil, Refuse(slowBody, "BODY_TOO_SLOW", "The body did not arrive in time.")
	}
	return nil, Refuse(Unreadable, "BODY_INCOMPLETE", "The body ended before its announced length.")
}

// AnyOrder tells caches, as the value of No-Vary-Search, that addresses which differ in the order of their parameters only, or in
// parameters that are not read here, ask for the same.
const AnyOrder = `key-order, params, except=("query" "documentId" "id" "doc_id" "operationName" "variables" "extensions" "onError")`

// readAddress reads a query from the parameters of a GET.
func (h *Handler) readAddress(r *http.Request, buffer *[]byte) (request *Request, text string, refusal *Answer) {
	if len(r.URL.RawQuery) > h.config.MaxURL {
		return nil, "", Refuse(addressTooLong, "URI_TOO_LONG", "The address is longer than the "+strconv.Itoa(h.config.MaxURL)+" bytes that are allowed; use POST.")
	}
	*buffer = append((*buffer)[:0], r.URL.RawQuery...)
	if again, text := h.repeats.find(r, *buffer); again != nil {
		return again, text, nil
	}
	params, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, "", Refuse(Unreadable, CodeBadRequest, "The parameters in the address cannot be read.")
	}
	d := decoding{}
	request = &Request{
		Query:         d.param(params, "query"),
		DocumentID:    d.name(d.param(params, "documentId"), d.param(params, "id"), d.param(params, "doc_id"), r.PathValue(DocumentInPath)),
		OperationName: d.param(params, "operationName"),
		Variables:     d.object([]byte(d.param(params, "variables")), "variables"),
		Extensions:    d.object([]byte(d.param(params, "extensions")), "extensions"),
	}
	if params.Has("onError") {
		request.OnError = d.onError(d.param(params, "onError"))
	}
	request, refusal = d.finish(request)
	return request, toKeep(r, *buffer), refusal
}
