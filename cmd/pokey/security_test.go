package main

import (
	"strings"
	"testing"
	"time"
)

// C7. Who is put out of a room, and a room that is locked or closed, is a line in
// the log without names, and counted; -log-addresses=false leaves addresses out.
func TestSecurityLog(t *testing.T) {
	t.Parallel()
	p := spawn(t, nil, "-data", "none", "-log-addresses=false")
	ann, bob := callIn(t, p.url, peerCookie(t, p.url)), callIn(t, p.url, peerCookie(t, p.url))
	ann.do("setName", message{"name": "Ann-of-the-Test"})
	room := ann.create("Secret topic")
	ann.join(room)
	owner := bob.join(room)["ownerId"]
	var bobID string
	for id := range ann.join(room)["members"].(message) {
		if id != owner {
			bobID = id
		}
	}
	ann.do("lockRoom", message{"roomId": room, "locked": true})
	ann.do("removeMember", message{"roomId": room, "userId": bobID})
	ann.do("closeRoom", message{"roomId": room})
	_, _, _ = dial(t, p.url, "pokey_plain_"+p.url[strings.LastIndex(p.url, ":")+1:]+"=forged", "127.0.0.5")

	eventually(t, "the last line", 10*time.Second, func() bool { return p.log.contains("kind=session") })
	log := p.log.String()
	_, metrics := p.get(t, "/metrics")
	for _, kind := range []string{"locked", "removed", "closed", "session"} {
		if got := strings.Count(log, "msg=security kind="+kind); got != 1 {
			t.Errorf("got %d lines of %s, want 1:\n%s", got, kind, log)
		}
		if !strings.Contains(metrics, `pokey_security_events_total{kind="`+kind+`"} 1`) {
			t.Errorf("%s is not counted", kind)
		}
	}
	for _, text := range []string{"Ann", "Secret", bobID, owner.(string), room, "127.0.0.5"} {
		if strings.Contains(log, text) {
			t.Errorf("the log has %q", text)
		}
	}
}
