package protocol

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"example.com/pokey/poker"
)

// delta writes the fields in which a JSON object differs from what it was, as
// an RFC 7396 merge patch. While full is set there was no such object before
// and every field is written: a whole object is the patch that makes it out of
// nothing, so the fields and their order stand in one place for both.
//
// Each field is written with a comma in front; [delta.leave] makes the first
// comma of an object its brace.
type delta struct {
	out  []byte
	full bool
}

// span remembers where an object began.
type span struct {
	field, body int
	full        bool // whether the object around it is written whole
}

// enter begins an object that is a field of the current one, written whole or
// as a patch.
func (d *delta) enter(name string, full bool) span {
	s := span{field: len(d.out), full: d.full}
	d.name(name)
	s.body = len(d.out)
	d.full = full
	return s
}

// leave ends the object. Where nothing in it differs, nothing is left of it.
func (d *delta) leave(s span) {
	d.full = s.full
	switch {
	case len(d.out) > s.body:
		d.out[s.body] = '{'
		d.out = append(d.out, '}')
	case d.full:
		d.out = append(d.out, '{', '}')
	default:
		d.out = d.out[:s.field]
	}
}

func (d *delta) name(name string) {
	d.out = append(d.out, ',')
	d.out = appendQuoted(d.out, name)
	d.out = append(d.out, ':')
}

// null says that the field is no longer there.
func (d *delta) null(name string) {
	d.name(name)
	d.out = append(d.out, "null"...)
}

func (d *delta) text(name, was, is string) {
	if d.full || was != is {
		d.name(name)
		d.out = appendQuoted(d.out, is)
	}
}

// optionalText is a field that is there unless it is empty.
func (d *delta) optionalText(name, was, is string) {
	switch {
	case is != "":
		d.text(name, was, is)
	case was != "":
		d.null(name)
	}
}

func (d *delta) truth(name string, was, is bool) {
	if d.full || was != is {
		d.name(name)
		d.out = strconv.AppendBool(d.out, is)
	}
}

// flag is a field that is there, with a value that is always the same, or not.
func (d *delta) flag(name string, was, is, value bool) {
	switch {
	case was == is:
	case is:
		d.name(name)
		d.out = strconv.AppendBool(d.out, value)
	default:
		d.null(name)
	}
}

func (d *delta) integer(name string, was, is int) {
	if d.full || was != is {
		d.name(name)
		d.out = strconv.AppendInt(d.out, int64(is), 10)
	}
}

func (d *delta) time(name, layout string, was, is poker.Millis) {
	if d.full || was != is {
		d.name(name)
		d.out = append(d.out, '"')
		d.out = time.UnixMilli(int64(is)).UTC().AppendFormat(d.out, layout)
		d.out = append(d.out, '"')
	}
}

// optionalTime is a field that is there unless it is never.
func (d *delta) optionalTime(name, layout string, was, is poker.Millis) {
	switch {
	case is != 0:
		d.time(name, layout, was, is)
	case was != 0:
		d.null(name)
	}
}

// texts is an array, which a merge patch can only replace.
func (d *delta) texts(name string, was, is []string) {
	if !d.full && slices.Equal(was, is) {
		return
	}
	d.name(name)
	d.out = append(d.out, '[')
	for i, s := range is {
		if i > 0 {
			d.out = append(d.out, ',')
		}
		d.out = appendQuoted(d.out, s)
	}
	d.out = append(d.out, ']')
}

// appendQuoted appends s as a JSON string. What is not valid UTF-8 in it
// becomes U+FFFD, as encoding/json does it.
func appendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	plain := 0 // where the bytes begin that are still to be copied
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[plain:i]...), "\ufffd"...)
				plain = i + 1
			}
			i += size
			continue
		}
		if c < ' ' || c == '"' || c == '\\' {
			dst = append(dst, s[plain:i]...)
			if c < ' ' {
				dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			} else {
				dst = append(dst, '\\', c)
			}
			plain = i + 1
		}
		i++
	}
	dst = append(dst, s[plain:]...)
	return append(dst, '"')
}
