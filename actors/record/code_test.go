package record_test

import (
	"encoding/base64"
	"testing"

	"example.com/pokey/actors/record"
	"example.com/pokey/poker"
)

func TestCodes(t *testing.T) {
	const stored = "CgRyb29t"
	data := record.EncodeCode("room")
	if got := base64.StdEncoding.EncodeToString(data); got != stored {
		t.Errorf("got %s on disk, want %s as ever", got, stored)
	}
	if got := record.DecodeCode(data); got != "room" {
		t.Errorf("got room %q, want room", got)
	}
	for _, damaged := range []string{"", "\xff", "\x12\x01x"} {
		if got := record.DecodeCode([]byte(damaged)); got != "" {
			t.Errorf("%q: got room %q, want none", damaged, got)
		}
	}
	for _, code := range []string{"", "k7m2qx"} {
		room := record.EncodeRoom(&poker.State{Version: 1, Round: 1, Code: code})
		if got := record.CodeOf(room); got != code {
			t.Errorf("got code %q, want %q", got, code)
		}
	}
	if got := record.CodeOf([]byte("\xff")); got != "" {
		t.Errorf("a damaged room: got code %q, want none", got)
	}
}
