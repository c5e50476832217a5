package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Encode returns the event as one JSON object, with its name first. Invalid UTF-8
// becomes U+FFFD. Encode panics on a number that JSON has no form for (NaN or
// infinite), which is a fault of the caller.
func Encode(e Event) []byte {
	if e, ok := e.(encoder); ok {
		return e.Encode()
	}
	fields := marshal(e)
	fields[0] = ',' // every event has a field, so this was the brace before it
	return append([]byte(`{"event":"`+e.event()+`"`), fields...)
}

// encoder is an event that answers each estimate, and encodes itself without reflection.
type encoder interface{ Encode() []byte }

// roughly is how many bytes the event of an encoder has, or less.
const roughly = 160

// Encode is [Encode] without an [Event] in between, which would be an object more.
func (e OK) Encode() []byte {
	d := delta{out: append(make([]byte, 0, roughly), `{"event":"ok"`...), full: true}
	d.text("id", "", e.ID)
	if e.Durable != nil {
		d.boolean("durable", false, *e.Durable)
	}
	d.optionalText("roomId", "", string(e.RoomID))
	d.optionalText("now", "", e.Now)
	return append(d.out, '}')
}

// Encode is as that of [OK].
func (e OwnEstimate) Encode() []byte {
	d := delta{out: append(make([]byte, 0, roughly), `{"event":"ownEstimate"`...), full: true}
	d.text("roomId", "", string(e.RoomID))
	d.integer("round", 0, e.Round)
	if e.Value != nil {
		d.text("value", "", *e.Value)
	} else {
		d.null("value")
	}
	d.text("comment", "", e.Comment)
	return append(d.out, '}')
}

// marshal returns v as JSON, without the escapes that only HTML needs.
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

// Time returns t as RFC 3339 in UTC with milliseconds: the form of every time that
// clients count down to.
func Time(t time.Time) string { return t.UTC().Format(millisLayout) }
