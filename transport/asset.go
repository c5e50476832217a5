package transport

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// minCompressed is the size in bytes from which compressing pays: the page has
// many small files, and all of them come over one connection.
const minCompressed = 256

// asset is one file as it is sent.
type asset struct {
	contentType string
	cache       string // Cache-Control
	content     func() content
}

// content is what is in a file, and what follows from it.
type content struct {
	plain  []byte
	zipped []byte // for readers of gzip; nil if it does not pay
	etag   string // without quotes
}

// onDemand is content that is made and compressed when somebody wants it: that of all
// files at the server's start would keep everybody waiting who was connected before.
func onDemand(made func() []byte) func() content {
	return sync.OnceValue(func() content {
		data := made()
		sum := sha256.Sum256(data)
		return content{data, zip(data), hex.EncodeToString(sum[:9])}
	})
}

// asItIs is the content of an answer that is not worth compressing.
func asItIs(data []byte) func() content {
	return func() content { return content{plain: data} }
}

// zip returns data compressed, or nil if that does not pay.
func zip(data []byte) []byte {
	if len(data) < minCompressed {
		return nil
	}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid
	_, _ = z.Write(data)                                  // a bytes.Buffer never fails
	_ = z.Close()
	if b.Len() >= len(data)*9/10 {
		return nil
	}
	return b.Bytes()
}

// serve answers with the asset, or 304 if the client has it. An answer with a new
// session, or one that should have had one, must not be cached.
func (a *asset) serve(w http.ResponseWriter, r *http.Request, m minting) {
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	c := a.content()
	body, etag := c.plain, `"`+c.etag+`"`
	if c.zipped != nil {
		h.Add("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
			body, etag = c.zipped, `"`+c.etag+`-gz"`
		}
	}
	status := http.StatusOK
	switch m.outcome {
	case minted:
		h.Set("Cache-Control", "no-store")
	case mintRefused:
		h.Set("Cache-Control", "no-store")
		h.Set("Retry-After", seconds(m.retryAfter))
		status = http.StatusTooManyRequests
	case notMinted:
		h.Set("Cache-Control", a.cache)
		h.Set("ETag", etag)
		if matches(r.Header.Values("If-None-Match"), etag) {
			h.Del("Content-Encoding")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // for HEAD, net/http sends none of it
}

func acceptsGzip(r *http.Request) bool {
	for coding := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(strings.ReplaceAll(coding, " ", ""), ";q=")
		if strings.EqualFold(name, "gzip") {
			q, err := strconv.ParseFloat(weight, 64)
			return err != nil || q > 0
		}
	}
	return false
}

// matches reports whether If-None-Match has the tag, by the weak comparison.
func matches(ifNoneMatch []string, etag string) bool {
	for candidate := range strings.SplitSeq(strings.Join(ifNoneMatch, ","), ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == etag || candidate == "*" {
			return true
		}
	}
	return false
}
