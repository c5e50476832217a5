package main

import (
	"cmp"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/network"
)

// paint is what a first visit felt like; times are in milliseconds since the visit
// began.
type paint struct {
	First, Largest, Ready, Shift, Requests, Bytes, Blocking float64
}

const measurePaint = `(() => {
	const all = performance.getEntriesByType('resource')
	return {First: performance.getEntriesByName('first-contentful-paint')[0].startTime, Largest: painted.largest, Ready: window.stood, Shift: painted.shift,
		Requests: 1 + all.length, Bytes: [...all, ...performance.getEntriesByType('navigation')].reduce((sum, e) => sum + e.transferSize, 0),
		Blocking: all.filter((e) => e.renderBlockingStatus === 'blocking').length}
})()`

// mobileLinks are connections that people come with, as the tools of browsers emulate
// them: milliseconds a request, and bytes a second.
var mobileLinks = []struct {
	name            string
	latency, perSec float64
}{
	{"none", 0, -1},
	{"4G", 150, 200_000},
	{"3G", 562, 180_000},
	{"slow 3G", 2000, 50_000},
}

// TestPaintTimes measures first visits:
//
//	POKEY_PAINT=9 go test ./cmd/pokey -run TestPaintTimes -v
func TestPaintTimes(t *testing.T) {
	visits, _ := strconv.Atoi(os.Getenv("POKEY_PAINT"))
	if visits == 0 {
		t.Skip("POKEY_PAINT says no number of visits")
	}
	server := listen(t)
	_, room := openRoom(t, server, "Ada")
	for _, link := range mobileLinks {
		for _, to := range [][3]string{
			{"start", server.url + "/", `document.querySelector('.landing .primary')?.onclick`},
			{"room", room, `document.querySelector('.hand .card')`},
		} {
			var all []paint
			for range visits {
				t.Run("visit", func(t *testing.T) { all = append(all, visitOver(t, link.latency, link.perSec, to[1], to[2])) })
			}
			median := func(of func(paint) float64) float64 {
				slices.SortFunc(all, func(a, b paint) int { return cmp.Compare(of(a), of(b)) })
				return of(all[len(all)/2])
			}
			t.Logf("%-7s %-5s first paint %5.0f ms, largest %5.0f ms, can be used %5.0f ms, shift %.4f, %2.0f requests (%.0f before the first paint), %.0f bytes", link.name, to[0],
				median(func(p paint) float64 { return p.First }), median(func(p paint) float64 { return p.Largest }), median(func(p paint) float64 { return p.Ready }),
				median(func(p paint) float64 { return p.Shift }), median(func(p paint) float64 { return p.Requests }),
				median(func(p paint) float64 { return p.Blocking }), median(func(p paint) float64 { return math.Round(p.Bytes) }))
		}
	}
}

// visitOver is one first visit on a phone.
func visitOver(t *testing.T, latency, perSec float64, url, ready string) paint {
	t.Helper()
	conditions := &network.Conditions{Latency: latency, DownloadThroughput: perSec, UploadThroughput: perSec}
	p := browse(t, "about:blank", screen(390, 844, true), call(network.Enable, network.EnableParams{}),
		call(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{conditions}}))
	p.paints(url)
	p.until(`window.stood = (%s) && performance.now()`, ready)
	get[bool](p, `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
	return get[paint](p, measurePaint)
}
