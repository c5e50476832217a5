package protocol

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// maxDepth is how deep objects and arrays may nest, the message itself included.
const maxDepth = 16

// field is one field of an object: its name without escapes, and its value as
// it stands in the message, which is then known to be strict JSON.
type field struct{ name, value []byte }

// scanner reads JSON and takes nothing that two readers could understand
// differently: no duplicate names, also when written with different escapes,
// no half of a surrogate pair, nothing deeper than [maxDepth]. encoding/json
// takes the last of two equal names, matches names whatever their case and
// replaces lone surrogates, so it cannot be the judge of a message.
type scanner struct {
	text []byte
	at   int
	open []field // of the objects being read, the innermost object's last
}

// scanMessage returns the fields of the one object that data is, or false if
// data is anything else.
func scanMessage(data []byte) ([]field, bool) {
	if len(data) > MaxMessage || !utf8.Valid(data) {
		return nil, false
	}
	s := scanner{text: data, open: make([]field, 0, 8)}
	s.space()
	ok := s.object(1)
	s.space()
	return s.open, ok && s.at == len(data)
}

// scanFields returns the fields of an object that has been scanned before.
func scanFields(object []byte) []field {
	s := scanner{text: object}
	s.object(1)
	return s.open
}

// value reads any value. Depth is that of the object or array around it.
func (s *scanner) value(depth int) bool {
	switch c := s.peek(); c {
	case '{':
		outer := len(s.open)
		ok := s.object(depth + 1)
		s.open = s.open[:outer]
		return ok
	case '[':
		return s.array(depth+1, nil)
	case '"':
		return s.str()
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	default:
		return s.number()
	}
}

// object reads an object and leaves its fields at the end of s.open, ordered
// by name.
func (s *scanner) object(depth int) bool {
	if depth > maxDepth || !s.take('{') {
		return false
	}
	first := len(s.open)
	s.space()
	if s.take('}') {
		return true
	}
	for {
		name := s.at
		if !s.str() {
			return false
		}
		f := field{name: unquote(s.text[name:s.at])}
		s.space()
		if !s.take(':') {
			return false
		}
		s.space()
		value := s.at
		if !s.value(depth) {
			return false
		}
		f.value = s.text[value:s.at]
		s.open = append(s.open, f)
		s.space()
		if s.take('}') {
			return distinct(s.open[first:])
		}
		if !s.take(',') {
			return false
		}
		s.space()
	}
}

// distinct sorts fields and tells whether no two have the same name.
func distinct(fields []field) bool {
	slices.SortFunc(fields, func(a, b field) int { return bytes.Compare(a.name, b.name) })
	for i := range fields[1:] {
		if bytes.Equal(fields[i].name, fields[i+1].name) {
			return false
		}
	}
	return true
}

// array reads an array and shows each of its elements, where each is not nil.
func (s *scanner) array(depth int, each func(value []byte)) bool {
	if depth > maxDepth || !s.take('[') {
		return false
	}
	s.space()
	if s.take(']') {
		return true
	}
	for {
		value := s.at
		if !s.value(depth) {
			return false
		}
		if each != nil {
			each(s.text[value:s.at])
		}
		s.space()
		if s.take(']') {
			return true
		}
		if !s.take(',') {
			return false
		}
		s.space()
	}
}
