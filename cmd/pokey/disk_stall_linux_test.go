package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// freezable is a file system of its own that can be frozen: whoever writes to it waits,
// as for a disk or a network that does not answer. Where that cannot be had the test is
// skipped.
func freezable(t *testing.T) (dir string, freeze, thaw func()) {
	t.Helper()
	image, dir := filepath.Join(t.TempDir(), "disk"), t.TempDir()
	for _, command := range [][]string{
		{"truncate", "-s", "32M", image},
		{"mkfs.ext4", "-q", "-F", image},
		{"mount", "-o", "loop", image, dir},
	} {
		if out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Skipf("no file system can be mounted: %v: %v %s", command, err, out)
		}
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	root, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	const fiFreeze, fiThaw = 0xC0045877, 0xC0045878 // FIFREEZE and FITHAW of linux/fs.h
	do := func(request uint) func() {
		return func() {
			if err := unix.IoctlSetInt(int(root.Fd()), request, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Cleanup(func() { _ = unix.IoctlSetInt(int(root.Fd()), fiThaw, 0) }) // it fails if nothing is frozen
	return dir, do(fiFreeze), do(fiThaw)
}

// End to end: the disk stalls under a meeting, which goes on and says that it is not
// being saved. When the disk answers again, everything is saved, and nothing is lost.
func TestStalledDisk(t *testing.T) {
	t.Parallel()
	disk, freeze, thaw := freezable(t)
	data := filepath.Join(disk, "data")
	p := spawn(t, nil, "-data", data, "-message-rate", "0")
	m := meet(t, p)
	eventually(t, "durable at first", m.goOn)
	freeze()
	for range 3 { // each waits a second for the first commit, and then goes on
		if m.goOn() {
			t.Fatal("the disk stalls and everything is durable")
		}
	}
	if got := m.bob.join(m.room).Saved; got == nil || *got {
		t.Errorf("saved: got %v, want false", got)
	}
	if _, r := p.readiness(t); !r.Ready || r.State != "degraded" || r.Unsaved == 0 {
		t.Errorf("readiness: got %+v, want ready and degraded", r)
	}
	thaw()
	eventually(t, "saved again", func() bool {
		_, r := p.readiness(t)
		return r.State == "ok" && r.Durable
	})
	eventually(t, "durable again", m.goOn)
	if log := p.log.String(); !strings.Contains(log, "the disk does not answer") || !strings.Contains(log, "the disk is slow") {
		t.Errorf("got log\n%s\nwant that the disk did not answer, and was slow", log)
	}
	p.kill()
	p = spawn(t, nil, "-data", data)
	m.check(t, m.again(t, p))
	if log := p.log.String(); strings.Contains(log, "corrupt") || strings.Contains(log, "damaged") {
		t.Errorf("the file was hurt:\n%s", log)
	}
}

// A backup that does not fit on the disk of the new file says so, and what was there
// stays. Neither a full disk of the server nor one for the backup makes half a backup.
func TestRestoreFullDisk(t *testing.T) {
	t.Parallel()
	disk, _ := smallDisk(t)
	dir := t.TempDir()
	p := spawn(t, nil, "-data", dir, "-message-rate", "0", "-max-rooms-per-user", "0")
	var c *caller
	for i := range 150 {
		if i%50 == 0 { // more rooms than one user may be in
			c = callIn(t, p.url, peerCookie(t, p.url))
		}
		room := c.create(strings.Repeat("topic", 20))
		var topics []string
		for range 100 {
			topics = append(topics, strings.Repeat("x", 150))
		}
		c.do("setTopics", message{"roomId": room, "topics": topics})
	}
	p.saved(t)
	admin, backup := strings.TrimPrefix(p.admin, "http://"), filepath.Join(dir, "backup")
	must(t, "150 rooms", "backup", "-admin-listen", admin, "-data", dir, backup)
	ballast := filepath.Join(disk, "ballast")
	fill(t, ballast)
	refused(t, exitData, "the disk is full", "backup", "-admin-listen", admin, "-data", dir, filepath.Join(disk, "backup"))
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(disk, "data")
	small := spawn(t, nil, "-data", data, "-secret-file", filepath.Join(dir, "secret.key"))
	room := callIn(t, small.url, peerCookie(t, small.url)).create("before")
	small.saved(t)
	small.kill()
	before, err := os.ReadFile(filepath.Join(data, "pokey.db"))
	if err != nil {
		t.Fatal(err)
	}
	refused(t, exitData, "the disk is full", "restore", "-data", data, "-secret-file", filepath.Join(dir, "secret.key"), "-replace", backup)
	if after, err := os.ReadFile(filepath.Join(data, "pokey.db")); err != nil || !bytes.Equal(before, after) {
		t.Errorf("got another file, %v, want it untouched", err)
	}
	if left, _ := filepath.Glob(filepath.Join(disk, "*", "*import*")); len(left) > 0 {
		t.Errorf("got %q left, want nothing", left)
	}
	small = spawn(t, nil, "-data", data, "-secret-file", filepath.Join(dir, "secret.key"))
	if got := callIn(t, small.url, peerCookie(t, small.url)).join(room).Topic; got != "before" {
		t.Errorf("got topic %q, want that of before", got)
	}
}
