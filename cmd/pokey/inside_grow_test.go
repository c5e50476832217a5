package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// command runs a command of operators on the node at an address.
func (c *insiders) command(address string, args ...string) (said string, err error) {
	c.t.Helper()
	var out bytes.Buffer
	err = run(c.t.Context(), append(append([]string{"cluster"}, args...), "-data", c.data(address)), func(string) string { return "" }, &out, nil)
	return out.String(), err
}

// must is command for those that succeed, and say something. If a node is too busy to
// answer in time, it is asked again, as operators do.
func (c *insiders) must(address, says string, args ...string) {
	c.t.Helper()
	done := map[string]string{"status": says, "add": "is a member already", "remove": "is not a member"}[args[0]] // what a repetition is told
	begun := time.Now()
	for repeated := false; ; repeated = true {
		said, err := c.command(address, args...)
		if err == nil && strings.Contains(said, says) || repeated && err != nil && strings.Contains(err.Error(), done) {
			return
		}
		if done == "" || time.Since(begun) > patience {
			c.t.Fatalf("pokey cluster %s: got %q, %v, want %q", strings.Join(args, " "), said, err, says)
		}
		c.t.Logf("pokey cluster %s: got %q, %v: once more", strings.Join(args, " "), said, err)
		time.Sleep(again)
	}
}

// A node that has served alone, with rooms on its disk, becomes a cluster of one,
// then of three, and of one again, which is another machine than the first. Rooms,
// links and sessions stay.
func TestGrowAndShrink(t *testing.T) {
	t.Parallel()
	c := foundInside(t)
	nodes := c.addresses(3)
	secret := filepath.Join(c.dir, "secret.key")
	alone := spawn(t, nil, "-data", c.data(nodes[0]), "-secret-file", secret, "-user-expiry", "1h")
	cookie := peerCookie(t, alone.url)
	ada := callIn(t, alone.url, cookie)
	room := ada.create("Login")
	ada.ask("joinRoom", message{"roomId": room})
	ada.ask("estimate", message{"roomId": room, "value": "5"})
	ada.ask("reveal", message{"roomId": room})
	stop(t, alone)
	intact := func(on *process, where string) {
		t.Helper()
		who := callIn(t, on.url, cookie)
		defer func() { _ = who.conn.Close() }()
		if e := who.ask("joinRoom", message{"roomId": room}); e["event"] != "ok" {
			t.Fatalf("%s: joinRoom gets %v", where, e)
		}
		if s := viewOf(t, who.until("roomStatus")["room"]); !s.Revealed || s.Estimates != 1 || s.Epoch == "" {
			t.Errorf("%s: got %+v, want the revealed estimate from before", where, s)
		}
	}

	one := c.start(nodes[0], nodes[0])
	if _, err := os.Stat(filepath.Join(c.data(nodes[0]), roomsFile)); !os.IsNotExist(err) {
		t.Errorf("%s after its rooms are in the cluster: got %v, want it to be gone", roomsFile, err)
	}
	intact(one, "a cluster of one")
	c.must(nodes[0], "One node", "status")

	// A node that nobody has added waits, and says why.
	two := c.launch(nodes[1], nodes[:2]...)
	eventually(t, "it says what to do", func() bool { return strings.Contains(two.log.String(), "pokey cluster add "+nodes[1]) })
	c.must(nodes[0], nodes[1]+" may join", "add", nodes[1])
	two.await(t)
	c.agree([]*process{one, two})
	c.must(nodes[1], nodes[2]+" may join", "add", nodes[2])
	three := c.start(nodes[2], nodes...)
	c.agree([]*process{one, two, three})
	intact(three, "the third node")
	c.must(nodes[2], "All 3 nodes answer", "status")

	// The first machine is given up, while it runs, and the second one, when it is gone.
	c.must(nodes[0], nodes[0]+" is no longer in the cluster", "remove", nodes[0])
	if code := one.code(t); code != 0 {
		t.Errorf("the removed node: exit code %d\n%s", code, one.log)
	}
	if _, err := os.Stat(filepath.Join(c.data(nodes[0]), memberDir)); !os.IsNotExist(err) {
		t.Errorf("the data of a removed node: got %v, want it to be gone", err)
	}
	intact(three, "without the first machine")
	c.must(nodes[1], nodes[1]+" is no longer in the cluster", "remove", nodes[1])
	intact(three, "alone again")
	c.must(nodes[2], "One node", "status")
	if _, err := c.command(nodes[2], "remove", nodes[2]); err == nil || !strings.Contains(err.Error(), "last node") {
		t.Errorf("removing the last node: got %v, want a refusal", err)
	}
	stop(t, three)
	intact(c.start(nodes[2]), "after a restart")
}

// A dead machine is replaced: removed, and another one added.
func TestReplaceMachine(t *testing.T) {
	t.Parallel()
	c := foundInside(t)
	nodes := c.addresses(4)
	all := c.together(nodes[:3])
	ada := callIn(t, all[1].url, peerCookie(t, all[1].url))
	room := ada.create("Login")
	all[0].kill()
	eventually(t, "the status names the node that does not answer", func() bool {
		said, err := c.command(nodes[1], "status")
		return err != nil && strings.Contains(said, nodes[0]+": no answer")
	})
	c.must(nodes[1], nodes[0]+" is no longer in the cluster", "remove", nodes[0])
	c.must(nodes[1], nodes[3]+" may join", "add", nodes[3])
	all[0] = c.start(nodes[3], nodes[1:]...)
	c.agree(all)
	eve := callIn(t, all[0].url, peerCookie(t, all[0].url))
	if e := eve.ask("joinRoom", message{"roomId": room}); e["event"] != "ok" {
		t.Errorf("joining a room at the new machine: got %v", e)
	}

	// The old machine comes back: it is no longer a member, and waits.
	old := c.launch(nodes[0], nodes[:3]...)
	eventually(t, "the old machine finds out", func() bool { return strings.Contains(old.log.String(), "pokey cluster add "+nodes[0]) })
}

// A backup of a busy cluster that is its own etcd is restored into a new one.
func TestBackupInside(t *testing.T) {
	t.Parallel()
	c := foundInside(t)
	nodes := c.addresses(3)
	secret, file := filepath.Join(c.dir, "secret.key"), filepath.Join(c.dir, "backup")
	first := c.start(nodes[0], nodes[0])
	players := keepBusy(t, first.url, 3, 220*time.Millisecond) // two requests each at ten a second
	eventually(t, "some estimates", func() bool {
		least := 2
		for _, n := range players.acked() {
			least = min(least, n)
		}
		return least == 2
	})
	acked := players.acked()
	must(t, "3 rooms and", "backup", "-admin-listen", strings.TrimPrefix(first.admin, "http://"), "-secret-file", secret, file)
	refused(t, exitData, "stop all of its nodes first", "restore", "-data", c.data(nodes[0]), "-secret-file", secret, "-replace", file)
	players.end()
	stop(t, first)
	must(t, "restored to", "restore", "-data", c.data(nodes[1]), "-secret-file", secret, file)
	second := c.start(nodes[1], nodes[1])
	has(t, second.url, acked)
	stop(t, second)

	// And into the directory of a node, from where the cluster grows.
	refused(t, exitData, "pokey cluster add for each", "restore", "-data", c.data(nodes[0]), "-secret-file", secret, file)
	must(t, "add the others", "restore", "-data", c.data(nodes[0]), "-secret-file", secret, "-replace", file)
	c.keptData(nodes[0])
	all := []*process{c.start(nodes[0], nodes[0])}
	if err := os.RemoveAll(c.data(nodes[1])); err != nil {
		t.Fatal(err)
	}
	for i, node := range nodes[1:] {
		c.must(nodes[0], node+" may join", "add", node)
		all = append(all, c.start(node, nodes[:i+2]...))
	}
	c.agree(all)
	has(t, all[2].url, acked)
}
