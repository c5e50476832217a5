package soak

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/fakeserver"
	"example.com/pokey/cmd/pokey-load/report"
)

func run(t *testing.T, o fakeserver.Options, hold time.Duration) Report {
	t.Helper()
	server, err := fakeserver.New(o)
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(server.Handler())
	t.Cleanup(listening.Close)
	site, err := client.NewSite(listening.URL, client.SiteOptions{Sources: 5})
	if err != nil {
		t.Fatal(err)
	}
	found, err := Run(t.Context(), Options{
		Site: site, Metrics: listening.URL + "/metrics", Connects: 90, Workers: 4, Sessions: 3,
		HalfOpen: 30, Hold: hold, Settle: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	_ = report.WriteText(&table, found)
	t.Log(table.String())
	if !strings.Contains(table.String(), map[bool]string{true: "PASSED", false: "FAILED"}[report.Passed(found)]) {
		t.Error("the table does not say so")
	}
	return found
}

func TestCleanServerPasses(t *testing.T) {
	found := run(t, fakeserver.Options{Ping: time.Second, Rate: 500}, 30*time.Second)
	if !report.Passed(found) {
		t.Error("failed")
	}
	for _, s := range found.Styles {
		if s.Made != 15 {
			t.Errorf("%d of style %s", s.Made, s.Name)
		}
	}
}

func TestLeakIsFound(t *testing.T) {
	found := run(t, fakeserver.Options{Ping: time.Second, Leaking: true}, 30*time.Second)
	for _, c := range found.Changes {
		if c.Series == "go_goroutines" && c.Over {
			return
		}
	}
	t.Error("not found")
}

func TestUnexpectedEndingIsFound(t *testing.T) {
	found := run(t, fakeserver.Options{}, time.Second) // never pings, so never finds anybody gone
	for _, s := range found.Styles {
		if s.Name == "half-open" && s.Expected == 0 && s.Unexpected["nothing within the time"] == s.Made && !report.Passed(found) {
			return
		}
	}
	t.Errorf("got %+v", found.Styles)
}

func TestParseMetrics(t *testing.T) {
	sample, err := parseMetrics(strings.NewReader(`
# HELP go_goroutines Number of goroutines.
# TYPE go_goroutines gauge
go_goroutines 12
# TYPE pokey_requests_total counter
pokey_requests_total{code="a} b"} 5
# TYPE pokey_actors gauge
pokey_actors{kind="room of 1", x="}"} 1.5e3 1700000000000
pokey_actors{kind="user"} NaN
# TYPE pokey_latency_seconds histogram
pokey_latency_seconds_bucket{le="+Inf"} 3
pokey_latency_seconds_sum 3
# TYPE pokey_free untyped
pokey_free +Inf
`), "gauge", "untyped")
	if err != nil {
		t.Fatal(err)
	}
	want := Sample{"go_goroutines": 12, `pokey_actors{kind="room of 1", x="}"}`: 1500}
	for series, value := range want {
		if sample[series] != value {
			t.Errorf("%s is %v", series, sample[series])
		}
	}
	if len(sample) != 3 {
		t.Errorf("got %v", sample)
	}
	for _, bad := range []string{"x", "x{", "x{a=\"b\"}", "x y"} {
		if _, err := parseMetrics(strings.NewReader(bad), "gauge"); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestCompare(t *testing.T) {
	before := Sample{"go_goroutines": 10, "process_open_fds": 8, "pokey_rooms": 3, "pokey_gone": 1, "other": 1}
	after := Sample{"go_goroutines": 60, "process_open_fds": 14, "pokey_rooms": 4, "other": 9}
	over := map[string]bool{}
	for _, c := range compare(before, after) {
		over[c.Series] = c.Over
	}
	want := map[string]bool{"go_goroutines": false, "process_open_fds": true, "pokey_rooms": true, "pokey_gone": false}
	if len(over) != len(want) {
		t.Errorf("got %v", over)
	}
	for series, is := range want {
		if over[series] != is {
			t.Errorf("%s over: %v", series, over[series])
		}
	}
}
