package transport

import (
	"context"
	"errors"
	"net/http"
	"time"

	"example.com/pokey/identity"
)

// ErrRevoked is returned by [Config.SignOut] for a session that has been ended.
var ErrRevoked = errors.New("transport: the session has been ended")

// Signing out other devices takes two HTTP requests: a WebSocket cannot set a
// cookie, and an answer may be lost. The first brings a fresh session and ends
// nothing. The second, with that session, ends all that were issued before it. So
// the user has a session that stays before any other ends, and can send each
// request again.
const (
	freshPath   = "sign-out-others/fresh"
	signOutPath = "sign-out-others"
	// freshLead is the time by which the fresh session is dated ahead: sessions that
	// are being renewed, or that a node with a faster clock has renewed, end with
	// the others. It is also the time within which the second request must come.
	freshLead = time.Minute
	// freshDrift limits how much further ahead sessions get when a user signs out
	// again and again: each is a second younger than the one before.
	freshDrift = 10 * time.Second
	// signOutTimeout limits the second request. After it the outcome is unknown, and
	// the user is asked to try again.
	signOutTimeout = 8 * time.Second
)

// serveSignOut answers either of the two requests.
func (s *Server) serveSignOut(w http.ResponseWriter, r *http.Request, here site, hostAllowed bool, path string) {
	session, why := s.admitSignOut(r, here, hostAllowed)
	if why != nil {
		if why.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", http.MethodPost)
		}
		why.write(w)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	if path == freshPath {
		s.freshen(w, session, here)
	} else {
		s.signOut(w, r, session)
	}
}

// freshen answers with a session that is younger than any other of the user.
func (s *Server) freshen(w http.ResponseWriter, session identity.Session, here site) {
	fresh := time.Now().Add(freshLead).Truncate(time.Second)
	if !fresh.After(session.Issued) {
		fresh = session.Issued.Add(time.Second)
	}
	if ahead := time.Until(fresh) - freshLead; ahead > freshDrift {
		(&refusal{http.StatusTooManyRequests, "rate_limited", ahead}).write(w)
		return
	}
	if s.setCookie(w, session, fresh, here).outcome != minted {
		refuseInternal.write(w)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// signOut ends all sessions of the user that were issued before this one. A session
// that is not dated ahead is refused: a session that another node has renewed
// meanwhile would stay.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request, session identity.Session) {
	if !session.Issued.After(time.Now()) {
		refuseNotFresh.write(w)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), signOutTimeout)
	defer cancel()
	switch err := s.cfg.SignOut(ctx, user(session), session.Issued); {
	case errors.Is(err, ErrRevoked):
		refuseSession.write(w)
	case err != nil:
		s.cfg.Log.Warn("ending sessions failed", "err", err)
		refuseUnavailable.write(w)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// admitSignOut makes the checks for connecting, in the same order, and refuses
// pages of other sites. A request without Origin comes from no page, or from a
// browser so old that it sends no cookie with it.
func (s *Server) admitSignOut(r *http.Request, here site, hostAllowed bool) (identity.Session, *refusal) {
	if r.Method != http.MethodPost {
		return identity.Session{}, &refuseMethod
	}
	if !hostAllowed {
		s.ObserveSecurity(ForeignHost, s.clientAddr(r), "host", r.Host)
		return identity.Session{}, &refuseHost
	}
	h := r.Header
	if len(h.Values("Origin")) > 1 || r.ContentLength != 0 || len(r.TransferEncoding) > 0 {
		return identity.Session{}, &refuseRequest
	}
	if site := h.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" || !s.allowsOrigin(h.Get("Origin"), r.Host) {
		s.ObserveSecurity(ForeignOrigin, s.clientAddr(r), "origin", h.Get("Origin"))
		return identity.Session{}, &refuseOrigin
	}
	session, ok := s.session(r, here)
	if !ok {
		return identity.Session{}, &refuseSession
	}
	addr := s.clientAddr(r)
	if wait := s.admission.takeEnd(addr, s.now()); wait > 0 {
		s.ObserveSecurity(LimitedEndings, addr)
		return identity.Session{}, &refusal{http.StatusTooManyRequests, "rate_limited", wait}
	}
	standing, err := s.standing(r.Context(), session)
	switch {
	case err != nil:
		return identity.Session{}, &refuseUnavailable
	case standing.Revoked:
		return identity.Session{}, &refuseSession
	}
	return session, nil
}
