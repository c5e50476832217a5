package protocol

import (
	"math"
	"strconv"
)

// object reads the fields of one JSON object by name and type, and remembers
// the first thing that is wrong. A field that is missing or of the wrong type
// reads as a zero value.
type object struct {
	fields  []field
	refusal Code
}

func (o *object) refuse(code Code) {
	if o.refusal == "" {
		o.refusal = code
	}
}

// get is the JSON of a field, nil if there is none.
func (o *object) get(name string) []byte {
	for _, f := range o.fields {
		if string(f.name) == name {
			return f.value
		}
	}
	return nil
}

func (o *object) has(name string) bool { return o.get(name) != nil }

// want is the JSON of a field that begins with first, as each type of JSON but
// numbers and truth values does in its own way. A field that is missing or
// begins otherwise is refused, and nil.
func (o *object) want(name string, first byte) []byte {
	value := o.get(name)
	if len(value) == 0 || value[0] != first {
		o.refuse(BadRequest)
		return nil
	}
	return value
}

func (o *object) text(name string) string {
	if value := o.want(name, '"'); value != nil {
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

// textOrNull is nil for null. The field must be there.
func (o *object) textOrNull(name string) *string {
	if string(o.get(name)) == "null" {
		return nil
	}
	text := o.text(name)
	return &text
}

func (o *object) texts(name string) []string {
	value := o.want(name, '[')
	if value == nil {
		return nil
	}
	all := []string{}
	scanArray(value, func(element []byte) {
		if element[0] != '"' {
			o.refuse(BadRequest)
			return
		}
		all = append(all, string(unquote(element)))
	})
	return all
}

// maybeTruth is nil if there is none.
func (o *object) maybeTruth(name string) *bool {
	if !o.has(name) {
		return nil
	}
	v := o.truth(name)
	return &v
}

// optionalTruth is false if there is none.
func (o *object) optionalTruth(name string) bool { return o.has(name) && o.truth(name) }

func (o *object) truth(name string) bool {
	switch string(o.get(name)) {
	case "true":
		return true
	case "false":
		return false
	default:
		o.refuse(BadRequest)
		return false
	}
}

// integer is a number written without fraction and exponent that every JSON
// reader holds exactly.
func (o *object) integer(name string) int {
	const exact = 1<<53 - 1
	n, err := strconv.ParseInt(string(o.get(name)), 10, 64)
	if err != nil || n < -exact || n > exact || n < math.MinInt || n > math.MaxInt {
		o.refuse(BadRequest)
		return 0
	}
	return int(n)
}

// inside reads the fields of an object that is a field of o.
func (o *object) inside(name string, read func(*object)) {
	value := o.want(name, '{')
	if value == nil {
		return
	}
	inner := object{fields: scanFields(value)}
	read(&inner)
	if inner.refusal != "" {
		o.refuse(inner.refusal)
	}
}
