package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// smallDisk is a file system of two megabytes, or the test is skipped.
func smallDisk(t *testing.T) (dir string, remount func(flags uintptr)) {
	t.Helper()
	dir = t.TempDir()
	const options = "size=2m"
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("a small file system cannot be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir, func(flags uintptr) {
		if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|flags, options); err != nil {
			t.Fatal(err)
		}
	}
}

// fill takes all the space there is.
func fill(t *testing.T, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}

// meeting is a room in use, and what its people were told to be safe.
type meeting struct {
	ada, bob       *caller
	room           string
	adaIs, bobIs   string // their cookies
	number         int
	durable        string // the last topic acknowledged as durable
	durableComment string // and Bob's last reason
}

func meet(t *testing.T, p *process) *meeting {
	t.Helper()
	m := &meeting{adaIs: peerCookie(t, p.url), bobIs: peerCookie(t, p.url)}
	m.ada, m.bob = callIn(t, p.url, m.adaIs), callIn(t, p.url, m.bobIs)
	m.room = m.ada.create("Login")
	m.bob.join(m.room)
	return m
}

// goOn does something that takes more space than before, and says whether all
// of it was acknowledged as durable.
func (m *meeting) goOn() bool {
	m.ada.t.Helper()
	m.number++
	topic := fmt.Sprint("topic ", m.number)
	comment := fmt.Sprint(m.number, " ", strings.Repeat("why ", 120))
	safe := m.ada.do("setTopic", message{"roomId": m.room, "topic": topic})["durable"].(bool)
	if safe {
		m.durable = topic
	}
	own := m.bob.do("estimate", message{"roomId": m.room, "value": "5", "comment": comment})["durable"].(bool)
	if own {
		m.durableComment = comment
	}
	if m.number%3 == 0 { // the history makes the record grow
		m.ada.do("reveal", message{"roomId": m.room})
		m.ada.do("clear", message{"roomId": m.room})
		m.durableComment = ""
	}
	time.Sleep(220 * time.Millisecond) // two requests each at ten a second
	return safe && own
}

// fillUp goes on until a full disk takes no more, and everybody in the room is told. It
// returns after how many steps. A disk that is only slow is not full: what it is late
// with is saved a moment later.
func (m *meeting) fillUp(t *testing.T) (steps int) {
	t.Helper()
	for ; steps < 200; steps++ {
		if m.goOn() {
			continue
		}
		time.Sleep(2 * retried)
		if saved := m.bob.join(m.room).Saved; saved != nil && !*saved {
			return steps
		}
	}
	t.Fatal("the disk is full and everything is durable")
	return steps
}

// retried is after how long what could not be saved is tried again.
const retried = time.Second

// again restarts a killed process and has both people back.
func (m *meeting) again(t *testing.T, p *process) (room roomView) {
	t.Helper()
	m.ada, m.bob = callIn(t, p.url, m.adaIs), callIn(t, p.url, m.bobIs)
	m.ada.join(m.room)
	return m.bob.join(m.room)
}

// End to end: the disk fills up under a meeting. Everybody is told, the
// meeting goes on, and what was acknowledged as durable is there after kill -9,
// with the disk still full and with room again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	disk, _ := smallDisk(t)
	data, ballast := filepath.Join(disk, "data"), filepath.Join(disk, "ballast")
	p := spawn(t, nil, "-data", data, "-message-rate", "0")
	m := meet(t, p)
	eventually(t, "durable at first", m.goOn)
	fill(t, ballast)
	if log := p.log.String(); !strings.Contains(log, "file system in memory") {
		t.Errorf("got log\n%s\nwant a warning that the data is in memory", log)
	}
	t.Logf("%d steps fitted into what the file had left", m.fillUp(t))
	for _, row := range []struct{ path, says string }{
		{"/readyz", `"ready":true,"state":"degraded","durable":false`},
		{"/metrics", "pokey_degraded 1"},
		{"/", "Something is wrong."},
		{"/", "cannot be saved"},
	} {
		if status, got := p.get(t, row.path); status != http.StatusOK || !strings.Contains(got, row.says) {
			t.Errorf("on a full disk, %s: got %d %s, want 200 and %q", row.path, status, got, row.says)
		}
	}
	for range 3 {
		m.goOn() // refused, it would fail
	}

	p.kill()
	p = spawn(t, nil, "-data", data, "-message-rate", "0") // on the full disk
	if p.url == "" {
		t.Fatalf("it does not start on a full disk:\n%s", p.log)
	}
	m.check(t, m.again(t, p))

	m.number = 1000
	m.fillUp(t)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	eventually(t, "ready again", func() bool {
		_, r := p.readiness(t)
		return r.State == "ok" && r.Durable
	})
	eventually(t, "the status says that everything is saved", func() bool { return m.bob.join(m.room).Saved == nil })
	for range 4 {
		eventually(t, "durable again", m.goOn)
	}
	p.kill()
	p = spawn(t, nil, "-data", data)
	m.check(t, m.again(t, p))
	if log := p.log.String(); strings.Contains(log, "corrupt") || strings.Contains(log, "damaged") {
		t.Errorf("the file was hurt:\n%s", log)
	}
}

// check fails unless what was acknowledged as durable is there, or what was
// written after it.
func (m *meeting) check(t *testing.T, room roomView) {
	t.Helper()
	var safe, found int
	_, _ = fmt.Sscanf(m.durable, "topic %d", &safe)
	if _, err := fmt.Sscanf(room.Topic, "topic %d", &found); err != nil || found < safe {
		t.Errorf("got topic %q, want %q, which was durable, or a later one", room.Topic, m.durable)
	}
	if m.durableComment == "" || found > safe {
		return
	}
	own, _ := m.bob.until("ownEstimate")["comment"].(string)
	if numberOf(own) < numberOf(m.durableComment) {
		t.Errorf("got reason %.20q, want %.20q, which was durable, or a later one", own, m.durableComment)
	}
}

// numberOf is the number that a reason begins with.
func numberOf(comment string) (n int) {
	_, _ = fmt.Sscan(comment, &n)
	return n
}

// A disk that cannot be written is refused at the start, with the
// code for it.
func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	disk, remount := smallDisk(t)
	data := filepath.Join(disk, "data")
	p := spawn(t, nil, "-data", data)
	meet(t, p)
	p.kill()
	remount(syscall.MS_RDONLY)
	p = spawn(t, nil, "-data", data)
	if code := p.code(t); code != exitData || !strings.Contains(p.log.String(), "-data") {
		t.Errorf("exit %d: %s", code, p.log)
	}
	remount(0)
	if p = spawn(t, nil, "-data", data); p.url == "" {
		t.Errorf("it can be written again, and it says %s", p.log)
	}
}

// End to end. A damaged record costs one room; a damaged file is set
// aside. Links revive the rooms, with their owners, and Pokey starts.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		damage func(raw []byte, topic string) []byte
		empty  int // rooms, of 20
		aside  int // files
	}{
		"record": {func(raw []byte, topic string) []byte {
			return bytes.ReplaceAll(raw, []byte(topic), []byte(strings.ToUpper(topic)))
		}, 1, 0},
		"meta pages": {func(raw []byte, _ string) []byte {
			clear(raw[:2*os.Getpagesize()])
			return raw
		}, 20, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			p := spawn(t, nil, "-data", data, "-max-rooms-per-user", "0", "-message-rate", "0")
			cookie := peerCookie(t, p.url)
			a := callIn(t, p.url, cookie)
			rooms := map[string]string{} // topics by room
			var last string
			for i := range 20 {
				topic := fmt.Sprintf("canary-%02d", i)
				last = a.create(topic)
				rooms[last] = topic
			}
			p.saved(t)
			p.kill()
			file := filepath.Join(data, "pokey.db")
			raw, err := os.ReadFile(file)
			if err != nil || !bytes.Contains(raw, []byte(rooms[last])) {
				t.Fatalf("got no room in the file, %v: the test does not work", err)
			}
			if err := os.WriteFile(file, c.damage(raw, rooms[last]), 0o600); err != nil {
				t.Fatal(err)
			}

			p = spawn(t, nil, "-data", data, "-message-rate", "0")
			a = callIn(t, p.url, cookie)
			empty := 0
			for room, topic := range rooms {
				switch got := a.join(room).Topic; got {
				case "":
					empty++
				case topic:
				default:
					t.Errorf("topic of %s: got %q, want %q or none", room[:6], got, topic)
				}
			}
			aside, _ := filepath.Glob(file + ".corrupt-*")
			if empty != c.empty || len(aside) != c.aside {
				t.Errorf("got %d empty rooms, set aside %q, want %d and %d files", empty, aside, c.empty, c.aside)
			}
			a.do("setTopic", message{"roomId": last, "topic": "still the owner's"})
			if log := p.log.String(); !strings.Contains(log, "damaged") || strings.Contains(log, "canary") || strings.Contains(log, last) {
				t.Errorf("got log\n%s\nwant the damage, and no topic or room", log)
			}
		})
	}
}
