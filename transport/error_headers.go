package transport

import (
	"bytes"
	"net/http"
)

// errorHeaders are the security headers in wire format, for the errors that
// net/http answers itself: to requests that it cannot read.
var errorHeaders = func() []byte {
	h, b := http.Header{}, bytes.Buffer{}
	setSecurityHeaders(h, false)
	h.Set("Cache-Control", "no-store")
	_ = h.Write(&b) // a bytes.Buffer never fails
	return b.Bytes()
}()

// Write adds the security headers to an error that net/http answers itself. Such an
// error comes in one piece. Over TLS it cannot be told from anything else.
func (a *countedConn) Write(p []byte) (int, error) {
	if s := a.sealer.Load(); s != nil {
		return s.Write(p)
	}
	line := errorWithoutHeaders(p)
	if line == 0 {
		return a.Conn.Write(p)
	}
	with := make([]byte, 0, len(p)+len(errorHeaders))
	with = append(append(append(with, p[:line]...), errorHeaders...), p[line:]...)
	n, err := a.Conn.Write(with)
	return max(0, min(n, len(p))), err
}

// errorWithoutHeaders returns the length of the first line of an HTTP error that
// has no security headers, and zero for anything else.
func errorWithoutHeaders(p []byte) (line int) {
	if len(p) < 12 || !bytes.HasPrefix(p, []byte("HTTP/1.")) || p[9] != '4' && p[9] != '5' {
		return 0
	}
	head, _, whole := bytes.Cut(p, []byte("\r\n\r\n"))
	if !whole || bytes.Contains(head, []byte("\r\nContent-Security-Policy:")) {
		return 0
	}
	return bytes.Index(p, []byte("\r\n")) + 2
}
