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

// cookieAge is the time for which browsers keep the cookie. Package identity
// refuses older ones.
const cookieAge = 30 * 24 * time.Hour

// maxForeign limits how many cookies of other ports and paths are tried.
const maxForeign = 4

// session returns the session of a request. If there are two different cookies of
// the name, there is no session: somebody else has put one of them there.
//
// Without a cookie of the name, a genuine cookie of another port or path counts,
// and is renewed under our own name. Whoever issued it has our secret, so it is
// another node of the service, or this one before it moved to another port.
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

// onlyOne returns the session of cookies that must all be equal.
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

// left returns for how long the session may still be renewed and used.
func (s *Server) left(session identity.Session, now time.Time) time.Duration {
	return session.First.Add(s.cfg.SessionLife).Sub(now)
}

// Standing is what a node knows of a session beyond its cookie.
type Standing struct {
	Revoked bool // its user has ended it
	Known   bool // its user has been in a room
}

// ErrBusy says that a session's standing was not looked up. Whether it has been ended shows
// when its user is welcomed.
var ErrBusy = errors.New("transport: too busy to look a session up")

func (s *Server) standing(ctx context.Context, session identity.Session) (Standing, error) {
	if s.cfg.CheckSession == nil {
		return Standing{}, nil
	}
	return s.cfg.CheckSession(ctx, user(session), session.Issued)
}

// minting is the outcome of [Server.mint] for one request.
type minting struct {
	outcome    mintOutcome
	retryAfter time.Duration // for mintRefused
}

type mintOutcome int

const (
	notMinted   mintOutcome = iota // the request has a session, or is not to get one
	minted                         // the response sets the cookie
	mintRefused                    // the address has had too many
)

// mint gives the client a session, or renews one that is getting old. What a page
// loads gets none: the page just did, and several answers at once would each bring
// another user. A session whose standing nobody can tell is left as it is.
func (s *Server) mint(w http.ResponseWriter, r *http.Request, here site) minting {
	if !s.loadsPage(r, here) {
		return minting{}
	}
	now, addr := time.Now(), s.clientAddr(r)
	if session, ok := s.session(r, here); ok {
		standing, known := s.checkIfAllowed(r.Context(), session, addr)
		switch {
		case known && standing.Revoked: // treated like none
		case known && session.Renew:
			// The new session must not be older than the one it replaces, which may be
			// dated ahead: its user may have ended all sessions before that one.
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

// checkIfAllowed returns the standing of the session of a page load, and false if
// it is not known because the address has asked too often or the check failed. The
// client then keeps its session, which is checked again when it connects.
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
		// Only a broken key ring does this. The page loads and cannot connect.
		s.cfg.Log.Error("sealing a session failed", "err", err)
		return minting{}
	}
	cookie := &http.Cookie{
		Name:     here.cookie,
		Value:    value,
		Path:     s.cfg.BasePath,
		MaxAge:   int(min(cookieAge, s.left(session, issued)) / time.Second),
		Secure:   here.secure,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	}
	if here.embedded {
		cookie.SameSite, cookie.Partitioned = http.SameSiteNoneMode, true
	}
	http.SetCookie(w, cookie)
	return minting{outcome: minted}
}

// user returns the user of a session.
func user(session identity.Session) poker.UserID { return poker.UserID(session.UserID) }
