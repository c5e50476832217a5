package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Encode is the event as one JSON object, its name first. What is not valid
// UTF-8 in it becomes U+FFFD. A number that JSON cannot say (NaN or infinite)
// is a fault of the caller and panics.
func Encode(e Event) []byte {
	fields := marshal(e)
	fields[0] = ',' // every event has a field, so this was the brace before it
	return append([]byte(`{"event":"`+e.event()+`"`), fields...)
}

// marshal is v as JSON, without the escapes that only HTML needs.
func marshal(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(fmt.Sprintf("protocol: %T cannot be encoded: %v", v, err))
	}
	return b.Bytes()[:b.Len()-1]
}

const (
	secondsLayout = "2006-01-02T15:04:05Z"
	millisLayout  = "2006-01-02T15:04:05.000Z"
)

// Time is the clock that clients run their count-downs on: RFC 3339 in UTC, with
// milliseconds.
func Time(t time.Time) string { return t.UTC().Format(millisLayout) }
