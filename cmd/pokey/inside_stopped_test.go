package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// acknowledged waits until each room has been changed a few times more, and returns what
// was acknowledged then.
func acknowledged(t *testing.T, players *busyRooms) map[string]int {
	t.Helper()
	before := players.acked()
	eventually(t, "more is acknowledged in each room", func() bool {
		for room, n := range players.acked() {
			if n < before[room]+3 {
				return false
			}
		}
		return true
	})
	return players.acked()
}

// keptData returns the directory in which a command has kept a member's data.
func (c *insiders) keptData(address string) string {
	c.t.Helper()
	kept, err := filepath.Glob(filepath.Join(c.data(address), memberDir+"-*"))
	if err != nil || len(kept) != 1 {
		c.t.Fatalf("the member's data kept aside: got %q, %v, want one directory", kept, err)
	}
	return kept[0]
}

// A node that has served alone becomes a cluster of three and of one again, while people
// play, and then a node that serves alone.
func TestBackToOneNode(t *testing.T) {
	t.Parallel()
	c := foundInside(t)
	nodes := c.addresses(3)
	one := c.start(nodes[0], nodes[0])
	players := keepBusy(t, one.url, 3, 220*time.Millisecond) // two requests each at ten a second
	all := []*process{one}
	for i, node := range nodes[1:] {
		c.must(nodes[0], node+" may join", "add", node)
		all = append(all, c.start(node, nodes[:i+2]...))
	}
	c.agree(all)
	acknowledged(t, players)
	if _, err := c.command(nodes[0], "dissolve"); err == nil || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("dissolving a cluster that runs: got %v, want a refusal", err)
	}
	for i, node := range nodes[1:] {
		c.must(nodes[0], node+" is no longer in the cluster", "remove", node)
		if code := all[i+1].code(t); code != 0 {
			t.Errorf("the removed node: exit code %d\n%s", code, all[i+1].log)
		}
	}
	acked := acknowledged(t, players)
	players.kill(one) // the worst way to stop
	if said, err := c.command(nodes[0], "recover"); err != nil || !strings.Contains(said, "begin a cluster of its own") {
		t.Errorf("recovering a cluster of one: got %q, %v, want it to work as well", said, err)
	}
	two := c.start(nodes[0], nodes[0])
	has(t, two.url, acked)
	stop(t, two)
	if err := os.RemoveAll(c.keptData(nodes[0])); err != nil {
		t.Fatal(err)
	}
	c.must(nodes[0], "can serve alone now", "dissolve")
	c.keptData(nodes[0])
	alone := spawn(t, nil, "-data", c.data(nodes[0]), "-secret-file", filepath.Join(c.dir, "secret.key"))
	has(t, alone.url, acked)
	stop(t, alone)
	if _, err := c.command(nodes[0], "dissolve"); err == nil || !strings.Contains(err.Error(), "not the directory of a node of a cluster") {
		t.Errorf("dissolving what is no cluster: got %v, want a refusal", err)
	}
	has(t, c.start(nodes[0], nodes[0]).url, acked) // and it grows again
}

// Two of three machines are lost for good. The third has the rooms, becomes a cluster of
// one, and grows again. One of the lost machines comes back with its old data.
func TestRecoverALostMajority(t *testing.T) {
	t.Parallel()
	c := foundInside(t)
	nodes := c.addresses(5)
	all := c.together(nodes[:3])
	cookie := peerCookie(t, all[0].url)
	ada := callIn(t, all[0].url, cookie)
	room := ada.create("Login")
	ada.ask("joinRoom", message{"roomId": room})
	ada.estimates(room)
	players := keepBusy(t, all[0].url, 3, 220*time.Millisecond)
	acked := acknowledged(t, players)
	players.end()
	for range 5 { // which nobody waits for
		ada.send("estimate", message{"roomId": room, "value": "8"})
	}
	all[1].kill()
	all[2].kill()
	lost := strings.Join(slices.Sorted(slices.Values(nodes[1:3])), ",")
	if _, err := c.command(nodes[0], "recover", "-lost", lost); err == nil || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("recovering from a node that runs: got %v, want a refusal", err)
	}
	all[0].kill()
	for args, want := range map[string]string{"": "-lost " + lost, nodes[1]: "-lost " + lost, "nobody": "-lost " + lost} {
		if _, err := c.command(nodes[0], "recover", "-lost", args); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("recover -lost %q: got %v, want %q", args, err, want)
		}
	}
	if _, err := c.command(nodes[0], "dissolve"); err == nil || !strings.Contains(err.Error(), "not the last one") {
		t.Errorf("dissolving a cluster of three: got %v, want a refusal", err)
	}
	c.must(nodes[0], "begin a cluster of its own", "recover", "-lost", lost)
	c.keptData(nodes[0])

	one := c.start(nodes[0], nodes[0])
	has(t, one.url, acked)
	ada = callIn(t, one.url, cookie)
	ada.ask("joinRoom", message{"roomId": room})
	if e := ada.ask("reveal", message{"roomId": room}); e["event"] != "ok" {
		t.Errorf("the owner reveals: got %v", e)
	}
	if s := ada.join(room); !s.Revealed || s.Estimates != 1 {
		t.Errorf("the room from before: got %+v, want one estimate, revealed", s)
	}
	all = []*process{one}
	for i, node := range nodes[3:] {
		c.must(nodes[0], node+" may join", "add", node)
		all = append(all, c.start(node, append([]string{nodes[0]}, nodes[3:i+4]...)...))
	}
	c.agree(all)
	has(t, all[2].url, acked)

	old := c.launch(nodes[1], nodes[:3]...)
	if code := old.code(t); code != exitData || !strings.Contains(old.log.String(), "pokey cluster add "+nodes[1]) {
		t.Errorf("a lost machine with its old data: got exit code %d, want %d, and what to do:\n%s", code, exitData, old.log)
	}
	if err := os.Rename(filepath.Join(c.data(nodes[1]), memberDir), filepath.Join(c.dir, "old")); err != nil {
		t.Fatal(err)
	}
	c.must(nodes[0], nodes[1]+" may join", "add", nodes[1])
	all = append(all, c.start(nodes[1], nodes[0], nodes[1], nodes[3], nodes[4]))
	c.agree(all)
	has(t, all[3].url, acked)
}
