package protocol

import (
	"bytes"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string, its quotes included.
func (s *scanner) str() bool {
	if !s.take('"') {
		return false
	}
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			return true
		case c == '\\':
			if _, ok := s.escape(); !ok {
				return false
			}
		case c < ' ':
			return false
		default:
			s.at++
		}
	}
	return false
}

// escape reads one escape sequence, or the two that are one surrogate pair, and
// returns the character that it stands for.
func (s *scanner) escape() (rune, bool) {
	if s.at+1 < len(s.text) {
		if i := strings.IndexByte(`"\/bfnrt`, s.text[s.at+1]); i >= 0 {
			s.at += 2
			return rune("\"\\/\b\f\n\r\t"[i]), true
		}
	}
	unit, ok := s.unit()
	if !ok || !utf16.IsSurrogate(unit) {
		return unit, ok
	}
	low, ok := s.unit()
	r := utf16.DecodeRune(unit, low)
	return r, ok && r != unicode.ReplacementChar
}

// unit reads \uXXXX.
func (s *scanner) unit() (rune, bool) {
	if s.at+6 > len(s.text) || s.text[s.at] != '\\' || s.text[s.at+1] != 'u' {
		return 0, false
	}
	var b [2]byte
	if _, err := hex.Decode(b[:], s.text[s.at+2:s.at+6]); err != nil {
		return 0, false
	}
	s.at += 6
	return rune(b[0])<<8 | rune(b[1]), true
}

// number reads a number of any size: JSON sets no limit.
func (s *scanner) number() bool {
	s.take('-')
	if !s.take('0') && !s.digits() {
		return false
	}
	if s.take('.') && !s.digits() {
		return false
	}
	if s.take('e') || s.take('E') {
		if !s.take('+') {
			s.take('-')
		}
		return s.digits()
	}
	return true
}

// digits reads one digit or more.
func (s *scanner) digits() bool {
	from := s.at
	for '0' <= s.peek() && s.peek() <= '9' {
		s.at++
	}
	return s.at > from
}

// word reads a literal name.
func (s *scanner) word(w string) bool {
	if !bytes.HasPrefix(s.text[s.at:], []byte(w)) {
		return false
	}
	s.at += len(w)
	return true
}

// space reads white space, if any.
func (s *scanner) space() {
	for c := s.peek(); c == ' ' || c == '\n' || c == '\r' || c == '\t'; c = s.peek() {
		s.at++
	}
}

// take reads c if that is what comes next.
func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

// peek is the next byte, or zero at the end. A zero byte is nowhere legal, so
// the two need no telling apart.
func (s *scanner) peek() byte {
	if s.at == len(s.text) {
		return 0
	}
	return s.text[s.at]
}

// unquote is a scanned string without quotes and escapes. It shares the message's
// memory where it can.
func unquote(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	return unescape(quoted)
}

func unescape(quoted []byte) []byte {
	plain := make([]byte, 0, len(quoted)) // nothing is shorter escaped
	s := scanner{text: quoted, at: 1}
	for s.peek() != '"' {
		if s.peek() != '\\' {
			plain = append(plain, s.peek())
			s.at++
			continue
		}
		r, _ := s.escape()
		plain = utf8.AppendRune(plain, r)
	}
	return plain
}
