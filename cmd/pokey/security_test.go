package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"example.com/pokey/cluster"
	"example.com/pokey/identity"
	"example.com/pokey/poker"
	"example.com/pokey/static"
	"example.com/pokey/transport"
)

// C1, C7. What happens at the node link is counted and logged as the rest is, with
// the address where addresses are wanted, be it a host's name, and without it else.
func TestNodesAreObserved(t *testing.T) {
	keys, err := identity.New(bytes.Repeat([]byte("0123456789abcdef"), 2))
	if err != nil {
		t.Fatal(err)
	}
	for _, addresses := range []bool{true, false} {
		var log bytes.Buffer
		n := &node{}
		observe := n.observeNodes(addresses)
		observe(cluster.NodeRefused, "192.0.2.1:7946", "before there is anybody to tell")
		web, err := transport.New(transport.Config{
			Keys: keys, Log: slog.New(slog.NewTextHandler(&log, nil)), Static: static.Files, HideAddresses: !addresses,
			Connect: func(poker.UserID, *transport.Conn) transport.Session { return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		n.watcher.Store(web)
		for event, line := range map[cluster.SecurityEvent]string{
			cluster.NodeRefused: "kind=node_refused", cluster.NodeStreamEnded: "kind=node_stream_ended", cluster.NodeWithoutSecret: "kind=node_without_secret",
		} {
			for _, address := range []string{"192.0.2.1:7946", "[2001:db8::1]:7946", "pokey-0.pokey:7946"} {
				log.Reset()
				observe(event, address, "not a member")
				got := log.String()
				if !strings.Contains(got, "msg=security "+line) || !strings.Contains(got, `reason="not a member"`) {
					t.Errorf("%s: the log has %s", line, got)
				}
				host, _, _ := strings.Cut(strings.Trim(address, "["), "]")
				if host, _, _ = strings.Cut(host, ":7946"); strings.Contains(got, host) != addresses {
					t.Errorf("addresses %v, %s: the log has %s", addresses, address, got)
				}
			}
		}
		for _, kind := range []transport.SecurityEvent{transport.NodeRefused, transport.NodeStreamEnded, transport.NodeWithoutSecret} {
			if got := web.Stats().Security[kind]; got != 3 {
				t.Errorf("%s: counted %d times, want 3", kind, got)
			}
		}
	}
}

// C7. Who is put out of a room, and a room that is locked or closed, is a line in
// the log without names, and counted; -log-addresses=false leaves addresses out.
func TestSecurityLog(t *testing.T) {
	t.Parallel()
	p := spawn(t, nil, "-data", "none", "-log-addresses=false")
	ann, bob := callIn(t, p.url, peerCookie(t, p.url)), callIn(t, p.url, peerCookie(t, p.url))
	ann.do("setName", message{"name": "Ann-of-the-Test"})
	room := ann.create("Secret topic")
	ann.join(room)
	owner := bob.join(room).OwnerID
	var bobID string
	for id := range ann.join(room).Members {
		if id != owner {
			bobID = id
		}
	}
	ann.do("lockRoom", message{"roomId": room, "locked": true})
	ann.do("removeMember", message{"roomId": room, "userId": bobID})
	ann.do("closeRoom", message{"roomId": room})
	_, _, _ = dial(t, p.url, "pokey_plain_"+p.url[strings.LastIndex(p.url, ":")+1:]+"=forged", "127.0.0.5")

	kinds := []string{"locked", "removed", "closed", "session"}
	for _, kind := range kinds {
		eventually(t, kind+" is counted and logged", func() bool {
			_, metrics := p.get(t, "/metrics")
			return strings.Contains(metrics, `pokey_security_events_total{kind="`+kind+`"} 1`) && p.log.contains("msg=security kind="+kind)
		})
	}
	log := p.log.String()
	for _, kind := range kinds {
		if got := strings.Count(log, "msg=security kind="+kind); got != 1 {
			t.Errorf("got %d lines of %s, want 1:\n%s", got, kind, log)
		}
	}
	for _, text := range []string{"Ann", "Secret", bobID, owner, room, "127.0.0.5"} {
		if strings.Contains(log, text) {
			t.Errorf("the log has %q", text)
		}
	}
}
