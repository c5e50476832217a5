package transport

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"example.com/pokey/identity"
	"example.com/pokey/poker"
)

// cookieAge is how long browsers keep a session; package identity refuses an
// older one anyway.
const cookieAge = 30 * 24 * time.Hour

// maxForeign is how many cookies of neighbours are looked at.
const maxForeign = 4

// session is the session a request shows. Two different cookies of the name are
// no session: one of them was put there by somebody else.
//
// Where there is none of the name, the cookie of a neighbour counts if it is
// genuine here, and is to be renewed under our own name: that neighbour shares
// the secret, so it is another node of the service, or this one before it moved
// to another port.
func (s *Server) session(r *http.Request, here site) (identity.Session, bool) {
	if cookies := r.CookiesNamed(here.cookie); len(cookies) > 0 {
		return s.onlyOne(r, cookies, here)
	}
	family := identity.CookieName(here.secure, "", s.cfg.BasePath)
	family, _, _ = strings.Cut(family, ".")
	var genuine []*http.Cookie
	looked := 0
	for _, c := range r.Cookies() {
		if !strings.HasPrefix(c.Name, family) {
			continue
		}
		if looked++; looked > maxForeign {
			break
		}
		if _, err := s.cfg.Keys.Unseal(c.Value, time.Now(), here.secure); err == nil {
			genuine = append(genuine, c)
		}
	}
	session, ok := s.onlyOne(r, genuine, here)
	session.Renew = ok
	return session, ok
}

// onlyOne is the session that all the cookies hold.
func (s *Server) onlyOne(r *http.Request, cookies []*http.Cookie, here site) (identity.Session, bool) {
	if len(cookies) == 0 || slices.ContainsFunc(cookies, func(c *http.Cookie) bool { return c.Value != cookies[0].Value }) {
		return identity.Session{}, false
	}
	now := time.Now()
	session, err := s.cfg.Keys.Unseal(cookies[0].Value, now, here.secure)
	if errors.Is(err, identity.ErrForged) {
		s.ObserveSecurity(ForgedSession, s.clientAddr(r))
	}
	if err != nil || s.left(session, now) <= 0 {
		return identity.Session{}, false
	}
	return session, true
}

// left is how long it may still be re-issued and used.
func (s *Server) left(session identity.Session, now time.Time) time.Duration {
	return session.First.Add(s.cfg.SessionLife).Sub(now)
}

// Standing is what is known of a session besides what its cookie proves.
type Standing struct {
	Revoked bool // its user has ended it
	Known   bool // its user has been in a room
}

func (s *Server) standing(ctx context.Context, session identity.Session) (Standing, error) {
	if s.cfg.CheckSession == nil {
		return Standing{}, nil
	}
	return s.cfg.CheckSession(ctx, user(session), session.Issued)
}

// minting is what became of the session of a request for an asset.
type minting struct {
	outcome    mintOutcome
	retryAfter time.Duration // only when refused
}

type mintOutcome int

const (
	notMinted   mintOutcome = iota // there is a good session, or it is not for this request to bring one
	minted                         // the response sets the cookie
	mintRefused                    // this address was given too many
)

// mint gives the client a session, or renews it, where it has none that will
// last. What a page loads does not: its document just did, and several answers
// at once would each bring another identity. A session that may have been
// revoked, because nobody can say, is left as it is.
func (s *Server) mint(w http.ResponseWriter, r *http.Request, here site) minting {
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" && dest != "document" {
		return minting{}
	}
	now, addr := time.Now(), s.clientAddr(r)
	if session, ok := s.session(r, here); ok {
		standing, known := s.checkIfAllowed(r.Context(), session, addr)
		switch {
		case known && standing.Revoked: // as good as none
		case known && session.Renew:
			// Not before the one it replaces, which may be dated ahead: its user may have
			// ended all that were issued before that one.
			return s.setCookie(w, session, latest(now, session.Issued), here)
		default:
			return minting{}
		}
	}
	if wait := s.admission.takeMint(addr, s.now()); wait > 0 {
		s.counters.mintsRefused.Add(1)
		s.ObserveSecurity(LimitedSessions, addr)
		return minting{mintRefused, wait}
	}
	s.counters.mints.Add(1)
	return s.setCookie(w, identity.Session{UserID: s.cfg.Keys.NewUserID(), First: now}, now, here)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// checkIfAllowed asks how it stands with the session of somebody who loads a document, if
// their address has not asked too often. Without an answer they keep what they
// have: whoever connects with it is asked about again.
func (s *Server) checkIfAllowed(ctx context.Context, session identity.Session, addr netip.Addr) (standing Standing, known bool) {
	if !s.admission.takeCheck(addr, s.now()) {
		return Standing{}, false
	}
	standing, err := s.standing(ctx, session)
	return standing, err == nil
}

func (s *Server) setCookie(w http.ResponseWriter, session identity.Session, issued time.Time, here site) minting {
	value, err := s.cfg.Keys.Reseal(session, issued, here.secure)
	if err != nil {
		// Only a broken key ring does this; the page loads and cannot connect.
		s.cfg.Log.Error("session not sealed", "err", err)
		return minting{}
	}
	http.SetCookie(w, &http.Cookie{
		Name:     here.cookie,
		Value:    value,
		Path:     s.cfg.BasePath,
		MaxAge:   int(min(cookieAge, s.left(session, issued)) / time.Second),
		Secure:   here.secure,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	})
	return minting{outcome: minted}
}

// user is who a session belongs to.
func user(session identity.Session) poker.UserID { return poker.UserID(session.UserID) }
