package main

import (
	"os"
	"strings"
	"testing"
)

// The image of a release differs from that of the Dockerfile only in where its
// files come from.
func TestReleaseImageIsTheSame(t *testing.T) {
	settings := func(file string) string {
		text, err := os.ReadFile("../../" + file)
		if err != nil {
			t.Fatal(err)
		}
		_, after, found := strings.Cut(string(text), "\nUSER ")
		if !found {
			t.Fatalf("%s sets no user", file)
		}
		return after
	}
	if got, want := settings("deploy/release.Dockerfile"), settings("Dockerfile"); got != want {
		t.Errorf("got image settings\n%s\nwant those of the Dockerfile\n%s", got, want)
	}
}
