package tests

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
)

const stageUpload = `mutation($type: String!, $size: UnsignedInt64) { stagedUploadsCreate(input: [{filename: "chair.jpg", mimeType: $type, resource: IMAGE, fileSize: $size}]) { stagedTargets { url resourceUrl parameters { name value } } userErrors { code field message } } }`

const attachPicture = `mutation($product: ID!, $source: String!) { productCreateMedia(productId: $product, media: [{originalSource: $source, mediaContentType: IMAGE, alt: "A chair"}]) { media { alt ... on MediaImage { image { width height url small: url(transform: {maxWidth: 40}) } } } mediaUserErrors { code field message } } }`

// photograph is a JPEG with a comment that tells too much.
func photograph(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 120, 80))
	for i := range img.Pix {
		img.Pix[i] = uint8(i)
	}
	img.Set(1, 1, color.White)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	comment := []byte("\xFF\xFE\x00\x1Ftaken at 52.5200N 13.4050E..")
	return bytes.Join([][]byte{out.Bytes()[:2], comment, out.Bytes()[2:]}, nil)
}

// put puts bytes at an address and gives the status.
func put(t *testing.T, url, media string, body []byte) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", media)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

func get(t *testing.T, url string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, body
}

// A picture is uploaded, attached and served, and nothing of its camera with it; what is no picture is refused.
func TestAPictureIsUploaded(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		w := &shift{App: a, who: a.Owner(t)}
		staged := func(media string, size any) (url, resource string) {
			targets := w.do(t, "stagedUploadsCreate", stageUpload, vars{"type": media, "size": size})["stagedTargets"]
			return apptest.String(targets, 0, "url"), apptest.String(targets, 0, "resourceUrl")
		}
		product := apptest.String(a.Query(t, `{ product(handle: "oak-chair") { id } }`, nil), "product", "id")
		photo := photograph(t)

		url, resource := staged("image/jpeg", nil)
		refused := func(source string) string {
			return apptest.String(w.Query(t, attachPicture, vars{"product": product, "source": source}, w.who), "productCreateMedia", "mediaUserErrors", 0, "code")
		}
		if got := refused(resource); got != "INVALID" {
			t.Errorf("an empty place was attached: %q", got)
		}
		for _, step := range []struct {
			what, url, media string
			body             []byte
			want             int
		}{
			{"another secret", url + "x", "image/jpeg", photo, http.StatusNotFound},
			{"another shop", strings.Replace(url, "/uploads/", "/uploads/0", 1), "image/jpeg", photo, http.StatusNotFound},
			{"another type", url, "image/png", photo, http.StatusUnprocessableEntity},
			{"markup", url, "image/jpeg", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), http.StatusUnprocessableEntity},
			{"half a picture", url, "image/jpeg", photo[:len(photo)/2], http.StatusUnprocessableEntity},
			{"the picture", url, "image/jpeg", photo, http.StatusCreated},
			{"the picture again", url, "image/jpeg", photo, http.StatusConflict},
		} {
			if got := put(t, step.url, step.media, step.body); got != step.want {
				t.Errorf("%s: %d, want %d", step.what, got, step.want)
			}
		}
		tight, _ := staged("image/jpeg", "10")
		if got := put(t, tight, "image/jpeg", photo); got != http.StatusRequestEntityTooLarge {
			t.Errorf("more bytes than were said: %d", got)
		}

		answer := w.Query(t, attachPicture, vars{"product": product, "source": resource}, w.who)
		shown := apptest.At(answer, "productCreateMedia", "media", 0, "image")
		if apptest.At(shown, "width") != 120.0 || apptest.At(shown, "height") != 80.0 {
			t.Fatalf("%v", answer)
		}
		res, body := get(t, apptest.String(shown, "url")) //nolint:bodyclose // it was read and closed
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "image/jpeg" || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") || bytes.Contains(body, []byte("52.5200N")) {
			t.Errorf("%d %v, %d bytes", res.StatusCode, res.Header, len(body))
		}
		_, body = get(t, apptest.String(shown, "small")) //nolint:bodyclose // it was read and closed
		if c, _, err := image.DecodeConfig(bytes.NewReader(body)); err != nil || c.Width != 40 {
			t.Errorf("%d wide, %v", c.Width, err)
		}

		// A day after its end, the place is gone; what is shown stays, and what nobody attached goes.
		lost, orphan := staged("image/jpeg", nil)
		if got := put(t, lost, "image/jpeg", photo); got != http.StatusCreated {
			t.Fatal(got)
		}
		b := ledgerOf(t, a)
		if err := b.db.InTx(b.ctx, func(tx database.Tx) error {
			_, err := tx.Exec(b.ctx, `UPDATE staged_upload SET expires_at = $2 WHERE shop_id = $1`, a.Clock.Now().AddDate(0, 0, -2))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		key := ""
		if err := b.db.QueryRow(b.ctx, `SELECT max(file_key) FROM staged_upload WHERE shop_id = $1`).Scan(&key); err != nil {
			t.Fatal(err)
		}
		if n, err := a.Uploads.Sweep(access.With(b.ctx, access.Actor{Kind: access.System}), 10); n != 3 || err != nil {
			t.Errorf("%d swept, %v", n, err)
		}
		if res, _ := get(t, apptest.String(shown, "url")+"?v=2"); res.StatusCode != http.StatusOK { //nolint:bodyclose // it was read and closed
			t.Errorf("a picture that is shown was swept: %d", res.StatusCode)
		}
		if res, _ := get(t, a.URL+"/files/"+key); res.StatusCode != http.StatusNotFound { //nolint:bodyclose // it was read and closed
			t.Errorf("an orphan stayed: %d %s", res.StatusCode, key)
		}
		if got := refused(orphan); got != "INVALID" {
			t.Errorf("an ended place was attached: %q", got)
		}
	})
}
