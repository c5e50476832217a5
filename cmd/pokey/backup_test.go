package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"example.com/pokey/identity"
	"example.com/pokey/store"
	"example.com/pokey/store/boltstore"
	"example.com/pokey/store/etcdtest"
)

// A backup of a busy node is restored into another directory, from there into a cluster,
// and a backup of that busy cluster into a single node. What was acknowledged before a
// backup began is in it.
func TestBackupThereAndBack(t *testing.T) {
	t.Parallel()
	c := found(t)
	secret := filepath.Join(c.dir, "secret.key")
	file := func(name string) string { return filepath.Join(c.dir, name) }
	stop := func(p *process) {
		t.Helper()
		_ = p.Process.Signal(syscall.SIGTERM)
		if code := p.code(t); code != 0 {
			t.Fatalf("exit code %d:\n%s", code, p.log)
		}
	}
	backUp := func(p *process, name string) map[string]int {
		t.Helper()
		players := keepBusy(t, p.url, 6, 0)
		eventually(t, "some estimates", func() bool {
			low := 3
			for _, n := range players.acked() {
				low = min(low, n)
			}
			return low == 3
		})
		acked := players.acked()
		must(t, "6 rooms and", "backup", "-admin-listen", strings.TrimPrefix(p.admin, "http://"), "-secret-file", secret, "-replace", file(name))
		players.end()
		if log := p.log.String(); !strings.Contains(log, "backup made") || strings.Contains(log, "topic ") {
			t.Errorf("got log\n%s\nwant the backup, and no topic", log)
		}
		return acked
	}

	p := spawn(t, nil, "-data", file("one"), "-secret-file", secret, "-message-rate", "0")
	acked := backUp(p, "one.backup")
	refused(t, exitData, "stop it first", "restore", "-data", file("one"), "-secret-file", secret, "-replace", file("one.backup"))
	stop(p)
	must(t, "complete and undamaged", "restore", "-check", "-secret-file", secret, file("one.backup"))
	must(t, "restored to", "restore", "-data", file("two"), "-secret-file", secret, file("one.backup"))
	p = spawn(t, nil, "-data", file("two"), "-secret-file", secret)
	has(t, p.url, acked)
	stop(p)

	must(t, "restored to etcd", "restore", "-etcd", c.etcd.Endpoint, "-secret-file", secret, file("one.backup"))
	refused(t, exitData, "-replace", "restore", "-etcd", c.etcd.Endpoint, "-secret-file", secret, file("one.backup"))
	node := spawn(t, nil, append(c.args(etcdtest.FreeAddress(t)), "-message-rate", "0")...)
	has(t, node.url, acked)
	must(t, "restored to", "restore", "-data", file("three"), "-secret-file", secret, file("one.backup")) // while the cluster has it
	refused(t, exitData, "a node of the cluster is running", "restore", "-etcd", c.etcd.Endpoint, "-secret-file", secret, "-replace", file("one.backup"))
	stop(node)
	must(t, "restored to etcd", "restore", "-etcd", c.etcd.Endpoint, "-secret-file", secret, "-replace", file("one.backup"))
	fresh := found(t)
	fresh.dir, secret = c.dir, file("secret.key")
	node = spawn(t, nil, append(fresh.args(etcdtest.FreeAddress(t)), "-message-rate", "0")...)
	acked = backUp(node, "cluster.backup")
	must(t, "delete it when", "restore", "-data", file("two"), "-secret-file", secret, "-replace", file("cluster.backup"))
	p = spawn(t, nil, "-data", file("two"), "-secret-file", secret)
	has(t, p.url, acked)
}

// Everything that may be wrong with a backup, or with where it should go, is said in
// words, and changes nothing.
func TestRestoreRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	write := func(name string, content []byte) {
		t.Helper()
		if err := os.WriteFile(file(name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"secret", "other"} {
		if _, err := identity.Open(file(name), true); err != nil {
			t.Fatal(err)
		}
	}
	write("words", []byte("correct horse battery staple\n"))
	write("short", []byte("short\n"))
	write("nonsense", []byte("PK\x03\x04 nonsense"))

	p := spawn(t, nil, "-data", file("data"), "-secret-file", file("secret"))
	admin := strings.TrimPrefix(p.admin, "http://")
	a := callIn(t, p.url, peerCookie(t, p.url))
	room := a.create("Login")
	p.saved(t)
	must(t, "1 room and 1 user", "backup", "-admin-listen", admin, "-secret-file", file("secret"), file("good"))
	must(t, "1 room and 1 user", "backup", "-admin-listen", admin, "-secret-file", file("secret"), "-passphrase-file", file("words"), file("sealed"))
	refused(t, exitData, "exists", "backup", "-admin-listen", admin, "-secret-file", file("secret"), file("good"))
	refused(t, exitConfig, "secret", "backup", "-admin-listen", admin, "-secret-file", file("missing"), file("new"))
	refused(t, exitData, "another key", "backup", "-admin-listen", admin, "-secret-file", file("other"), file("new"))
	refused(t, exitData, "want at least 12", "backup", "-admin-listen", admin, "-secret-file", file("secret"), "-passphrase-file", file("short"), file("new"))
	refused(t, exitFailure, "admin port", "backup", "-admin-listen", strings.TrimPrefix(p.url, "http://"), "-secret-file", file("secret"), file("new"))
	refused(t, exitUsage, "usage", "backup", "-secret-file", file("secret"))
	if request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.admin+"/backup", nil); err == nil {
		request.Header.Set("Origin", "https://elsewhere.example")
		if response, err := http.DefaultClient.Do(request); err != nil || response.StatusCode != http.StatusForbidden {
			t.Errorf("a page: got %v, %v, want 403", response, err)
		}
	}
	if err := os.MkdirAll(file("node/etcd"), 0o700); err != nil {
		t.Fatal(err)
	}
	refused(t, exitData, "node of a cluster", "restore", "-data", file("node"), "-secret-file", file("secret"), file("good"))
	refused(t, exitData, "does not say which node", "restore", "-replace", "-data", file("node"), "-secret-file", file("secret"), file("good"))
	refused(t, exitData, "a server is using", "backup", "-admin-listen", "", "-data", file("data"), "-secret-file", file("secret"), file("new"))
	p.kill()
	must(t, "no server answers", "backup", "-admin-listen", admin, "-data", file("data"), "-secret-file", file("secret"), file("offline"))

	good, err := os.ReadFile(file("good"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(good, []byte("Login")) || bytes.Contains(good, []byte(room)) {
		t.Error("the backup shows what it holds")
	}
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 1
	write("flipped", flipped)
	write("cut", good[:len(good)-1])
	before, err := os.ReadFile(file("data/pokey.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{exitData, "no backup of Pokey", []string{file("nonsense")}},
		{exitData, "damaged", []string{"-replace", file("flipped")}},
		{exitData, "damaged", []string{"-replace", file("cut")}},
		{exitData, "no such file", []string{file("missing")}},
		{exitData, "-replace", []string{file("good")}},
		{exitData, "fingerprint", []string{"-secret-file", file("other"), "-replace", file("good")}},
		{exitData, "passphrase", []string{"-replace", file("sealed")}},
		{exitConfig, "were made with", []string{"-secret-file", file("other"), "-passphrase-file", file("words"), "-replace", file("sealed")}},
		{exitConfig, "put it there first", []string{"-secret-file", file("missing"), "-passphrase-file", file("words"), "-replace", file("sealed")}},
		{exitUsage, "usage", nil},
	} {
		refused(t, c.code, c.says, append([]string{"restore", "-data", file("data"), "-secret-file", file("secret")}, c.args...)...)
	}
	if after, err := os.ReadFile(file("data/pokey.db")); err != nil || !bytes.Equal(before, after) {
		t.Errorf("got another database, %v, want it untouched", err)
	}
	must(t, "restored", "restore", "-data", file("new"), "-secret-file", file("secret"), "-passphrase-file", file("words"), file("sealed"))
	p = spawn(t, nil, "-data", file("new"), "-secret-file", file("secret"))
	if got := callIn(t, p.url, peerCookie(t, p.url)).join(room).Topic; got != "Login" {
		t.Errorf("got topic %q, want Login", got)
	}
}

// Users who expired since the backup expire when the server starts, or live on.
func TestRestoreExpired(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const expiry = "10s" // which the server that is started at the end has as well, before it prolongs it
	p := spawn(t, nil, "-data", dir, "-user-expiry", expiry)
	c := callIn(t, p.url, peerCookie(t, p.url))
	room := c.create("Login")
	p.saved(t)
	secret, backup := filepath.Join(dir, "secret.key"), filepath.Join(dir, "backup")
	must(t, "1 room and 1 user", "backup", "-admin-listen", strings.TrimPrefix(p.admin, "http://"), "-data", dir, backup)
	p.kill()
	eventually(t, "an expired user", func() bool {
		_, says := pokeyCommand(t, "restore", "-check", "-secret-file", secret, backup)
		return strings.Contains(says, "of whom 1 have expired")
	})
	must(t, "restored", "restore", "-data", dir, "-replace", "-extend-expiry", backup)
	p = spawn(t, nil, "-data", dir, "-user-expiry", "1h")
	if got := callIn(t, p.url, peerCookie(t, p.url)).join(room).Topic; got != "Login" {
		t.Errorf("got topic %q, want Login", got)
	}
}

// BenchmarkBackup makes a sealed backup of ten thousand rooms with ten members each, as
// the admin port does.
func BenchmarkBackup(b *testing.B) {
	s, err := boltstore.Open(boltstore.Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	keys, err := identity.New([]byte("0123456789abcdefghijklmnopqrstuvwxyz"))
	if err != nil {
		b.Fatal(err)
	}
	var writers sync.WaitGroup
	for w := range 200 {
		writers.Go(func() {
			for i := range 50 {
				room := fmt.Sprintf("room/%03d%03d", w, i)
				var parts []store.Record
				for m := range 10 {
					parts = append(parts, store.Record{Key: fmt.Sprintf("%s/m-%d", room, m), Data: make([]byte, 300)})
				}
				if _, err := s.Commit(b.Context(), store.Record{Key: room, Data: make([]byte, 300)}, parts...); err != nil {
					b.Error(err)
				}
			}
		})
	}
	writers.Wait()
	b.ReportAllocs()
	for b.Loop() {
		summary, err := makeBackup(b.Context(), s, io.Discard, keys)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(summary.Bytes)
	}
}
