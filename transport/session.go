package transport

import (
	"net/http"
	"time"

	"example.com/pokey/identity"
	"example.com/pokey/poker"
)

// cookieAge is how long browsers keep a session; package identity refuses an
// older one anyway.
const cookieAge = 30 * 24 * time.Hour

// session is the session a request shows. Two different cookies of the name are
// no session: one of them was put there by somebody else.
func (s *Server) session(r *http.Request, secure bool) (identity.Session, bool) {
	cookies := r.CookiesNamed(identity.CookieName(secure))
	if len(cookies) == 0 {
		return identity.Session{}, false
	}
	for _, c := range cookies[1:] {
		if c.Value != cookies[0].Value {
			return identity.Session{}, false
		}
	}
	session, err := s.cfg.Keys.Unseal(cookies[0].Value, time.Now())
	return session, err == nil
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
// at once would each bring another identity.
func (s *Server) mint(w http.ResponseWriter, r *http.Request, secure bool) minting {
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" && dest != "document" {
		return minting{}
	}
	session, ok := s.session(r, secure)
	switch {
	case ok && !session.Renew:
		return minting{}
	case ok:
		return s.setCookie(w, session.UserID, secure)
	}
	if wait := s.admission.mint(s.clientAddr(r), s.now()); wait > 0 {
		s.counters.mintsRefused.Add(1)
		return minting{mintRefused, wait}
	}
	s.counters.mints.Add(1)
	return s.setCookie(w, s.cfg.Keys.NewUserID(), secure)
}

func (s *Server) setCookie(w http.ResponseWriter, user string, secure bool) minting {
	value, err := s.cfg.Keys.Seal(user, time.Now())
	if err != nil {
		// Only a broken key ring does this; the page loads and cannot connect.
		s.cfg.Log.Error("session not sealed", "err", err)
		return minting{}
	}
	http.SetCookie(w, &http.Cookie{
		Name:     identity.CookieName(secure),
		Value:    value,
		Path:     "/",
		MaxAge:   int(cookieAge / time.Second),
		Secure:   secure,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	})
	return minting{outcome: minted}
}

// user is who a session belongs to.
func user(session identity.Session) poker.UserID { return poker.UserID(session.UserID) }
