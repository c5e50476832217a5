package protocol

import (
	"math"
	"strconv"
)

// object reads the fields of one JSON object by name and type, and remembers
// the first refusal. A field that is missing or of the wrong type reads as a
// zero value. The optional readers return a zero value, without a refusal, for
// a field that is missing.
type object struct {
	fields  []field
	refusal Code
}

func (o *object) refuse(code Code) {
	if o.refusal == "" {
		o.refusal = code
	}
}

// value returns the JSON of a field, nil for a missing one.
func (o *object) value(name string) []byte {
	for _, f := range o.fields {
		if string(f.name) == name {
			return f.value
		}
	}
	return nil
}

func (o *object) has(name string) bool { return o.value(name) != nil }

// typed returns the JSON of a field whose value begins with first, which tells
// strings, arrays and objects apart. It refuses any other field and returns nil.
func (o *object) typed(name string, first byte) []byte {
	value := o.value(name)
	if len(value) == 0 || value[0] != first {
		o.refuse(BadRequest)
		return nil
	}
	return value
}

func (o *object) text(name string) string {
	if value := o.typed(name, '"'); value != nil {
		return string(unquote(value))
	}
	return ""
}

func (o *object) optionalText(name string) string {
	if !o.has(name) {
		return ""
	}
	return o.text(name)
}

// textOrNull returns nil for null.
func (o *object) textOrNull(name string) *string {
	if string(o.value(name)) == "null" {
		return nil
	}
	text := o.text(name)
	return &text
}

func (o *object) texts(name string) []string {
	all := []string{}
	o.elements(name, func(element []byte) {
		if element[0] != '"' {
			o.refuse(BadRequest)
			return
		}
		all = append(all, string(unquote(element)))
	})
	return all
}

// elements lets each have the elements of an array.
func (o *object) elements(name string, each func(element []byte)) {
	if value := o.typed(name, '['); value != nil {
		scanArray(value, each)
	}
}

func (o *object) boolean(name string) bool {
	switch string(o.value(name)) {
	case "true":
		return true
	case "false":
		return false
	default:
		o.refuse(BadRequest)
		return false
	}
}

func (o *object) optionalBoolean(name string) bool { return o.has(name) && o.boolean(name) }

// booleanOrNil returns nil for a missing field.
func (o *object) booleanOrNil(name string) *bool {
	if !o.has(name) {
		return nil
	}
	v := o.boolean(name)
	return &v
}

// integer reads a number without fraction and exponent that every JSON reader
// holds exactly.
func (o *object) integer(name string) int {
	const exact = 1<<53 - 1
	n, err := strconv.ParseInt(string(o.value(name)), 10, 64)
	if err != nil || n < -exact || n > exact || n < math.MinInt || n > math.MaxInt {
		o.refuse(BadRequest)
		return 0
	}
	return int(n)
}

// optionalPositive reads an integer from 1; zero stands for a missing field.
func (o *object) optionalPositive(name string) int {
	if !o.has(name) {
		return 0
	}
	return o.positive(name)
}

// positive reads an integer from 1.
func (o *object) positive(name string) int {
	n := o.integer(name)
	if n < 1 {
		o.refuse(BadRequest)
	}
	return n
}

// inner lets read have the fields of an object that is a field of o.
func (o *object) inner(name string, read func(*object)) {
	if value := o.typed(name, '{'); value != nil {
		o.within(value, read)
	}
}

// within lets read have the fields of an object that is anywhere in o.
func (o *object) within(value []byte, read func(*object)) {
	inner := object{fields: scanFields(value)}
	read(&inner)
	if inner.refusal != "" {
		o.refuse(inner.refusal)
	}
}
