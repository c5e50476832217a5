package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/pokey/operator"
	"example.com/pokey/store/etcdtest"
)

// examine runs the doctor and returns what it says and its exit code.
func examine(t *testing.T, args ...string) (said string, code int) {
	t.Helper()
	var b bytes.Buffer
	code = exitCode(doctor(t.Context(), args, &b), io.Discard)
	return b.String(), code
}

// The doctor says what is wrong with a data directory.
func TestDoctorOfData(t *testing.T) {
	t.Parallel()
	good := t.TempDir()
	if err := os.Chmod(good, 0o700); err != nil {
		t.Fatal(err)
	}
	open, secret := filepath.Join(good, "open"), filepath.Join(good, "secret")
	for dir, mode := range map[string]os.FileMode{open: 0o755, secret: 0o700} {
		if err := errors.Join(os.Mkdir(dir, mode), os.Chmod(dir, mode)); err != nil { // whatever the umask
			t.Fatal(err)
		}
	}
	file := filepath.Join(secret, "secret.key")
	if err := errors.Join(os.WriteFile(file, nil, 0o644), os.Chmod(file, 0o644)); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		open:                         "chmod 700",
		secret:                       "chmod 600",
		filepath.Join(good, "none"):  "as the user that Pokey runs as",
		"/dev/shm":                   "lost when the machine restarts",
		filepath.Join(file, "below"): "is a directory",
	} {
		if said, code := examine(t, "-data", dir); code != exitFailure || !strings.Contains(said, want) {
			t.Errorf("%s: got exit code %d, want 1 and %q:\n%s", dir, code, want, said)
		}
	}
	said, _ := examine(t, "-data", good)
	for _, want := range []string{"ok    a file can be written", "saving is fast", "median", "there is space"} {
		if !strings.Contains(said, want) {
			t.Errorf("got no %q:\n%s", want, said)
		}
	}
	left, err := os.ReadDir(good)
	if err != nil || len(left) != 2 {
		t.Errorf("it leaves %v, %v in the directory", left, err)
	}
}

// For a program the findings are JSON, with the same exit code.
func TestDoctorAsJSON(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	said, code := examine(t, "-json", "-data", dir)
	var report struct {
		Checks []checked
		Failed int
	}
	if err := json.Unmarshal([]byte(said), &report); err != nil {
		t.Fatalf("%v in %s", err, said)
	}
	failed := 0 // the disk may be slow here, or in memory
	for _, c := range report.Checks {
		if !c.OK && !c.Note {
			failed++
		}
	}
	if code != exitFailure || report.Failed != failed || len(report.Checks) < 4 || report.Checks[1].OK || !strings.Contains(report.Checks[1].Do, "chmod 700") {
		t.Errorf("exit code %d, %+v", code, report)
	}
	for _, args := range [][]string{{}, {"ftp://x/"}, {"-admin", "::"}, {"-what"}, {"http://a/", "http://b/"}} {
		if said, code := examine(t, args...); code != exitUsage {
			t.Errorf("%q: got exit code %d, want %d:\n%s", args, code, exitUsage, said)
		}
	}
}

// The doctor asks the nodes of a cluster, and compares them.
func TestDoctorOfCluster(t *testing.T) {
	t.Parallel()
	c := found(t)
	one, two := c.start(etcdtest.FreeAddress(t)), c.start(etcdtest.FreeAddress(t))
	for _, p := range []*process{one, two} {
		eventually(t, "a cluster of two", func() bool { return p.figure(t, "pokey_cluster_members") == 2 })
	}
	said := ""
	well := func(admins string, says []string, more ...string) {
		t.Helper()
		defer func() { // it does not come where the doctor finds nothing
			if t.Failed() {
				t.Log(said)
			}
		}()
		eventually(t, fmt.Sprintf("the doctor says %q and finds nothing", says), func() bool {
			var code int
			said, code = examine(t, append([]string{"-admin", admins}, more...)...)
			return code == 0 && !slices.ContainsFunc(says, func(text string) bool { return !strings.Contains(said, text) })
		})
	}
	well(one.admin+","+two.admin, []string{"ok    all nodes agree on who is a member", "ok    the nodes' clocks agree", "ok    the WebSocket opens"}, one.url)
	well(one.admin, []string{"all 2 checks passed"})
	well(spawn(t, nil, "-data", "none").admin, []string{"in memory only: a restart"})
	alone := spawn(t, nil, "-data", t.TempDir())
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	defer other.Close()
	for _, row := range []struct {
		admins []string
		says   string
	}{
		{[]string{one.admin, one.admin}, "are the same node"},
		{[]string{one.admin, alone.admin}, "It is a server alone"},
		{[]string{one.admin, etcdtest.FreeAddress(t)}, "Nothing useful answers"},
		{[]string{alone.url}, "it answers 404"},
		{[]string{other.URL}, "it does not answer as Pokey does"},
	} {
		if said, code := examine(t, "-admin", strings.Join(row.admins, ",")); code != exitFailure || !strings.Contains(said, row.says) {
			t.Errorf("%v: got exit code %d, want %d and %q:\n%s", row.admins, code, exitFailure, row.says, said)
		}
	}
	_ = two.Process.Kill()
	eventually(t, "the doctor finds the dead node", func() bool {
		said, code := examine(t, "-admin", one.admin+","+two.admin)
		return code == exitFailure && strings.Contains(said, "Does the server run")
	})
}

// Nodes that differ in what a test cannot make differ: clocks, versions, views.
func TestDoctorComparesNodes(t *testing.T) {
	t.Parallel()
	node := func(change func(*operator.Status)) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			status := operator.Status{State: "ok", Version: "1", Time: time.Now(), Cluster: &operator.Cluster{Address: r.Host, View: 7}}
			change(&status)
			_ = json.NewEncoder(w).Encode(operator.Report{Status: status, Findings: operator.Findings([]operator.Status{status})})
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	sound := node(func(*operator.Status) {})
	for want, change := range map[string]func(*operator.Status){
		"ahead of that of":               func(s *operator.Status) { s.Time = s.Time.Add(5 * time.Second) },
		"behind this machine's":          func(s *operator.Status) { s.Time = s.Time.Add(-time.Minute) },
		"Finish the upgrade":             func(s *operator.Status) { s.Version = "2" },
		"view 8 with 0 members":          func(s *operator.Status) { s.Cluster.View = 8 },
		"newcomers are turned away":      func(s *operator.Status) { s.State = "full" },
		"node-9:7000 was not examined":   func(s *operator.Status) { s.Cluster.Nodes = []operator.Node{{Address: "node-9:7000"}} },
		"all nodes run the same version": func(*operator.Status) {},
	} {
		said, code := examine(t, "-admin", node(change)+","+sound)
		if !strings.Contains(said, want) || (code == 0) != strings.Contains(want, "same version") {
			t.Errorf("got exit code %d, want %q:\n%s", code, want, said)
		}
	}
}

// The doctor tries each address that DNS has for a name.
func TestDoctorOfDNS(t *testing.T) {
	t.Parallel()
	server := listen(t, "-public-origin", "http://poker.test")
	at, err := url.Parse(server.url)
	if err != nil {
		t.Fatal(err)
	}
	base := &url.URL{Scheme: "http", Host: "poker.test:" + at.Port(), Path: "/"}
	for name, row := range map[string]struct {
		addresses []netip.Addr
		err       error
		want      string
	}{
		"one that answers":  {[]netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil, "ok    127.0.0.1 answers at port " + at.Port()},
		"one that does not": {[]netip.Addr{netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.1")}, nil, "127.0.0.2 is an address of poker.test and does not answer"},
		"none":              {nil, errors.New("no such host"), "Add an A or AAAA record"},
	} {
		var b bytes.Buffer
		e := &examination{out: &b, base: base, lookup: func(context.Context, string) ([]netip.Addr, error) { return row.addresses, row.err }}
		e.run(t.Context())
		if !strings.Contains(b.String(), row.want) {
			t.Errorf("%s: got no %q:\n%s", name, row.want, &b)
		}
		if row.err == nil && !strings.Contains(b.String(), "the server answers") {
			t.Errorf("%s: it does not go on:\n%s", name, &b)
		}
	}
}

// A proxy that cuts idle connections is found, and one that does not passes. It
// pings before nginx's timeout only if the server does, every 25 s.
func TestDoctorWaits(t *testing.T) {
	t.Parallel()
	for cut, want := range map[string]string{"1s": "It was cut after", "75s": "ok    an idle WebSocket stays open for 2.5s"} {
		page, _ := proxies[0].inFront(t, "/", []string{"proxy_read_timeout 75s", "proxy_read_timeout " + cut})
		var said string
		eventually(t, want, func() bool {
			said, _ = examine(t, "-idle", "2500ms", page)
			return strings.Contains(said, want) || !strings.Contains(said, "504 Gateway") // a server that takes a second is cut too
		})
		if !strings.Contains(said, want) {
			t.Errorf("a timeout of %s: got no %q:\n%s", cut, want, said)
		}
	}
}

// A proxy that -trusted-proxies does not name is a finding.
func TestUntrustedProxyIsFound(t *testing.T) {
	t.Parallel()
	p := spawn(t, nil, "-data", t.TempDir())
	if said, code := examine(t, "-admin", p.admin); code != 0 {
		t.Errorf("without a proxy: got exit code %d:\n%s", code, said)
	}
	request, err := http.NewRequest(http.MethodGet, p.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Forwarded-For", "192.0.2.1")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if said, code := examine(t, "-admin", p.admin); code != exitFailure || !strings.Contains(said, "not in -trusted-proxies") {
		t.Errorf("got exit code %d:\n%s", code, said)
	}
}
