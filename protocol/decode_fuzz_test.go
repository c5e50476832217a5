package protocol

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// FuzzDecode compares Decode with a judge that was written without it. The two
// must agree on every message.
func FuzzDecode(f *testing.F) {
	for _, message := range brokenJSON {
		f.Add([]byte(message))
	}
	files, err := filepath.Glob("testdata/requests/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		kept := bytes.Clone(data)
		in, refusal := Decode(data)
		again, refusalAgain := Decode(data)
		if !reflect.DeepEqual(in, again) || !reflect.DeepEqual(refusal, refusalAgain) {
			t.Errorf("decoding twice: got %+v %+v, then %+v %+v, want the same", in, refusal, again, refusalAgain)
		}
		if !bytes.Equal(data, kept) {
			t.Error("Decode changed the message")
		}
		if (in.Request == nil) != (refusal != nil) {
			t.Fatalf("got %+v and %+v, want either a request or a refusal", in, refusal)
		}
		good := len(data) <= MaxMessage && strict(data) && bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{"))
		if bad := refusal != nil && refusal.Code == BadJSON; bad == good {
			t.Fatalf("strict JSON: %v, but refused as bad_json: %v", good, bad)
		}
		if good {
			checkFields(t, data, in, refusal)
		}
	})
}

// checkFields compares what encoding/json reads in a strict message.
func checkFields(t *testing.T, data []byte, in Incoming, refusal *Error) {
	var fields map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&fields); err != nil {
		t.Fatal(err)
	}
	if refusal != nil {
		for name, got := range map[string]string{"request": refusal.Request, "roomId": string(refusal.RoomID)} {
			if want, _ := fields[name].(string); got != want {
				t.Errorf("%s is %q, the error says %q", name, want, got)
			}
		}
		return
	}
	if id, _ := fields["id"].(string); in.ID != id || in.Name != fields["request"] {
		t.Errorf("got %+v, want the id and request of %v", in, fields)
	}
	if r, ok := in.Request.(RoomRequest); ok && string(r.Room()) != fields["roomId"] {
		t.Errorf("got %+v, want the room of %v", in, fields)
	}
	if e, ok := in.Request.(Estimate); ok {
		value, _ := fields["value"].(string)
		comment, _ := fields["comment"].(string)
		if (e.Value == nil) != (fields["value"] == nil) || e.Value != nil && *e.Value != value || e.Comment != comment {
			t.Errorf("got %#v, want value %v and comment %q", e, value, comment)
		}
	}
}
