package crash

import (
	"encoding/json"
	"log"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/fakeserver"
	"example.com/pokey/cmd/pokey-load/history"
	"example.com/pokey/cmd/pokey-load/options"
	"example.com/pokey/cmd/pokey-load/report"
)

// The test binary is the server under test, too.
func TestMain(m *testing.M) {
	if os.Getenv(fakeserver.FaultsVariable) != "" {
		os.Exit(fakeserver.Main(os.Args[1:]))
	}
	os.Exit(m.Run())
}

func testOptions(t *testing.T, f fakeserver.Faults) Options {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	faults, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(fakeserver.FaultsVariable, string(faults))
	return Options{
		Programs: options.Programs{Binary: binary, Dir: t.TempDir()},
		Rooms:    3, Members: 3, Cycles: 2, Renew: 10, Life: 200 * time.Millisecond, Think: 3 * time.Millisecond,
		Backoff:  client.Backoff{Min: 2 * time.Millisecond, Max: 20 * time.Millisecond},
		Patience: time.Minute,
	}
}

// lived returns what a run finds in lives that are long enough for something to happen,
// which may be long on a machine with other work too.
func lived(t *testing.T, o Options, enough func(Report) bool) Report {
	t.Helper()
	for ; ; o.Life *= 4 {
		o.Dir = t.TempDir()
		found, err := Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if enough(found) || o.Life > 10*time.Second {
			return found
		}
	}
}

func TestHonestServerPasses(t *testing.T) {
	o := testOptions(t, fakeserver.Faults{DropConnection: 50, DropPatch: 40})
	var cycles int
	o.Progress = func(c Cycle) { cycles = c.Number }
	found := lived(t, o, func(r Report) bool { return r.Verdict.Durable >= 30 && r.Verdict.Statuses >= 30 })
	if !report.Passed(found) {
		t.Errorf("faults %v, undecided %v, expelled %d", found.Verdict.Faults, found.Verdict.Undecided, found.Expelled)
		for _, name := range found.Dumps {
			b, _ := os.ReadFile(name)
			t.Logf("%s", b)
		}
	}
	v := found.Verdict
	if cycles != 2 || v.Rooms != 3 || v.Durable < 30 || v.Reads < 3*(3+1)*2 || v.Statuses < 30 {
		t.Errorf("too little happened: %d cycles, %+v", cycles, v)
	}
	for _, c := range found.Cycles {
		if c.Longest <= 0 || c.Longest > o.Patience || c.Gap > c.Longest || c.Ready <= 0 {
			t.Errorf("cycle %+v", c)
		}
	}
	var table strings.Builder
	_ = report.WriteText(&table, found)
	if !strings.Contains(table.String(), "PASSED") {
		t.Errorf("got\n%s", &table)
	}
}

// What a server acknowledged before it was on disk is gone after some crash.
func TestLateCommitsAreFound(t *testing.T) {
	found := lived(t, testOptions(t, fakeserver.Faults{CommitLate: true}), func(r Report) bool { return r.Verdict.Count(history.Lost) > 0 })
	if found.Verdict.Count(history.Lost) == 0 || report.Passed(found) || len(found.Dumps) == 0 {
		t.Errorf("got %+v", found)
	}
}

// Each kind of dishonesty that needs no crash is found by the same game.
func TestFaultyServersAreFound(t *testing.T) {
	for _, tc := range []struct {
		name   string
		faults fakeserver.Faults
		want   history.FaultKind
	}{
		{"none", fakeserver.Faults{DropConnection: 9, DropPatch: 9}, ""},
		{"forgets estimates", fakeserver.Faults{LoseAck: 10}, history.Lost},
		{"does things twice", fakeserver.Faults{DropConnection: 3, ForgetRequests: true}, history.Doubled},
		{"takes a repetition for new", fakeserver.Faults{DropConnection: 9, ForgetRequests: true}, history.Misreported},
		{"shows hidden estimates", fakeserver.Faults{LeakInStatus: 20}, history.Leaked},
		{"logs estimates", fakeserver.Faults{LeakInLog: 20}, history.Leaked},
		{"reveals by itself", fakeserver.Faults{SelfReveal: 20}, history.Unasked},
		{"repeats versions", fakeserver.Faults{RepeatVersion: 20}, history.OutOfOrder},
		{"sends old versions", fakeserver.Faults{OldVersionAgain: 20}, history.OutOfOrder},
	} {
		t.Run(tc.name, func(t *testing.T) {
			verdict := play(t, tc.faults, tc.want)
			if tc.want == "" && len(verdict.Faults) > 0 || tc.want != "" && verdict.Count(tc.want) == 0 {
				t.Errorf("found %v", verdict.Faults)
			}
		})
	}
}

// play lets a game go on for a while on a server in this process, or until what
// is wanted was found.
func play(t *testing.T, f fakeserver.Faults, want history.FaultKind) history.Verdict {
	t.Helper()
	var logged lockedBuffer
	server, err := fakeserver.New(fakeserver.Options{Faults: f, Log: log.New(&logged, "", 0)})
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(server.Handler())
	defer listening.Close()
	site, err := client.NewSite(listening.URL, client.SiteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p := newParty(t.Context(), site, Options{Think: 2 * time.Millisecond, Backoff: client.Backoff{Min: time.Millisecond, Max: 5 * time.Millisecond}})
	defer p.End()
	if err := p.setUp(t.Context(), 4, 3); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); {
		scanLog(t, p.History, &logged)
		if err := p.audit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if v := p.History.Check(time.Second); v.Durable > 120 && want == "" || want != "" && v.Count(want) > 0 || v.Durable > 1000 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if want == "" {
		if err := p.finish(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	p.End()
	scanLog(t, p.History, &logged)
	return p.History.Check(10 * time.Second)
}

func scanLog(t *testing.T, h *history.History, logged *lockedBuffer) {
	t.Helper()
	logged.mu.Lock()
	defer logged.mu.Unlock()
	if err := h.ScanLog(strings.NewReader(logged.String())); err != nil {
		t.Fatal(err)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Builder.Write(p)
}

// Rooms are made anew, and every game counts.
func TestRenew(t *testing.T) {
	o := testOptions(t, fakeserver.Faults{LeakInLog: 2})
	o.Renew, o.Rooms, o.Life = 1, 1, 100*time.Millisecond
	found, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if v := found.Verdict; len(found.Cycles) != 2 || v.Rooms != 2 || report.Passed(found) {
		t.Errorf("got %+v", found)
	}
}

func TestServerThatEnds(t *testing.T) {
	o := testOptions(t, fakeserver.Faults{})
	o.Args = []string{"-no-such-flag"}
	if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "exit status 2") {
		t.Errorf("got %v", err)
	}
}

func TestValidate(t *testing.T) {
	good := testOptions(t, fakeserver.Faults{})
	if err := options.Validate(&good); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Options){
		"binary":  func(o *Options) { o.Binary = "" },
		"rooms":   func(o *Options) { o.Rooms = 0 },
		"members": func(o *Options) { o.Members = 101 },
		"cycles":  func(o *Options) { o.Cycles = -1 },
		"renew":   func(o *Options) { o.Renew = 0 },
		"life":    func(o *Options) { o.Life = 0 },
	} {
		o := good
		spoil(&o)
		if options.Validate(&o) == nil {
			t.Errorf("bad %s is taken", name)
		}
	}
}
