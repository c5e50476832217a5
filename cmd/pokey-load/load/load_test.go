package load

import (
	"context"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/fakeserver"
	"example.com/pokey/cmd/pokey-load/options"
	"example.com/pokey/cmd/pokey-load/report"
)

func site(t *testing.T, o fakeserver.Options) *client.Site {
	t.Helper()
	server, err := fakeserver.New(o)
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(server.Handler())
	t.Cleanup(listening.Close)
	s, err := client.NewSite(listening.URL, client.SiteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func testOptions(t *testing.T, shape string) Options {
	return Options{
		Site: site(t, fakeserver.Options{}), Shape: shape, Rooms: 3, Members: 4, Dialers: 2,
		Duration: 300 * time.Millisecond, WarmUp: 20 * time.Millisecond, Rate: 200, PIDs: []int{os.Getpid()}, StallAfter: time.Minute,
	}
}

// measured returns what run finds in a time that is long enough for something to
// happen, which may be long on a machine with other work too.
func measured[R any](t *testing.T, enough func(R) bool, run func(time.Duration) (R, error)) R {
	t.Helper()
	for took := 300 * time.Millisecond; ; took *= 3 {
		r, err := run(took)
		if err != nil {
			t.Fatal(err)
		}
		if enough(r) || took > 20*time.Second {
			return r
		}
	}
}

// happened reports whether a run has seen all that it measures.
func happened(r Report) bool {
	return r.Requests >= 20 && r.Estimates.Count > 0 && r.Transitions.Count > 0 && r.Acks.Count > 0
}

// In every shape the rooms go round and the figures agree with each other.
func TestShapes(t *testing.T) {
	for _, shape := range []string{"burst", "seq", "paced"} {
		t.Run(shape, func(t *testing.T) {
			o := testOptions(t, shape)
			r := measured(t, happened, func(took time.Duration) (Report, error) {
				o.Duration = took
				return Run(t.Context(), o)
			})
			if !report.Passed(r) || len(r.Refused) > 0 && shape != "paced" { // one that is told to hurry may be late
				t.Errorf("%d lost %s, %d stalled, refused %v", r.Lost, r.LostWhy, r.StalledRooms, r.Refused)
			}
			// Every request is a change that four members see, give or take what
			// was under way at either end.
			least, most := 4*(int(r.Requests)-3*6), 4*(int(r.Requests)+3*6)
			if n := int(r.Deliveries); n < least || n > most || r.Requests < 6 {
				t.Errorf("%d deliveries of %d requests", n, r.Requests)
			}
			// Of 24 deliveries in a round 12 are others' estimates, 8 reveals and clears.
			if n := r.Estimates.Count + r.Transitions.Count; n == 0 || n > r.Deliveries || r.Acks.Count == 0 {
				t.Errorf("%d estimates and %d turns of %d deliveries", r.Estimates.Count, r.Transitions.Count, r.Deliveries)
			}
			if l := r.Estimates; l.P50 <= 0 || l.P50 > l.P99 || l.P99 > l.Max || l.Max > 10*time.Second {
				t.Errorf("latency %+v", l)
			}
			if shape == "seq" && r.Superseded > 0 {
				t.Errorf("%d superseded", r.Superseded)
			}
			if due := int64(o.Duration.Seconds() * o.Rate); shape == "paced" && (r.Due < due/3 || r.Due > 3*due) {
				t.Errorf("%d due, want about %d", r.Due, due)
			}
			if r.Server == nil || r.Server.RSSJoined == 0 {
				t.Error("no usage")
			}
			var table strings.Builder
			_ = report.WriteText(&table, r)
			if !strings.Contains(table.String(), "estimate to each other member") {
				t.Errorf("got\n%s", &table)
			}
		})
	}
}

func TestIdleWithAbuse(t *testing.T) {
	o := testOptions(t, "idle")
	o.Stalled, o.Flooding = 2, 2
	o.WarmUp = 500 * time.Millisecond
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !report.Passed(r) || r.Deliveries != 0 || r.Abuse.Stalled == 0 || r.Abuse.Flooding == 0 || r.Abuse.Flooded == 0 {
		t.Errorf("got %+v", r)
	}
}

// Alone and beside abusers, in turn.
func TestBeside(t *testing.T) {
	o := testOptions(t, "paced")
	o.Stalled, o.Slow, o.Flooding = 2, 1, 1
	o.WarmUp = 100 * time.Millisecond
	all := func(c Comparison) bool {
		return !slices.ContainsFunc(c.Turns, func(turn Turn) bool { return turn.Alone.Estimates.Count == 0 || turn.Beside.Estimates.Count == 0 })
	}
	c := measured(t, all, func(took time.Duration) (Comparison, error) {
		o.Duration = took
		return Compare(t.Context(), o, 3)
	})
	if len(c.Turns) != 3 || !report.Passed(c) || c.P50 <= 0 || c.P99 <= 0 {
		t.Errorf("got %+v", c)
	}
	for _, turn := range c.Turns {
		if turn.Abuse.Stalled == 0 || turn.Abuse.Slow == 0 || turn.Abuse.Flooded == 0 {
			t.Errorf("beside nobody: %+v", turn)
		}
	}
	var table strings.Builder
	_ = report.WriteText(&table, c)
	if !strings.Contains(table.String(), "medians of the ratios") {
		t.Errorf("got\n%s", &table)
	}
	o.Stalled, o.Slow, o.Flooding = 0, 0, 0
	if _, err := Compare(t.Context(), o, 3); err == nil {
		t.Error("compared with nobody")
	}
}

func TestMedianOfRatios(t *testing.T) {
	window := func(d time.Duration) Window { return Window{Estimates: Latency{P99: d}} }
	c := Comparison{Turns: []Turn{{Alone: window(10), Beside: window(11)}, {Alone: window(100), Beside: window(500)}, {Alone: window(1), Beside: window(1)}}}
	p99 := func(w Window) float64 { return float64(w.Estimates.P99) }
	if got := c.median(p99); got != 1.1 {
		t.Errorf("median %v", got)
	}
	if got := (Comparison{}).median(p99); got != 0 {
		t.Errorf("of nothing %v", got)
	}
}

// A server that stops answering is not taken for a fast one.
func TestStandstillIsReported(t *testing.T) {
	o := testOptions(t, "burst")
	o.Site = site(t, fakeserver.Options{Faults: fakeserver.Faults{LoseAck: 5}})
	o.WarmUp, o.StallAfter = time.Second, 100*time.Millisecond
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.StalledRooms == 0 || report.Passed(r) {
		t.Errorf("got %+v", r)
	}
}

func TestLostConnectionsAreReported(t *testing.T) {
	o := testOptions(t, "burst")
	o.Site = site(t, fakeserver.Options{Faults: fakeserver.Faults{DropConnection: 10}})
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Lost == 0 || r.LostWhy == "" || report.Passed(r) {
		t.Errorf("got %+v", r)
	}
}

func TestRunGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	o := testOptions(t, "burst")
	o.Duration = time.Hour
	if _, err := Run(ctx, o); err == nil || ctx.Err() == nil {
		t.Errorf("got %v", err)
	}
}

func TestValidate(t *testing.T) {
	good := Options{Shape: "paced", Rooms: 1, Members: 1, Duration: time.Second, Rate: 1, Dialers: 1}
	if err := options.Validate(&good); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Options){
		"shape":    func(o *Options) { o.Shape = "wild" },
		"rooms":    func(o *Options) { o.Rooms = 0 },
		"members":  func(o *Options) { o.Members = -1 },
		"product":  func(o *Options) { o.Rooms, o.Members = 20000, 5000 },
		"duration": func(o *Options) { o.Duration = 25 * time.Hour },
		"rate":     func(o *Options) { o.Rate = 0 },
		"stalled":  func(o *Options) { o.Stalled = -1 },
		"dialers":  func(o *Options) { o.Dialers = 0 },
	} {
		o := good
		spoil(&o)
		if options.Validate(&o) == nil {
			t.Errorf("bad %s is taken", name)
		}
	}
}
