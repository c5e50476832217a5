package main

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// The page can be installed as an app, at the root and below a path: the browser
// finds nothing wrong with the manifest, and the app starts and stays where the page
// is.
func TestBrowserInstall(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"/", "/poker/"} {
		server := listen(t, "-base-path", base)
		ada := browse(t, server.url+base)
		got, err := chromedp.Call(ada.ctx, page.GetAppManifest, page.GetAppManifestParams{})
		if err != nil || len(got.Errors) > 0 {
			t.Fatalf("below %s: got %v, %+v, want a manifest without errors", base, err, got.Errors)
		}
		var m struct {
			ID       string `json:"id"`
			StartURL string `json:"start_url"`
			Scope    string `json:"scope"`
			Icons    []struct{ Src, Purpose string }
		}
		if err := json.Unmarshal([]byte(got.Data), &m); err != nil {
			t.Fatal(err)
		}
		if m.ID != base || m.StartURL != base || m.Scope != base {
			t.Errorf("below %s: got id %s, start %s, scope %s, want the base path", base, m.ID, m.StartURL, m.Scope)
		}
		purposes := map[string]bool{}
		for _, icon := range m.Icons {
			purposes[icon.Purpose] = true
			if response, err := http.Get(server.url + icon.Src); err != nil || response.StatusCode != http.StatusOK {
				t.Errorf("icon %s: got %v, %v, want it", icon.Src, response, err)
			} else {
				_ = response.Body.Close()
			}
		}
		if !purposes["maskable"] || !purposes["any"] {
			t.Errorf("got icons %v, want maskable and other ones", m.Icons)
		}
		faults, err := chromedp.Call(ada.ctx, page.GetInstallabilityErrors, cdp.Empty{})
		if err != nil || len(faults.InstallabilityErrors) > 0 {
			t.Errorf("below %s: got %v, %v, want a page that can be installed", base, err, faults.InstallabilityErrors)
		}
	}
}
