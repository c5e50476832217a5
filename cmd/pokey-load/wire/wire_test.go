package wire_test

import (
	"encoding/json"
	"slices"
	"testing"

	"example.com/pokey/cmd/pokey-load/wire"
)

func TestObject(t *testing.T) {
	for _, tc := range []struct{ name, in string }{
		{"empty", `{}`},
		{"flat", `{"a":1,"b":"x","c":null,"d":true,"e":-1.5e3}`},
		{"spaced", " {\n \"a\" : [ 1 , {\"b\":2} ] ,\t\"c\" : { } } "},
		{"braces in strings", `{"a":"}{","b":["]","\"}"],"c":{"\\":"\\\\"}}`},
		{"escapes at the end", `{"a":"\\","b":"\\\"","c":"é"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var want map[string]json.RawMessage
			if err := json.Unmarshal([]byte(tc.in), &want); err != nil {
				t.Fatal(err)
			}
			n := 0
			err := wire.Object([]byte(tc.in), func(key, value []byte) bool {
				n++
				k, ok := wire.String([]byte(`"` + string(key) + `"`))
				if !ok || string(want[k]) != string(value) {
					t.Errorf("%s: got %s, want %s", k, value, want[k])
				}
				return true
			})
			if err != nil || n != len(want) {
				t.Errorf("%d members, %v; want %d", n, err, len(want))
			}
		})
	}
}

func TestObjectStops(t *testing.T) {
	var keys []string
	err := wire.Object([]byte(`{"a":1,"b":2,"c":!!!`), func(key, _ []byte) bool {
		keys = append(keys, string(key))
		return len(keys) < 2
	})
	if err != nil || !slices.Equal(keys, []string{"a", "b"}) {
		t.Errorf("got %v, %v", keys, err)
	}
}

func TestObjectRefuses(t *testing.T) {
	for _, in := range []string{``, `[]`, `{`, `{"a"`, `{"a":`, `{"a":}`, `{"a":1`, `{"a":"x}`, `{"a":[1}`, `{"a":1 "b":2}`, `{a:1}`, `{"a\"}`} {
		if err := wire.Object([]byte(in), func(_, _ []byte) bool { return true }); err == nil {
			t.Errorf("%q was taken", in)
		}
	}
}

func TestPeek(t *testing.T) {
	for _, tc := range []struct {
		in         string
		want       string // event/roomId/id/code
		since, ver uint64
		body       string
	}{
		{`{"event":"roomStatus","roomId":"r1","version":7,"room":{"id":"r1"}}`, "roomStatus/r1//", 0, 7, `{"id":"r1"}}`},
		{`{"event":"roomPatch","roomId":"r1","since":6,"version":7,"patch":{"round":2}}`, "roomPatch/r1//", 6, 7, `{"round":2}}`},
		{`{"room":{"id":"r1"},"version":7,"roomId":"r1","event":"roomStatus"}`, "roomStatus/r1//", 0, 7, `{"id":"r1"}`},
		{`{"event":"ok","id":"12","durable":true}`, "ok//12/", 0, 0, ""},
		{`{ "event" : "error" , "code" : "stale_round" , "message":"x", "id":"a" }`, "error//a/stale_round", 0, 0, ""},
		{`{"event":"somethingNew","id":"a"}`, "//a/", 0, 0, ""},
	} {
		h, err := wire.Peek([]byte(tc.in))
		if err != nil {
			t.Errorf("%s: %v", tc.in, err)
			continue
		}
		got := h.Event + "/" + string(h.RoomID) + "/" + string(h.ID) + "/" + string(h.Code)
		if got != tc.want || h.Since != tc.since || h.Version != tc.ver || string(h.Body) != tc.body {
			t.Errorf("%s: got %s %d %d %s", tc.in, got, h.Since, h.Version, h.Body)
		}
	}
}

func TestPeekRefuses(t *testing.T) {
	for _, in := range []string{``, `null`, `{`, `{}`, `{"event"}`, `{"event":"ok"`, `{"event":"ok",}`} {
		if h, err := wire.Peek([]byte(in)); err == nil {
			t.Errorf("%q was taken: %+v", in, h)
		}
	}
}

func TestPeekAllocatesNothing(t *testing.T) {
	msg := []byte(`{"event":"roomPatch","roomId":"r1","since":6,"version":7,"patch":{"round":2}}`)
	if n := testing.AllocsPerRun(100, func() { _, _ = wire.Peek(msg) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestScalars(t *testing.T) {
	if s, ok := wire.String([]byte(`"a\"é"`)); !ok || s != `a"é` {
		t.Errorf("got %q", s)
	}
	for _, in := range []string{`1`, `"`, ``, `null`} {
		if _, ok := wire.String([]byte(in)); ok {
			t.Errorf("%s is a string", in)
		}
	}
	if n, ok := wire.Uint([]byte(`18446744073709551615`)); !ok || n != 1<<64-1 {
		t.Errorf("got %d", n)
	}
	for _, in := range []string{`-1`, `1.5`, `"1"`, ``} {
		if _, ok := wire.Uint([]byte(in)); ok {
			t.Errorf("%s is a Uint", in)
		}
	}
}

// What encoding/json takes is walked over with the same members, and nothing
// makes the walk panic.
func FuzzObject(f *testing.F) {
	f.Add([]byte(`{"a":1,"b":[{"c":"\""}],"d":{"e":null}}`))
	f.Add([]byte(`{"a":"\\"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = wire.Peek(b)
		n := 0
		err := wire.Object(b, func(_, _ []byte) bool { n++; return true })
		var want map[string]json.RawMessage
		if json.Unmarshal(b, &want) != nil || want == nil {
			return
		}
		if err != nil || n < len(want) {
			t.Errorf("%d members, %v; want %d", n, err, len(want))
		}
	})
}
