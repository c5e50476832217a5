package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/pokey/actors/record"
	"example.com/pokey/store/boltstore"
)

var writeGoldenData = flag.Bool("write-data", false, "write the data directory of the current form that is not in testdata yet; those that are, never change")

// goldenData is the directory of a form: what a server has left when it was stopped, a
// backup of that, and the room in it.
func goldenData(form int) string { return fmt.Sprintf("testdata/data-form-%d", form) }

// What a server has stored, and its backup, are opened by every later version. A
// version that knows only an older form leaves them alone, and says why.
func TestGoldenData(t *testing.T) {
	t.Parallel()
	if *writeGoldenData {
		writeData(t, goldenData(record.Form))
	}
	for form := 1; form <= record.Form; form++ {
		golden := goldenData(form)
		dir, restored := t.TempDir(), t.TempDir()
		for _, name := range []string{"pokey.db", "secret.key"} {
			content, err := os.ReadFile(filepath.Join(golden, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, to := range []string{dir, restored} {
				if err := os.WriteFile(filepath.Join(to, name), content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		room, err := os.ReadFile(filepath.Join(golden, "room"))
		if err != nil {
			t.Fatal(err)
		}
		must(t, "2 users", "restore", "-data", restored, "-replace", "-extend-expiry", filepath.Join(golden, "backup.age"))
		for _, data := range []string{dir, restored} {
			p := spawn(t, nil, "-data", data, "-user-expiry", "876000h")
			c := callIn(t, p.url, peerCookie(t, p.url))
			view := c.join(strings.TrimSpace(string(room)))
			if view.Topic != "Cart" || len(view.Members) != 3 {
				t.Errorf("form %d, %s: got topic %q, %d members, want Cart with Ada, Bob and a newcomer", form, data, view.Topic, len(view.Members))
			}
			c.send("history", message{"roomId": strings.TrimSpace(string(room))})
			history := c.until("roomHistory")
			if text := fmt.Sprint(history); !strings.Contains(text, "Login") || !strings.Contains(text, "the second tab") {
				t.Errorf("form %d, %s: got history %s, want Login with Bob's reason", form, data, text)
			}
			p.kill()
		}
	}
	dir := t.TempDir()
	s, err := boltstore.Open(boltstore.Config{Dir: dir, Form: record.Form + 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "pokey.db"))
	if err != nil {
		t.Fatal(err)
	}
	p := spawn(t, nil, "-data", dir)
	if code := p.code(t); code != exitData || !strings.Contains(p.log.String(), "newer version") {
		t.Errorf("a newer form: got exit code %d, %s, want %d in words", code, p.log, exitData)
	}
	if after, err := os.ReadFile(filepath.Join(dir, "pokey.db")); err != nil || !bytes.Equal(before, after) {
		t.Errorf("a newer form: got another file, %v, want it untouched", err)
	}
}

// writeData lets a server of this version leave data behind, unless it did already.
func writeData(t *testing.T, golden string) {
	t.Helper()
	if exists(golden) {
		return
	}
	dir := t.TempDir()
	p := spawn(t, nil, "-data", dir, "-user-expiry", "876000h")
	ada, bob := callIn(t, p.url, peerCookie(t, p.url)), callIn(t, p.url, peerCookie(t, p.url))
	room := ada.create("Login")
	ada.do("setName", message{"name": "Ada"})
	bob.do("setName", message{"name": "Bob"})
	bob.join(room)
	ada.do("setTopics", message{"roomId": room, "topics": []string{"Cart", "Pay"}})
	bob.do("estimate", message{"roomId": room, "value": "8", "comment": "the second tab"})
	ada.do("estimate", message{"roomId": room, "value": "5"})
	ada.do("reveal", message{"roomId": room})
	ada.do("settle", message{"roomId": room, "value": "8"})
	ada.do("nextTopic", message{"roomId": room})
	bob.do("estimate", message{"roomId": room, "value": "3", "comment": "hidden"})
	if err := os.MkdirAll(golden, 0o755); err != nil {
		t.Fatal(err)
	}
	must(t, "1 room and 2 users", "backup", "-admin-listen", strings.TrimPrefix(p.admin, "http://"), "-data", dir, filepath.Join(golden, "backup.age"))
	_ = p.Process.Signal(syscall.SIGTERM)
	if code := p.code(t); code != 0 {
		t.Fatalf("exit code %d:\n%s", code, p.log)
	}
	if err := os.WriteFile(filepath.Join(golden, "room"), []byte(room+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pokey.db", "secret.key"} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(golden, name), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
