package identity

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
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

	// The names that are signed with a value. They differ by how the session was
	// handed out, so that what somebody read or planted on plain http is nothing
	// over https, under whatever name it is sent.
	sealedPlain  = "pokey-session"
	sealedSecure = "pokey-session-https"
)

// ErrSession is wrapped by the error for every value that is not a session:
// forged, changed, too old, from the future, or sealed by a retired master. What
// the text adds is for a log; the client is told nothing but that.
var ErrSession = errors.New("identity: not a valid session")

// ErrForged is [ErrSession] for what was never sealed here: made up, changed, sealed
// by a retired master or handed out over http and shown over https.
var ErrForged = fmt.Errorf("%w: not genuine", ErrSession)

// Session is what a cookie proves.
type Session struct {
	UserID string
	First  time.Time // when the user was given their first session; to the second, UTC
	Issued time.Time // when this one was; to the second, UTC
	Renew  bool      // the cookie is good, and to be replaced at the next occasion
}

// CookieName is the name of the session cookie of a site: whether its public
// origin is https, its port if that is not the scheme's own, and the path below
// which it is served, with its slashes. Cookies do not know ports, and one whose
// path is / is sent to every path, so two sites on one host keep apart by name.
//
// Browsers keep a __Host- cookie only when it is Secure and for the whole host,
// and a Secure one only over https.
func CookieName(secure bool, port, path string) string {
	name := "pokey_plain"
	switch {
	case secure && path == "/":
		name = "__Host-pokey"
	case secure:
		name = "__Secure-pokey"
	}
	if port != "" {
		name += "_" + port
	}
	if path = strings.Trim(path, "/"); path != "" {
		name += "." + strings.Map(inName, path)
	}
	return name
}

// inName replaces what a cookie's name may not have. It keeps the length, so a
// path below another one never has the same name.
func inName(c rune) rune {
	if c < 0x80 && (c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') {
		return c
	}
	return '-'
}

func sealedAs(secure bool) string {
	if secure {
		return sealedSecure
	}
	return sealedPlain
}

// Seal makes the value of a new user's session cookie, to be handed out over https
// or over plain http. It returns an error if user is not a user id.
func (k *Keys) Seal(user string, now time.Time, secure bool) (string, error) {
	return k.Reseal(Session{UserID: user, First: now}, now, secure)
}

// Reseal makes the value of a session cookie in place of the one that proved s. Its
// life goes on from when that began. Characters that need quoting in a cookie do
// not occur in the value.
func (k *Keys) Reseal(s Session, issued time.Time, secure bool) (string, error) {
	payload := make([]byte, sessionBytes)
	payload[0] = sessionVersion
	if !decode(payload[1:firstAt], s.UserID) {
		return "", errors.New("identity: a session needs a user id")
	}
	binary.BigEndian.PutUint64(payload[firstAt:], uint64(s.First.Unix()))
	binary.BigEndian.PutUint64(payload[issuedAt:], uint64(issued.Unix()))
	value, err := k.ring[0].cookie.Encode(sealedAs(secure), payload)
	if err != nil {
		return "", fmt.Errorf("identity: sealing a session: %w", err)
	}
	return value, nil
}

// Unseal reads the value of a session cookie that anybody may have sent, to a
// site that is https or is not: a session that was handed out the other way is
// none. It returns an error that wraps [ErrSession] for any fault.
func (k *Keys) Unseal(value string, now time.Time, secure bool) (Session, error) {
	// securecookie skips line ends and left-over bits when it decodes, so that one
	// session could be spelt in many ways.
	if len(value) > maxCookie {
		return Session{}, ErrForged
	}
	raw, err := base64.URLEncoding.DecodeString(value)
	if err != nil || base64.URLEncoding.EncodeToString(raw) != value {
		return Session{}, ErrForged
	}
	for i := range k.ring {
		var payload []byte
		if k.ring[i].cookie.Decode(sealedAs(secure), value, &payload) == nil {
			return read(payload, now, i > 0)
		}
	}
	return Session{}, ErrForged
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
