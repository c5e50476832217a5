package transport

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"example.com/pokey/identity"
)

// site is one place that the service is reached at. Which site a request is for
// follows from its Host alone; headers that a client or a proxy may add say
// nothing about it.
type site struct {
	origin string // scheme://host[:port] as a browser writes it
	secure bool   // the origin is https
	cookie string // the name of its session cookie
}

// sites are the public origins.
type sites struct {
	byHost  map[string]site // by Host header, lower case
	origins map[string]bool
	base    string // the path that all of them are below
}

// newSites reads the configured public origins. None is allowed: then only
// loopback hosts are served.
func newSites(origins []string, base string) (sites, error) {
	s := sites{byHost: map[string]site{}, origins: map[string]bool{}, base: base}
	for _, text := range origins {
		u, err := url.Parse(text)
		if err != nil {
			return sites{}, fmt.Errorf("public origin: %w", err)
		}
		if err := checkOrigin(u); err != nil {
			return sites{}, fmt.Errorf("public origin %q: %w", text, err)
		}
		s.add(u.Scheme, strings.ToLower(u.Host))
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

// add takes one origin in. Browsers leave a scheme's own port out of both Host
// and Origin, other clients may not. Of http and https at one host, https wins.
func (s *sites) add(scheme, host string) {
	port := ":80"
	if scheme == "https" {
		port = ":443"
	}
	host = strings.TrimSuffix(host, port)
	secure := scheme == "https"
	here := site{scheme + "://" + host, secure, identity.CookieName(secure, portOf(host), s.base)}
	s.origins[here.origin] = true
	for _, h := range []string{host, host + port} {
		if old, ok := s.byHost[h]; !ok || !old.secure {
			s.byHost[h] = here
		}
	}
}

// of is the site a request is for, and false when it is for none of ours.
func (s *sites) of(r *http.Request) (site, bool) {
	host := strings.ToLower(r.Host)
	if len(s.byHost) == 0 {
		if !loopback(host) {
			return site{}, false
		}
		return site{"http://" + host, false, identity.CookieName(false, portOf(strings.TrimSuffix(host, ":80")), s.base)}, true
	}
	here, ok := s.byHost[host]
	return here, ok
}

// allows says whether a page of the given origin may connect to host. With no
// public origins configured the page must come from that very host.
func (s *sites) allows(origin, host string) bool {
	if len(s.byHost) == 0 {
		host = strings.ToLower(host)
		return origin == "http://"+host || origin == "https://"+host
	}
	return s.origins[origin]
}

// portOf is the port of a Host, empty where it has none or what it has is no port.
func portOf(host string) string {
	_, port, err := net.SplitHostPort(host)
	if err != nil || len(port) > 5 || strings.Trim(port, "0123456789") != "" {
		return ""
	}
	return port
}

// loopback says whether a Host is this machine by a name that no foreign DNS
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
