package transport

import (
	"net"
	"net/http"
	"strings"
)

// redirectSockets are the limits of the port for plain http, where nobody stays.
var redirectSockets = SocketLimits{Total: 64, PerAddress: 16, Local: 2}

// RedirectSockets is how many connections the port for plain http has at most.
func RedirectSockets() int { return redirectSockets.Total + redirectSockets.Local }

// Redirect returns a server for plain http, and the listener to serve instead of l.
// It sends browsers to the same page over https, and nobody to another host. The
// challenge answers what an authority asks; it reports whether it has answered.
func (s *Server) Redirect(l net.Listener, challenge func(http.ResponseWriter, *http.Request) bool) (*http.Server, net.Listener) {
	limits := redirectSockets
	limits.Proxies = s.cfg.TrustedProxies
	sockets := NewSockets(limits)
	server := s.server(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.redirect(w, r, challenge) }))
	server.ConnState = sockets.ConnState
	return server, sockets.Listen(l)
}

func (s *Server) redirect(w http.ResponseWriter, r *http.Request, challenge func(http.ResponseWriter, *http.Request) bool) {
	h := w.Header()
	setSecurityHeaders(h, false)
	h.Set("Connection", "close") // whatever follows in the request is not read
	if challenge(w, r) {
		return
	}
	origin, ok := s.sites.secureOrigin(r.Host)
	switch {
	case r.URL.Path == s.cfg.BasePath+"healthz" && loopback(r.Host):
		healthy.serve(w, r, minting{})
	case !ok:
		s.ObserveSecurity(ForeignHost, s.clientAddr(r), "host", r.Host)
		refuseHost.write(w)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		refuseMethod.write(w)
	default:
		path := r.URL.RequestURI()
		if !strings.HasPrefix(path, "/") {
			path = "/"
		}
		h.Set("Location", origin+path)
		h.Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusPermanentRedirect)
	}
}

// secureOrigin returns the first https origin of a host, whatever the port is that
// the request came to.
func (s *sites) secureOrigin(host string) (string, bool) {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	origin, ok := s.secure[strings.ToLower(name)]
	return origin, ok
}
