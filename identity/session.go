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

// The life of a session. It is renewed long before [SessionMaxAge], so a user who
// stays away for less keeps it. After SessionLife, unless the operator says
// otherwise, it is not renewed any more.
const (
	SessionLife       = 90 * 24 * time.Hour
	SessionMaxAge     = 30 * 24 * time.Hour
	SessionRenewAfter = 7 * 24 * time.Hour
	SessionMaxSkew    = 5 * time.Minute // by how much the clock of the issuing node may be ahead
)

const (
	// The payload of a session: its version, the user, when the user's first session
	// was issued, and when this one was. Version 1 had no time of the first session.
	// It was never released, and is refused.
	sessionVersion = 2
	firstAt        = 1 + userBytes
	issuedAt       = firstAt + 8
	sessionBytes   = issuedAt + 8
	maxCookie      = 256 // characters; a genuine one has about 152

	// The names that are signed with a value. They differ by how the session was
	// issued, so that a session that somebody has read or planted on plain http is
	// invalid over https, whatever the name of the cookie.
	sealedPlain  = "pokey-session"
	sealedSecure = "pokey-session-https"
)

// ErrSession is wrapped by the error for every value that is not a session: forged,
// changed, too old, from the future, or sealed by a retired master. The rest of the
// text is for a log; clients are told nothing more.
var ErrSession = errors.New("identity: not a valid session")

// ErrForged is the [ErrSession] for a value that was never sealed here for this
// use: made up, changed, sealed by a retired master, or issued over http and sent
// over https.
var ErrForged = fmt.Errorf("%w: not genuine", ErrSession)

// Session is the content of a cookie.
type Session struct {
	UserID string
	First  time.Time // when the user's first session was issued; to the second, UTC
	Issued time.Time // when this session was issued; to the second, UTC
	Renew  bool      // the cookie is valid, and due to be replaced
}

// CookieName returns the name of a site's session cookie. It depends on whether the
// public origin is https, on its port, if that is not the scheme's own, and on the
// base path with its slashes. Cookies do not know ports, and a cookie with the path
// / is sent to every path, so the name keeps two sites on one host apart.
//
// Browsers keep a __Host- cookie only if it is Secure and for the whole host, and a
// Secure one only over https.
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

// inName replaces the characters that a cookie's name may not have. It keeps the
// length, so that no two nested paths have the same name.
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

// Seal returns the cookie value of a new user's session, to be sent over https or
// over plain http. It returns an error if user is not a user id.
func (k *Keys) Seal(user string, now time.Time, secure bool) (string, error) {
	return k.Reseal(Session{UserID: user, First: now}, now, secure)
}

// Reseal returns a cookie value that replaces that of s. The life of the session
// goes on. The value has no characters that need quoting in a cookie.
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

// Unseal reads a cookie value from an untrusted source, for a site that is https or
// is not. A session that was issued the other way is invalid. The error wraps
// [ErrSession], whatever is wrong.
func (k *Keys) Unseal(value string, now time.Time, secure bool) (Session, error) {
	// securecookie skips line ends and ignores left-over bits when it decodes, so
	// one session would have many spellings.
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

// read parses a payload whose signature is valid.
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

// newCookie returns the codec of one master. Its own clock is switched off, because
// it cannot be given the time.
func newCookie(sign, encrypt []byte) *securecookie.SecureCookie {
	return securecookie.New(sign, encrypt).MaxAge(0).MaxLength(maxCookie).SetSerializer(securecookie.NopEncoder{})
}
