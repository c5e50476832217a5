package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/pokey/cmd/pokey-load/fakeserver"
	"example.com/pokey/cmd/pokey-load/hostile"
	"example.com/pokey/cmd/pokey-load/lab"
)

// The test binary is the server that is crashed, the program in the lab and the attacker,
// too.
func TestMain(m *testing.M) {
	if lab.Inside() || hostile.Ordered() {
		main()
		os.Exit(passed)
	}
	if os.Getenv(fakeserver.FaultsVariable) != "" {
		os.Exit(fakeserver.Main(os.Args[1:]))
	}
	os.Exit(m.Run())
}

func runIt(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, err strings.Builder
	status = run(t.Context(), args, &out, &err)
	return status, out.String(), err.String()
}

// unlessByChance runs something that measures a whole machine, and fails for all that is
// always a fault. What a machine that stands still for seconds may cause is one if it
// happens three times.
func unlessByChance(t *testing.T, run func() (always, perhaps []string)) {
	t.Helper()
	for try := 1; ; try++ {
		always, perhaps := run()
		if try == 3 {
			always = append(always, perhaps...)
		}
		for _, fault := range always {
			t.Error(fault)
		}
		if len(perhaps) == 0 || t.Failed() {
			return
		}
		t.Logf("once more, for a busy machine may explain this:\n%s", strings.Join(perhaps, "\n"))
	}
}

// buildServer builds the server of this checkout. It is another module, so the
// build runs in that module's directory.
func buildServer(t *testing.T, dir string) (binary string) {
	t.Helper()
	binary = filepath.Join(dir, "pokey")
	command := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
	command.Dir = "../pokey"
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

func serve(t *testing.T, o fakeserver.Options) string {
	t.Helper()
	server, err := fakeserver.New(o)
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(server.Handler())
	t.Cleanup(listening.Close)
	return listening.URL
}

func TestLoad(t *testing.T) {
	args := []string{"-url", serve(t, fakeserver.Options{}), "-rooms", "2", "-members", "3", "-duration", "1s", "-warm-up", "10ms", "-rest", "0s", "-stall-after", "1m", "-json"}
	status, stdout, stderr := runIt(t, args...)
	var report struct{ Deliveries, Lost int }
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || status != passed || report.Deliveries == 0 {
		t.Errorf("status %d, %v\n%s%s", status, err, stdout, stderr)
	}
}

func TestLoadFails(t *testing.T) {
	url := serve(t, fakeserver.Options{Faults: fakeserver.Faults{LoseAck: 3}})
	status, stdout, _ := runIt(t, "load", "-url", url, "-rooms", "1", "-members", "3", "-duration", "200ms", "-warm-up", "1s", "-rest", "0s", "-stall-after", "100ms")
	if status != failed || !strings.Contains(stdout, "1 rooms stalled") {
		t.Errorf("status %d\n%s", status, stdout)
	}
}

func TestCrash(t *testing.T) {
	t.Setenv(fakeserver.FaultsVariable, "{}")
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := runIt(t, "crash", "-binary", binary, "-data", t.TempDir(), "-rooms", "2", "-members", "2", "-cycles", "1",
		"-life", "200ms", "-think", "5ms", "-backoff-min", "1ms", "-backoff-max", "10ms")
	if status != passed || !strings.Contains(stdout, "PASSED") || !strings.Contains(stderr, "gap max") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
}

func TestSoak(t *testing.T) {
	url := serve(t, fakeserver.Options{Ping: time.Second, Leaking: true})
	status, stdout, stderr := runIt(t, "soak", "-url", url, "-metrics", url+"/metrics", "-connects", "84", "-sessions", "2", "-workers", "4", "-settle", "200ms")
	if status != failed || !strings.Contains(stdout, "over the limit of +50") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
}

// The list of commands is complete in help and in the comment of package main.
func TestHelp(t *testing.T) {
	status, _, help := runIt(t, "help")
	if status != passed {
		t.Errorf("got status %d, want %d", status, passed)
	}
	main, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range commands {
		if !strings.Contains(help, c.name) || !strings.Contains(help, c.does) {
			t.Errorf("help does not list %s:\n%s", c.name, help)
		}
		if !regexp.MustCompile(`(?m)^//\tpokey-load \[?` + c.name + `\b`).Match(main) {
			t.Errorf("main.go does not list %s", c.name)
		}
		if status, _, stderr := runIt(t, c.name, "-help"); status != passed || !strings.Contains(stderr, c.does) || !strings.Contains(stderr, "-rooms") && c.name != "soak" {
			t.Errorf("%s -help: got status %d\n%s", c.name, status, stderr)
		}
	}
}

func TestUsage(t *testing.T) {
	for _, tc := range []struct {
		args   string
		status int
		want   string
	}{
		{"-h", passed, "-shape"},
		{"crash -h", passed, "-binary"},
		{"fly", broken, "no command"},
		{"-rooms x", broken, "invalid value"},
		{"-url http://192.0.2.1", broken, "not a loopback address"},
		{"soak -url http://192.0.2.1", broken, "not a loopback address"},
		{"crash", broken, "-binary is required"},
		{"soak -connects 0", broken, "-connects 0: want 1"},
		{"load -shape wild", broken, "wild"},
		{"load burst", broken, "unexpected argument"},
	} {
		status, _, stderr := runIt(t, strings.Fields(tc.args)...)
		if status != tc.status || !strings.Contains(stderr, tc.want) {
			t.Errorf("%s: status %d, %s", tc.args, status, stderr)
		}
	}
}
