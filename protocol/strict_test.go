package protocol

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// strict judges JSON of any length and kind as the specification has it, with
// nothing of package jsontext.
func strict(data []byte) bool {
	if !utf8.Valid(data) || !json.Valid(data) || !paired(data) {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return sound(d, 0)
}

// sound reads one value with no duplicate names in it and no deeper than
// allowed; depth objects and arrays are around it.
func sound(d *json.Decoder, depth int) bool {
	token, err := d.Token()
	if err != nil {
		return false
	}
	open, ok := token.(json.Delim)
	if !ok {
		return true
	}
	if depth == 16 {
		return false
	}
	seen := make(map[any]bool)
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			if err != nil || seen[name] {
				return false
			}
			seen[name] = true
		}
		if !sound(d, depth+1) {
			return false
		}
	}
	_, err = d.Token()
	return err == nil
}

// paired tells whether every surrogate that valid JSON escapes is one of a pair.
func paired(data []byte) bool {
	high := false // whether what was just read was the first half of a pair
	for i := 0; i < len(data); {
		n, unit := 1, uint64(0)
		if data[i] == '\\' {
			n = 2
			if data[i+1] == 'u' {
				n = 6
				unit, _ = strconv.ParseUint(string(data[i+2:i+6]), 16, 16)
			}
		}
		if low := 0xdc00 <= unit && unit <= 0xdfff; low != high {
			return false
		}
		high = 0xd800 <= unit && unit <= 0xdbff
		i += n
	}
	return !high
}
