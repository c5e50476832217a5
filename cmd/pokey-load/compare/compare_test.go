package compare

import (
	"os"
	"strings"
	"testing"
	"time"

	"example.com/pokey/cmd/pokey-load/load"
	"example.com/pokey/cmd/pokey-load/report"
)

// measured returns reports with these CPU times a delivery, in microseconds.
func measured(cpu ...float64) (all []load.Report) {
	for _, c := range cpu {
		all = append(all, load.Report{Server: &load.Server{CPUPerDelivery: time.Duration(c * 1e3), RSSPerConnection: 1e3 * c, RSSEnd: 100e6}})
	}
	return all
}

func TestReport(t *testing.T) {
	r := Report{[]Result{
		{Case{Name: "seq200x10", Shape: "seq", Goal: 0.85}, measured(10, 40, 20), measured(17, 16, 1)},
		{Case{Name: "burst200x10", Shape: "burst", Goal: 0.8}, measured(10, 20), measured(20, 25)},
		{Case{Name: "idle200x10", Shape: "idle", Goal: 16}, measured(50), measured(15)},
	}}
	var out strings.Builder
	if err := report.WriteText(&out, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"20µs", "16µs", "0.80", "reached", "1.50", "missed", "peer 50.0 kB, Pokey 15.0 kB, goal 16 kB: reached", "PASSED"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nwant %q in it", &out, want)
		}
	}
	r.Results[0].Peer[1].Lost, r.Results[1].Pokey[0].StalledRooms = 1, 2
	if got := strings.Join(r.Failures(), "; "); !strings.Contains(got, "seq200x10, peer: 1 conn") || !strings.Contains(got, "burst200x10, Pokey: 2 rooms") {
		t.Errorf("got failures %q, want both", got)
	}
	if len(Report{}.Failures()) == 0 {
		t.Error("nothing measured: got no failure, want one")
	}
}

// TestCompare runs both for real, where their programs are given.
func TestCompare(t *testing.T) {
	o := Options{Peer: os.Getenv("POKEY_PEER"), Turns: 1, Rooms: 2, Duration: time.Second, Progress: t.Logf}
	o.Binary, o.Dir = os.Getenv("POKEY_BINARY"), t.TempDir()
	if o.Peer == "" || o.Binary == "" {
		t.Skip("POKEY_PEER and POKEY_BINARY name no programs")
	}
	r, err := Run(t.Context(), o)
	if err != nil || len(r.Failures()) > 0 || len(r.Results) != len(shapes) {
		t.Errorf("got %d results, failures %q, %v; want all shapes without a failure", len(r.Results), r.Failures(), err)
	}
}
