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
	if e, ok := e.(appender); ok {
		return e.append(make([]byte, 0, 160))
	}
	fields := marshal(e)
	fields[0] = ',' // every event has a field, so this was the brace before it
	return append([]byte(`{"event":"`+e.event()+`"`), fields...)
}

// appender is an event that answers each estimate, and is encoded without reflection.
type appender interface{ append(dst []byte) []byte }

func (e OK) append(dst []byte) []byte {
	d := delta{out: append(dst, `{"event":"ok"`...), full: true}
	d.text("id", "", e.ID)
	if e.Durable != nil {
		d.boolean("durable", false, *e.Durable)
	}
	d.optionalText("roomId", "", string(e.RoomID))
	d.optionalText("now", "", e.Now)
	return append(d.out, '}')
}

func (e OwnEstimate) append(dst []byte) []byte {
	d := delta{out: append(dst, `{"event":"ownEstimate"`...), full: true}
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
