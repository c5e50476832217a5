package transport

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// embeddedMark ends the name of the session cookie that a page in another site's
// frame has. No port and no path has this character, and no browser sends the
// cookie to a page that is not in a frame, unless it does not know partitions or
// both sites are one to it.
const embeddedMark = "~embedded"

// embedOrigin has no wildcard and nothing that would end a directive of the policy.
var embedOrigin = regexp.MustCompile(`^https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$`)

// CheckEmbedOrigin returns an error unless text is an origin that
// [Config.EmbedOrigins] may have. Over http somebody on the way could put a page of
// their own around the frame.
func CheckEmbedOrigin(text string) error {
	if !embedOrigin.MatchString(text) {
		return fmt.Errorf("%q is not of the form https://host or https://host:port, in lower case and without *", text)
	}
	return nil
}

// embedPolicy returns the policy of a page for a service that sites may embed.
func embedPolicy(policy string, origins []string) string {
	return strings.Replace(policy, "frame-ancestors 'none'", "frame-ancestors "+strings.Join(origins, " "), 1)
}

// embeddable reports whether other sites may have the page of this site in a frame.
// Browsers keep a cookie there only over https.
func (s *Server) embeddable(here site) bool { return len(s.cfg.EmbedOrigins) > 0 && here.secure }

// framed returns the site with the cookie that counts for the request: the embedded
// one if the request comes from a frame and brings no ordinary one. A browser that
// sends the ordinary one to a frame takes both sites for one, and then the user is
// the same in the frame and outside.
func (s *Server) framed(r *http.Request, here site) site {
	if !s.embeddable(here) || len(r.CookiesNamed(here.cookie)) > 0 {
		return here
	}
	embedded := here.cookie + embeddedMark
	switch r.Header.Get("Sec-Fetch-Dest") {
	case "document":
		return here
	case "iframe":
	default: // a connection, or something that the page loads, does not say where the page is
		if len(r.CookiesNamed(embedded)) == 0 {
			return here
		}
	}
	here.cookie, here.embedded = embedded, true
	return here
}

// loadsPage reports whether the request may bring the client a session: a browser
// says that it is for a page, or the client says nothing.
func (s *Server) loadsPage(r *http.Request, here site) bool {
	switch r.Header.Get("Sec-Fetch-Dest") {
	case "", "document":
		return true
	case "iframe":
		return s.embeddable(here)
	default:
		return false
	}
}
