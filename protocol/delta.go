package protocol

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"example.com/pokey/poker"
)

// delta writes an RFC 7396 merge patch: the fields of a JSON object that differ
// between an old and a new state. While full is set there is no old state and it
// writes every field. So one list of fields serves both a patch and a whole object.
//
// Each field is written with a comma in front; [delta.leave] turns the first comma
// of an object into its opening brace.
type delta struct {
	out  []byte
	full bool
}

// span is the beginning of an object that is being written.
type span struct {
	field, body int  // offsets in out of the field's comma and of its value
	full        bool // of the object around it
}

// enter begins an object that is a field of the current one: the whole object if
// full is set, else a patch.
func (d *delta) enter(name string, full bool) span {
	s := span{field: len(d.out), full: d.full}
	d.name(name)
	s.body = len(d.out)
	d.full = full
	return s
}

// leave ends the object. It removes a patch without fields.
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

// null writes that the field is no longer there.
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

// optionalText writes a field that is absent when it is empty.
func (d *delta) optionalText(name, was, is string) {
	switch {
	case is != "":
		d.text(name, was, is)
	case was != "":
		d.null(name)
	}
}

func (d *delta) boolean(name string, was, is bool) {
	if d.full || was != is {
		d.name(name)
		d.out = strconv.AppendBool(d.out, is)
	}
}

// flag writes a field that is either absent or has always the same value.
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

// optionalInteger is a field that is there unless it is zero.
func (d *delta) optionalInteger(name string, was, is int) {
	switch {
	case is != 0:
		d.integer(name, was, is)
	case was != 0:
		d.null(name)
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

// optionalTime writes a field that is absent when the time is zero.
func (d *delta) optionalTime(name string, was, is poker.Millis) {
	switch {
	case is != 0:
		d.time(name, millisLayout, was, is)
	case was != 0:
		d.null(name)
	}
}

// texts writes an array, which a merge patch can only replace.
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

// appendQuoted appends s as a JSON string. Invalid UTF-8 becomes U+FFFD, as with
// encoding/json.
func appendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	plain := 0 // the offset of the first byte not yet copied
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
