package chaos

import (
	"strings"
	"testing"
	"time"

	"example.com/pokey/cmd/pokey-load/history"
	"example.com/pokey/cmd/pokey-load/options"
	"example.com/pokey/cmd/pokey-load/report"
)

// A row says what was too long or wrong, and only what is wrong fails the run.
func TestReport(t *testing.T) {
	good := Row{
		Fault: "kill", Victim: "n2", Durable: 77,
		Others: Group{Clients: 2, Gap: 250 * time.Millisecond, Target: time.Second, Refused: counts{"stale_round": 3}},
		Hit:    Group{Clients: 1, Gap: 4 * time.Second, Target: 3 * time.Second, Cause: "a long story", Refused: counts{"stale_round": 1}, Failed: counts{"put off": 2}},
	}
	for _, tc := range []struct {
		name  string
		spoil func(*Row)
		fails bool
		want  string
	}{
		{"good", func(*Row) {}, false, "gap is over 3s; failed: put off: 2"},
		{"busy", func(r *Row) { r.Lag = time.Second }, false, "late by 1s"},
		{"nobody else", func(r *Row) { r.Others = Group{} }, false, "-/0s"},
		{"stopped", func(r *Row) { r.Stops = []time.Duration{time.Second, 2 * time.Second} }, false, "stops took 1s, 2s"},
		{"restarted", func(r *Row) { r.Exits = []string{"n1: exit status 2"} }, false, "ended by themselves: n1: exit status 2"},
		{"lost", func(r *Row) { r.Found = []history.Fault{{Kind: history.Lost}, {Kind: history.Doubled}} }, true, "1/1/0/0"},
		{"leaked", func(r *Row) { r.Found = []history.Fault{{Kind: history.Leaked}, {Kind: history.Unasked}} }, true, "0/0/2/0"},
		{"out of order", func(r *Row) { r.Found = []history.Fault{{Kind: history.OutOfOrder}} }, true, "out of order 1"},
		{"missing", func(r *Row) { r.Missing = 4 }, true, "4 members not back"},
		{"split", func(r *Row) { r.Split = 5 }, true, "5 rooms served twice"},
		{"undecided", func(r *Row) { r.Undecided = 6 }, true, "6 rooms undecided"},
		{"unread", func(r *Row) { r.Audit = "audit: no" }, true, "audit: no"},
		{"grown", func(r *Row) { r.Grown = []string{"more rooms"} }, true, "more rooms"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			row := good
			tc.spoil(&row)
			var printed strings.Builder
			row.Print(report.NewPrinter(&printed))
			if !strings.Contains(printed.String(), tc.want) || strings.Count(printed.String(), "\n") != 1 {
				t.Errorf("got %s", &printed)
			}
			found := Report{Rows: []Row{row}, Control: 1}
			printed.Reset()
			_ = report.WriteText(&printed, found)
			if report.Passed(found) == tc.fails || !strings.Contains(printed.String(), "a long story") {
				t.Errorf("passed %v:\n%s", report.Passed(found), &printed)
			}
		})
	}
	for name, bad := range map[string]Report{
		"nothing was done":          {Control: 1},
		"the tap heard nothing":     {Rows: []Row{good}},
		"somebody was sent away":    {Rows: []Row{good}, Control: 1, Expelled: 1},
		"something was left behind": {Rows: []Row{good}, Control: 1, Left: []string{"n1 pokey_users +1"}},
	} {
		if report.Passed(bad) {
			t.Error(name)
		}
	}
}

func TestValidate(t *testing.T) {
	good := Options{Programs: options.Programs{Binary: "pokey", Etcd: "etcd"}, Rooms: 1, Members: 2, Rate: 1, Rounds: 1, Patience: time.Second, Faults: []string{"kill"}}
	if err := options.Validate(&good); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Options){
		"binary":   func(o *Options) { o.Binary = "" },
		"etcd":     func(o *Options) { o.Etcd = "" },
		"rooms":    func(o *Options) { o.Rooms = 5001 },
		"members":  func(o *Options) { o.Members = 1 },
		"rate":     func(o *Options) { o.Rate = 0 },
		"rounds":   func(o *Options) { o.Rounds = 0 },
		"fault":    func(o *Options) { o.Faults = []string{"kill", "earthquake"} },
		"quiet":    func(o *Options) { o.Quiet = -1 },
		"patience": func(o *Options) { o.Patience = 0 },
	} {
		o := good
		spoil(&o)
		if options.Validate(&o) == nil {
			t.Errorf("bad %s is taken", name)
		}
	}
}
