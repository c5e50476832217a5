package static

import (
	"io/fs"
	"regexp"
	"testing"
)

// C4. The page's own word on referrers is the header's: a room's id is in its
// path, so no request may carry it, not even one to its own server.
func TestThePageSendsNoReferrer(t *testing.T) {
	page, err := fs.ReadFile(Files, "index.html")
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`<meta name="referrer" content="([^"]*)">`).FindAllStringSubmatch(string(page), -1)
	if len(said) != 1 || said[0][1] != "no-referrer" {
		t.Errorf("got %q, want no-referrer once", said)
	}
}
