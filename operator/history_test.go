package operator

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The history reads every five seconds, keeps half an hour and no more, and ends
// with its context.
func TestHistoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read := 0
		h := NewHistory(func() Status { read++; return Status{Time: time.Now(), Cluster: &Cluster{Nodes: make([]Node, 3)}} })
		ctx, cancel := context.WithCancel(t.Context())
		go h.Run(ctx)
		time.Sleep(time.Hour + time.Millisecond)
		cancel()
		synctest.Wait()
		if len(h.all) != kept || cap(h.all) > 2*kept || read != 721 {
			t.Errorf("after an hour: got %d statuses of %d read, in room for %d; want %d of 721", len(h.all), read, cap(h.all), kept)
		}
		if h.all[0].Cluster.Nodes != nil {
			t.Error("got the nodes of half an hour ago, want none kept")
		}
		now := h.read()
		all := h.statuses(now)
		if got := now.Time.Sub(before(all, 10*time.Minute).Time).Round(interval); got != 10*time.Minute {
			t.Errorf("ten minutes ago: got %v ago", got)
		}
		if len(all) != kept+1 || now.Cluster.Nodes == nil {
			t.Errorf("got %d statuses, %v", len(all), now.Cluster)
		}
	})
}

func TestQuantile(t *testing.T) {
	h := Histogram{Bounds: []float64{1, 2, 4}, Counts: []uint64{10, 10, 20, 21}}
	for _, row := range []struct{ q, want float64 }{{0.1, 0.21}, {0.5, 2.1}, {1, 4}} {
		if got, ok := h.quantile(row.q); !ok || math.Abs(got-row.want) > 1e-9 {
			t.Errorf("quantile %v: got %v, %t; want %v", row.q, got, ok, row.want)
		}
	}
	if _, ok := h.since(h).quantile(0.5); ok {
		t.Error("nothing was observed since, and it has a median")
	}
	if _, ok := (Histogram{}).quantile(0.5); ok {
		t.Error("an empty histogram has a median")
	}
}

// A graph has a gap where nothing was measured, and stays within its frame.
func TestGraph(t *testing.T) {
	var all []Status
	for i := range kept {
		all = append(all, Status{Time: noon.Add(time.Duration(i) * interval), Connections: i})
	}
	gap := func(now, _ Status) (float64, bool) {
		return float64(now.Connections), now.Connections < 100 || now.Connections > 200
	}
	g := newGraph("Connections", "", all, numberText, gap)
	if got := strings.Count(g.Lines[0].Path, "M"); got != 2 {
		t.Errorf("got %d strokes, want 2", got)
	}
	if g.Now != "360" || g.Top != "500" || !strings.Contains(g.Says, "between 0 and 360") {
		t.Errorf("got %+v, want now 360 of 500", g)
	}
	if !strings.HasPrefix(g.Lines[0].Path, "M0.0 60.0L") || !strings.HasSuffix(g.Lines[0].Path, "L300.0 16.8") {
		t.Errorf("got %s", g.Lines[0].Path)
	}
}

// The page needs no script, and lets nothing in that is not its own.
func TestPage(t *testing.T) {
	now := sound(noon)
	now.State, now.Unsaved = "degraded", 3
	now.Cluster = &Cluster{Address: "<b>:7000", Nodes: []Node{{Address: "<b>:7000", Self: true, State: "member", Since: noon.Add(-time.Hour)}}}
	mux := http.NewServeMux()
	NewHistory(func() Status { return now }).Register(mux)
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}
	w := get("/")
	for _, want := range []string{"Something is wrong.", "3 users and rooms cannot be saved", "Look at the disk", "&lt;b&gt;:7000", "member, this node", "60 minutes", `href="."`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("got no %q in\n%s", want, w.Body)
		}
	}
	for _, not := range []string{"<b>:7000", "style=", "http://", "https://", "onclick"} {
		if strings.Contains(w.Body.String(), not) {
			t.Errorf("got %q on the page", not)
		}
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy: got %q", csp)
	}
	var r Report
	if err := json.Unmarshal(get("/status").Body.Bytes(), &r); err != nil || r.State != "degraded" || len(r.Findings) != 1 || r.Cluster.Address != "<b>:7000" {
		t.Errorf("/status: got %+v, error %v", r, err)
	}
	for path, want := range map[string]string{"/page.css": "text/css; charset=utf-8", "/page.js": "text/javascript; charset=utf-8"} {
		if got := get(path); got.Code != http.StatusOK || got.Header().Get("Content-Type") != want {
			t.Errorf("%s: got %d, %v", path, got.Code, got.Header())
		}
	}
	if got := get("/elsewhere").Code; got != http.StatusNotFound {
		t.Errorf("/elsewhere: got %d, want 404", got)
	}
}

// Flags are not broken across lines; words with a hyphen are no flags.
func TestWords(t *testing.T) {
	got := words("On the port of -node-listen; a read-only disk of -data.")
	want := []piece{{"On the port of ", false}, {"-node-listen", true}, {"; a read-only disk of ", false}, {"-data", true}, {".", false}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
