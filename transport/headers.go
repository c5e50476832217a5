package transport

import (
	"net/http"
	"strconv"
	"time"
)

// policy allows the page to load its own files and to talk to its own server, and
// nothing else. Under Trusted Types, assigning text as HTML is an error.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'"

const yearInSeconds = 365 * 24 * 60 * 60

// setSecurityHeaders is called first, so that every response has the headers.
func setSecurityHeaders(h http.Header, secure bool) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if secure {
		h.Set("Strict-Transport-Security", "max-age="+strconv.Itoa(yearInSeconds))
	}
}

// refusal is an HTTP error response.
type refusal struct {
	status     int
	code       string        // for programs, in the body
	retryAfter time.Duration // zero for none
}

// The refusals without a variable part.
var (
	refuseMethod      = refusal{status: http.StatusMethodNotAllowed, code: "method_not_allowed"}
	refuseHost        = refusal{status: http.StatusMisdirectedRequest, code: "host_not_allowed"}
	refuseNotFound    = refusal{status: http.StatusNotFound, code: "not_found"}
	refuseInternal    = refusal{status: http.StatusInternalServerError, code: "internal"}
	refuseUpgrade     = refusal{status: http.StatusUpgradeRequired, code: "upgrade_required"}
	refuseHandshake   = refusal{status: http.StatusBadRequest, code: "bad_handshake"}
	refuseRequest     = refusal{status: http.StatusBadRequest, code: "bad_request"}
	refuseOrigin      = refusal{status: http.StatusForbidden, code: "origin_not_allowed"}
	refuseNotFresh    = refusal{status: http.StatusConflict, code: "session_not_fresh"}
	refuseSession     = refusal{status: http.StatusUnauthorized, code: "session_required"}
	refuseUnavailable = refusal{http.StatusServiceUnavailable, "unavailable", 2 * time.Second}
	refuseAddress     = refusal{http.StatusTooManyRequests, "too_many_connections", 10 * time.Second}
	refuseFull        = refusal{http.StatusServiceUnavailable, "server_full", 10 * time.Second}
	refuseDraining    = refusal{http.StatusServiceUnavailable, "draining", 2 * time.Second}
)

// write answers with the refusal.
func (f refusal) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	if f.retryAfter > 0 {
		h.Set("Retry-After", seconds(f.retryAfter))
	}
	w.WriteHeader(f.status)
	_, _ = w.Write([]byte(`{"error":"` + f.code + `"}` + "\n")) // on failure the client is gone
}

// seconds returns a duration for Retry-After, in whole seconds, rounded up.
func seconds(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}
