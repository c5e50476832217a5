package protocol

import (
	"bytes"
	"encoding/json"
	"time"
)

// Encode is the event as one JSON object, its name first. What is not valid
// UTF-8 in it becomes U+FFFD. A number that JSON cannot say (NaN or infinite)
// is a fault of the caller and panics.
func Encode(e Event) []byte {
	var b bytes.Buffer
	b.WriteString(`{"event":"` + e.event() + `"`)
	fields := b.Len()
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(e); err != nil {
		panic("protocol: " + e.event() + " cannot be encoded: " + err.Error())
	}
	whole := b.Bytes()
	whole[fields] = ',' // every event has a field, so this was the brace before it
	return whole[:len(whole)-1]
}

const (
	secondsLayout = "2006-01-02T15:04:05Z"
	millisLayout  = "2006-01-02T15:04:05.000Z"
)

// Time is the clock that clients run their count-downs on: RFC 3339 in UTC, with
// milliseconds.
func Time(t time.Time) string { return t.UTC().Format(millisLayout) }
