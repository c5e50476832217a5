// Package wire reads Pokey's messages without building them up: it walks over
// the JSON and hands out pieces of it. A load generator gets more messages than
// it could afford to decode, and needs two or three fields of most of them.
//
// The package is an independent reading of the wire contract and shares no code
// with the server. It tolerates any order of fields and any white space. It
// checks no more syntax than it needs to find its way, so it is no validator.
package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
)

// ErrSyntax is returned for bytes that cannot be walked over as JSON.
var ErrSyntax = errors.New("wire: not JSON")

// Object calls f for the members of the JSON object that b begins with, in
// order, until f returns false. The key is without its quotes and with its
// escapes as they are; the value is raw JSON. Both are parts of b. Nothing
// beyond the value at which f stops has been looked at.
func Object(b []byte, f func(key, value []byte) bool) error {
	i := space(b, 0)
	if i >= len(b) || b[i] != '{' {
		return ErrSyntax
	}
	i = space(b, i+1)
	if i < len(b) && b[i] == '}' {
		return nil
	}
	for {
		end, err := skipString(b, i)
		if err != nil {
			return err
		}
		key := b[i+1 : end-1]
		i = space(b, end)
		if i >= len(b) || b[i] != ':' {
			return ErrSyntax
		}
		i = space(b, i+1)
		if end, err = skip(b, i); err != nil {
			return err
		}
		if !f(key, b[i:end]) {
			return nil
		}
		i = space(b, end)
		if i >= len(b) {
			return ErrSyntax
		}
		switch b[i] {
		case ',':
			i = space(b, i+1)
		case '}':
			return nil
		default:
			return ErrSyntax
		}
	}
}

// skip returns the index behind the JSON value that begins at i.
func skip(b []byte, i int) (int, error) {
	if i >= len(b) {
		return 0, ErrSyntax
	}
	switch b[i] {
	case '"':
		return skipString(b, i)
	case '{', '[':
		return skipNested(b, i)
	}
	start := i
	for i < len(b) && !delimits(b[i]) {
		i++
	}
	if i == start {
		return 0, ErrSyntax
	}
	return i, nil
}

// skipNested returns the index behind the object or array that begins at i.
func skipNested(b []byte, i int) (int, error) {
	for depth := 0; i < len(b); {
		switch b[i] {
		case '"':
			end, err := skipString(b, i)
			if err != nil {
				return 0, err
			}
			i = end
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1, nil
			}
		}
		i++
	}
	return 0, ErrSyntax
}

// skipString returns the index behind the string that begins at i.
func skipString(b []byte, i int) (int, error) {
	if i >= len(b) || b[i] != '"' {
		return 0, ErrSyntax
	}
	for from := i + 1; ; {
		n := bytes.IndexByte(b[from:], '"')
		if n < 0 {
			return 0, ErrSyntax
		}
		end := from + n
		escapes := 0
		for j := end - 1; j > i && b[j] == '\\'; j-- {
			escapes++
		}
		if escapes%2 == 0 {
			return end + 1, nil
		}
		from = end + 1
	}
}

func delimits(c byte) bool {
	switch c {
	case ',', '}', ']', ':', ' ', '\t', '\n', '\r':
		return true
	}
	return false
}

func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// String is the text of a raw JSON string. It reports false for anything else.
func String(value []byte) (string, bool) {
	if len(value) < 2 || value[0] != '"' {
		return "", false
	}
	if inner := value[1 : len(value)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return string(inner), true
	}
	var s string
	err := json.Unmarshal(value, &s)
	return s, err == nil
}

// Uint is the value of a raw JSON number without sign, fraction or exponent. It
// reports false for anything else.
func Uint(value []byte) (uint64, bool) {
	n, err := strconv.ParseUint(string(value), 10, 64)
	return n, err == nil
}

// True reports whether value is the literal true.
func True(value []byte) bool { return string(value) == "true" }

// False reports whether value is the literal false.
func False(value []byte) bool { return string(value) == "false" }

// Null reports whether value is the literal null.
func Null(value []byte) bool { return string(value) == "null" }
