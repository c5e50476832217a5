package static_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The page is the same for every room, so what a chat shows of a link says nothing
// about the room.
func TestPreviewOfALink(t *testing.T) {
	t.Parallel()
	page := read(t, "index.html")
	var got []string
	for _, m := range regexp.MustCompile(`<meta property="(og:[a-z]+)" content="([^"]*)">`).FindAllStringSubmatch(page, -1) {
		got = append(got, m[1]+" "+m[2])
	}
	want := []string{
		"og:title Pokey – planning poker", "og:description Open a room, share the link, estimate together.",
		"og:type website", "og:image {{origin}}{{base}}icons/icon-512.png",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if strings.Count(page, "{{origin}}") != 1 {
		t.Errorf("got %d origins in the page, want one, which is the picture's", strings.Count(page, "{{origin}}"))
	}
}
