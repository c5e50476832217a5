package main

import (
	"strings"
	"testing"
	"time"
)

// A room's short code, as it is on the big screen, leads somebody who has not got the
// link into the room, for as long as the room lives.
func TestShortCode(t *testing.T) {
	inBubble(t, []string{"-data", t.TempDir(), "-user-expiry", "10m"}, func(s *server) {
		ada, bob := s.open("Ada").tab(), s.open("Bob").tab()
		room := ada.ask("createRoom", "")["roomId"].(string)
		ada.in(room, "joinRoom", "")
		bob.refused("not_member", room, "showCode", "")
		if answer := ada.in(room, "showCode", ""); answer["durable"] != true {
			t.Errorf("got %v, want a durable answer", answer)
		}
		code := ada.room(room).Code
		asShown := strings.ToUpper(code[:3] + " " + code[3:])
		if answer := bob.ask("resolveCode", `"code":%q`, asShown); answer["roomId"] != room {
			t.Fatalf("code %s: got %v, want room %s", asShown, answer, room)
		}
		bob.in(room, "joinRoom", "")
		ada.drop()
		bob.drop()
		time.Sleep(15 * time.Minute)
		cleo := s.open("Cleo").tab()
		if answer := cleo.ask("resolveCode", `"code":%q`, asShown); answer["code"] != "room_not_found" {
			t.Errorf("after the room has expired: got %v, want room_not_found", answer)
		}
		if answer := cleo.ask("resolveCode", `"code":"O0-Il!"`); answer["code"] != "room_not_found" {
			t.Errorf("what is no code: got %v, want room_not_found", answer)
		}
	})
}
