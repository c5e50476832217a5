package identity

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/gorilla/securecookie"
)

// How old a session may be. A session is re-issued long before [SessionMaxAge], so
// only somebody who stays away for that long becomes somebody else; and so does
// everybody when the life of a session is over, however often it was re-issued.
// SessionLife is what that is unless the operator says otherwise.
const (
	SessionLife       = 90 * 24 * time.Hour
	SessionMaxAge     = 30 * 24 * time.Hour
	SessionRenewAfter = 7 * 24 * time.Hour
	SessionMaxSkew    = 5 * time.Minute // how far ahead the clock of the issuing node may have been
)

const (
	// The payload of a session: its version, the user, when the first one of its
	// line was issued, and when this one was. Version 1 did not say how old the line
	// is; it was never released, and is refused.
	sessionVersion = 2
	firstAt        = 1 + userBytes
	issuedAt       = firstAt + 8
	sessionBytes   = issuedAt + 8
	maxCookie      = 256 // characters; a genuine one has about 152

	// sealedAs is the name that is signed with every value. It is the same for
	// both cookie names, for they never serve the same origin.
	sealedAs = "pokey-session"
)

// ErrSession is wrapped by the error for every value that is not a session:
// forged, changed, too old, from the future, or sealed by a retired master. What
// the text adds is for a log; the client is told nothing but that.
var ErrSession = errors.New("identity: not a valid session")

var errForged = fmt.Errorf("%w: not genuine", ErrSession)

// Session is what a cookie proves.
type Session struct {
	UserID string
	First  time.Time // when the user was given their first session; to the second, UTC
	Issued time.Time // when this one was; to the second, UTC
	Renew  bool      // the cookie is good, and to be replaced at the next occasion
}

// CookieName is the name of the session cookie. Browsers keep a __Host- cookie
// only when it is Secure, and a Secure one only over https; so the name follows
// whether the site's public origin is https.
func CookieName(secure bool) string {
	if secure {
		return "__Host-pokey"
	}
	return "pokey_plain"
}

// Seal makes the value of a new user's session cookie. It returns an error if user
// is not a user id.
func (k *Keys) Seal(user string, now time.Time) (string, error) {
	return k.Reseal(Session{UserID: user, First: now}, now)
}

// Reseal makes the value of a session cookie in place of the one that proved s. Its
// life goes on from when that began. Characters that need quoting in a cookie do
// not occur in the value.
func (k *Keys) Reseal(s Session, issued time.Time) (string, error) {
	payload := make([]byte, sessionBytes)
	payload[0] = sessionVersion
	if !decode(payload[1:firstAt], s.UserID) {
		return "", errors.New("identity: a session needs a user id")
	}
	binary.BigEndian.PutUint64(payload[firstAt:], uint64(s.First.Unix()))
	binary.BigEndian.PutUint64(payload[issuedAt:], uint64(issued.Unix()))
	value, err := k.ring[0].cookie.Encode(sealedAs, payload)
	if err != nil {
		return "", fmt.Errorf("identity: sealing a session: %w", err)
	}
	return value, nil
}

// Unseal reads the value of a session cookie that anybody may have sent. It
// returns an error that wraps [ErrSession] for any fault.
func (k *Keys) Unseal(value string, now time.Time) (Session, error) {
	// securecookie skips line ends and left-over bits when it decodes, so that one
	// session could be spelt in many ways.
	if len(value) > maxCookie {
		return Session{}, errForged
	}
	raw, err := base64.URLEncoding.DecodeString(value)
	if err != nil || base64.URLEncoding.EncodeToString(raw) != value {
		return Session{}, errForged
	}
	for i := range k.ring {
		var payload []byte
		if k.ring[i].cookie.Decode(sealedAs, value, &payload) == nil {
			return read(payload, now, i > 0)
		}
	}
	return Session{}, errForged
}

// read takes a payload apart that a master has vouched for.
func read(payload []byte, now time.Time, old bool) (Session, error) {
	if len(payload) != sessionBytes || payload[0] != sessionVersion {
		return Session{}, fmt.Errorf("%w: unknown version", ErrSession)
	}
	first, issued := moment(payload[firstAt:]), moment(payload[issuedAt:])
	age := now.Sub(issued)
	switch {
	case age > SessionMaxAge:
		return Session{}, fmt.Errorf("%w: too old", ErrSession)
	case age < -SessionMaxSkew:
		return Session{}, fmt.Errorf("%w: from the future", ErrSession)
	}
	return Session{
		UserID: crockford.EncodeToString(payload[1:firstAt]),
		First:  first,
		Issued: issued,
		Renew:  old || age >= SessionRenewAfter,
	}, nil
}

// moment reads a time of the payload.
func moment(b []byte) time.Time { return time.Unix(int64(binary.BigEndian.Uint64(b)), 0).UTC() }

// newCookie makes the codec of one master. Its own clock is switched off,
// because it cannot be told what time it is.
func newCookie(sign, encrypt []byte) *securecookie.SecureCookie {
	return securecookie.New(sign, encrypt).MaxAge(0).MaxLength(maxCookie).SetSerializer(securecookie.NopEncoder{})
}
