package main

import (
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"example.com/pokey/operator"
	"example.com/pokey/store/etcdtest"
)

// busyNode is an operator's page after half an hour of a working day. If it is
// troubled, one of three nodes is cut off and its own disk fills up.
func busyNode(t *testing.T, troubled bool) string {
	t.Helper()
	now, free := time.Now(), uint64(180_000_000)
	var requests uint64
	bounds := []float64{0.0005, 0.001, 0.002, 0.005, 0.01, 0.1}
	commit, delivery := operator.Histogram{Bounds: bounds, Counts: make([]uint64, 7)}, operator.Histogram{Bounds: bounds, Counts: make([]uint64, 7)}
	busy := func(i int) operator.Status {
		wave := 0.5 - 0.5*math.Cos(float64(i)/60)
		requests += uint64(40 + 300*wave)
		for b := range commit.Counts {
			commit.Counts[b] += uint64(float64([]int{0, 5, 60, 95, 99, 100, 100}[b]) * (1 + wave))
			delivery.Counts[b] += uint64(float64([]int{80, 97, 98, 99, 100, 100, 100}[b]) * (1 + wave))
		}
		return operator.Status{
			Version: "2.0.0", State: "ok", Time: now.Add(time.Duration(i-360) * 5 * time.Second), Started: now.Add(-76 * time.Hour),
			Connections: 400 + int(1200*wave), ConnectionsLimit: 10000, Users: 1300, Rooms: 60 + int64(180*wave), Members: 1230,
			Memory: 80e6 + uint64(60e6*wave), MemoryLimit: 858e6, Requests: requests, Refusals: 12,
			Commit:   operator.Histogram{Bounds: bounds, Counts: append([]uint64{}, commit.Counts...)},
			Delivery: operator.Histogram{Bounds: bounds, Counts: append([]uint64{}, delivery.Counts...)},
			Cluster: &operator.Cluster{Address: "node-1:7000", Certificate: now.Add(80 * 24 * time.Hour), Nodes: []operator.Node{
				{Address: "node-1:7000", State: "member", Since: now.Add(-76 * time.Hour), Self: true},
				{Address: "node-2:7000", State: "member", Since: now.Add(-75 * time.Hour)},
				{Address: "node-3:7000", State: "member", Since: now.Add(-14 * time.Minute)},
			}},
		}
	}
	var last operator.Status
	history := operator.NewHistory(func() operator.Status { return last })
	for i := range 361 {
		last = busy(i)
		history.Add(last)
	}
	if troubled {
		last.DataFree, last.Cluster.Unreachable, last.Panics = &free, 1, 1
		last.Cluster.Nodes[2].State, last.Cluster.Nodes[2].Unreachable = "isolated", 2
	}
	mux := http.NewServeMux()
	history.Register(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + "/"
}

// The operator's page is accessible in every look, fits a phone, and is whole
// without its script.
func TestBrowserOperatorsPage(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	script, err := os.ReadFile(os.Getenv("AXE"))
	if err != nil {
		need(t, "POKEY_BROWSER", "axe-core (AXE names its axe.min.js)")
	}
	noScript := call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	for look, first := range map[string][]chromedp.Action[chromedp.Void]{
		"light":     {screen(1280, 900, false)},
		"dark":      {screen(1280, 900, false), media("prefers-color-scheme", "dark")},
		"phone":     {screen(320, 640, true)},
		"no-script": {screen(1280, 900, false), noScript},
	} {
		t.Run(look, func(t *testing.T) {
			t.Parallel()
			for name, troubled := range map[string]bool{"fine": false, "trouble": true} {
				p := browse(t, busyNode(t, troubled), first...)
				if look != "no-script" {
					p.until(`document.querySelector('.reading button')`)
					p.axe(string(script), look+", "+name)
				} else if got := get[bool](p, `!!document.querySelector('#again') && !document.querySelector('button')`); !got {
					t.Error("without a script: got no link to read the page again")
				}
				p.fits(look)
				if got := get[string](p, `document.querySelector('h1').textContent + document.body.innerText`); !strings.Contains(got, "node-3:7000") || troubled && !strings.Contains(got, "cannot reach 1 other node") {
					t.Errorf("got %s", got)
				}
				p.pictured("operator-" + look + "-" + name)
			}
		})
	}
}

// The page reads itself again, until it is told to pause, and says so when the
// server is gone.
func TestBrowserOperatorsPageGoesOn(t *testing.T) {
	t.Parallel()
	admin := etcdtest.FreeAddress(t)
	server := listen(t, "-admin-listen", admin)
	eventually(t, "the admin port answers", func() bool {
		response, err := http.Get("http://" + admin + "/healthz")
		if err == nil {
			_ = response.Body.Close()
		}
		return err == nil
	})
	p := browse(t, "http://"+admin+"/")
	p.until(`document.querySelector('#headline').textContent === 'Everything works.'`)
	p.until(`document.querySelector('.now').textContent === '0'`)
	openRoom(t, server, "Ada")
	p.until(`document.querySelector('.now').textContent === '1'`)
	if got := get[string](p, `document.body.innerText`); strings.Contains(got, "Ada") {
		t.Errorf("got somebody's name on the page:\n%s", got)
	}
	p.press(".reading button")
	p.until(`document.querySelector('.reading button').textContent === 'Go on'`)
}
