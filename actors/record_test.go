package actors

import (
	"encoding/json"
	"reflect"
	"testing"

	"example.com/pokey/poker"
)

// A room's record is what encoding/json would make of it, but for the order of
// users.
func TestRoomRecord(t *testing.T) {
	state := poker.NewRoom("room", "epoch", "ada", 1, poker.DefaultDeck()).State()
	for _, r := range []recent{
		nil,
		{},
		{"ada": {Digests: []byte("12345678"), At: 5}},
		{"ada": {Digests: []byte("\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8"), At: 5}, "bob": {At: -1}},
	} {
		var got, want any
		if err := json.Unmarshal(encodeRoom(state, r), &got); err != nil {
			t.Fatalf("%v: %v", r, err)
		}
		if r == nil {
			r = recent{}
		}
		for user, m := range r {
			m.Digests = append([]byte{}, m.Digests...) // none is written as an empty text
			r[user] = m
		}
		if err := json.Unmarshal(encode(roomRecord{state, r}), &want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%v is written as\n%v, want\n%v", r, got, want)
		}
	}
}
