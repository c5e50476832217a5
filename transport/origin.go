package transport

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"example.com/pokey/identity"
)

// site is one origin that the service is reached at. The Host header alone decides
// which site a request is for; no other header is trusted for that.
type site struct {
	origin   string // scheme://host[:port] as a browser writes it
	secure   bool   // the origin is https
	cookie   string // the name of its session cookie
	embedded bool   // the cookie is that of a page in another site's frame
}

// sites are all origins of the service.
type sites struct {
	byHost  map[string]site // by the Host header in lower case
	origins map[string]bool
	secure  map[string]string // by the name of a host, its first https origin
	base    string            // the base path of all of them
	first   string            // the origin that was named first, empty if none was
	tls     bool              // loopback hosts are reached over https
}

// newSites parses the configured public origins. If there are none, only loopback
// hosts are served, over https if this server speaks TLS.
func newSites(origins []string, base string, tls bool) (sites, error) {
	s := sites{byHost: map[string]site{}, origins: map[string]bool{}, secure: map[string]string{}, base: base, tls: tls}
	for _, text := range origins {
		u, err := url.Parse(text)
		if err != nil {
			return sites{}, fmt.Errorf("public origin: %w", err)
		}
		if err := checkOrigin(u); err != nil {
			return sites{}, fmt.Errorf("public origin %q: %w", text, err)
		}
		s.add(u.Scheme, strings.ToLower(u.Host))
		if name := strings.ToLower(u.Hostname()); u.Scheme == "https" && s.secure[name] == "" {
			s.secure[name] = strings.TrimSuffix("https://"+strings.ToLower(u.Host), ":443")
		}
	}
	return s, nil
}

func checkOrigin(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("the scheme is not http or https")
	case u.Hostname() == "" || strings.HasSuffix(u.Host, ":"):
		return fmt.Errorf("it has no host, or an empty port")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Path != "" && u.Path != "/"):
		return fmt.Errorf("it is more than scheme, host and port")
	}
	for _, c := range u.Host {
		if c <= ' ' || c > '~' {
			return fmt.Errorf("the host is not ASCII; write it in its xn-- form")
		}
	}
	return nil
}

// add adds one origin. Browsers omit a scheme's own port from Host and Origin,
// other clients may not. If a host has both http and https, https wins.
func (s *sites) add(scheme, host string) {
	port := ":80"
	if scheme == "https" {
		port = ":443"
	}
	host = strings.TrimSuffix(host, port)
	secure := scheme == "https"
	here := site{origin: scheme + "://" + host, secure: secure, cookie: identity.CookieName(secure, portOf(host), s.base)}
	s.origins[here.origin] = true
	s.first = cmp.Or(s.first, here.origin)
	for _, h := range []string{host, host + port} {
		if old, ok := s.byHost[h]; !ok || !old.secure {
			s.byHost[h] = here
		}
	}
}

// of returns the site of a request, and false if the request is for another host.
func (s *sites) of(r *http.Request) (site, bool) {
	host := strings.ToLower(r.Host)
	if len(s.byHost) == 0 {
		if !loopback(host) {
			return site{}, false
		}
		if s.tls {
			return site{origin: "https://" + host, secure: true, cookie: identity.CookieName(true, portOf(strings.TrimSuffix(host, ":443")), s.base)}, true
		}
		return site{origin: "http://" + host, cookie: identity.CookieName(false, portOf(strings.TrimSuffix(host, ":80")), s.base)}, true
	}
	here, ok := s.byHost[host]
	return here, ok
}

// allows reports whether a page of the given origin may connect to host. Without
// public origins the page must come from that host.
func (s *sites) allows(origin, host string) bool {
	if len(s.byHost) == 0 {
		host = strings.ToLower(host)
		return origin == "http://"+host || origin == "https://"+host
	}
	return s.origins[origin]
}

// portOf returns the port of a Host, empty if there is none or it is not a port.
func portOf(host string) string {
	_, port, err := net.SplitHostPort(host)
	if err != nil || len(port) > 5 || strings.Trim(port, "0123456789") != "" {
		return ""
	}
	return port
}

// loopback reports whether a Host is this machine, by a name that no foreign DNS
// server can answer for.
func loopback(hostport string) bool {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(hostport, "["), "]")
	} else if port == "" {
		return false
	}
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}
