package protocol

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth limits how deep objects and arrays nest, including the message itself.
const maxDepth = 16

// field is one field of an object: its name without escapes, and its value as the
// message has it. The value has been checked: it is strict JSON.
type field struct{ name, value []byte }

// scanMessage returns the fields of the one object that data is, or false if
// data is anything else. The values share data's memory.
//
// It accepts nothing that two JSON readers could understand differently: no
// duplicate names, however they are escaped, no unpaired surrogates and no invalid
// UTF-8. Package jsontext refuses these by default; encoding/json accepts them.
func scanMessage(data []byte) ([]field, bool) {
	if len(data) > MaxMessage {
		return nil, false
	}
	fields, rest, ok := scanObject(data, 1)
	if !ok || len(bytes.TrimLeft(data[rest:], " \t\r\n")) > 0 {
		return nil, false
	}
	return fields, true
}

// scanFields returns the fields of an object that is the value of a scanned field.
func scanFields(object []byte) []field {
	fields, _, _ := scanObject(object, 1)
	return fields
}

// scanObject returns the fields of the object at the start of data, and the offset
// of its end. depth is the depth of the object itself.
func scanObject(data []byte, depth int) (fields []field, end int, ok bool) {
	d := newDecoder(data)
	defer decoders.Put(d)
	if token, err := d.ReadToken(); err != nil || token.Kind() != '{' {
		return nil, 0, false
	}
	fields = make([]field, 0, 8)
	for d.PeekKind() != '}' {
		name, ok := d.value(data)
		if !ok {
			return nil, 0, false
		}
		value, ok := d.value(data)
		if !ok || !shallow(value, depth) {
			return nil, 0, false
		}
		fields = append(fields, field{unquote(name), value})
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, 0, false
	}
	return fields, int(d.InputOffset()), true
}

// scanArray calls each for the elements of an array that is the value of a scanned
// field.
func scanArray(array []byte, each func(value []byte)) {
	d := newDecoder(array)
	defer decoders.Put(d)
	if _, err := d.ReadToken(); err != nil {
		return
	}
	for d.PeekKind() != ']' {
		value, ok := d.value(array)
		if !ok {
			return
		}
		each(value)
	}
}

// decoder is a [jsontext.Decoder] of bytes in memory.
type decoder struct {
	jsontext.Decoder
	buffer bytes.Buffer
}

// decoders are reused: one is larger than most messages.
var decoders = sync.Pool{New: func() any { return new(decoder) }}

// newDecoder returns a decoder at the start of data. The caller puts it back into
// decoders.
func newDecoder(data []byte) *decoder {
	d := decoders.Get().(*decoder)
	d.buffer = *bytes.NewBuffer(data)
	d.Reset(&d.buffer) // it reads a Buffer's memory in place
	return d
}

// value reads the next value or field name. It returns the part of data, which d
// decodes, that holds it.
func (d *decoder) value(data []byte) ([]byte, bool) {
	value, err := d.ReadValue()
	if err != nil {
		return nil, false
	}
	end := int(d.InputOffset())
	return data[end-len(value) : end], true
}

// shallow reports whether a value inside an object at depth keeps to maxDepth.
func shallow(value []byte, depth int) bool {
	if value[0] != '{' && value[0] != '[' {
		return true
	}
	d := newDecoder(value)
	defer decoders.Put(d)
	for {
		if _, err := d.ReadToken(); err != nil {
			return errors.Is(err, io.EOF)
		}
		if depth+d.StackDepth() > maxDepth {
			return false
		}
	}
}

// unquote returns a scanned string without quotes and escapes. It shares the
// message's memory if the string has no escapes.
func unquote(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	text, _ := jsontext.AppendUnquote(nil, quoted) // it has been scanned as a string
	return text
}
