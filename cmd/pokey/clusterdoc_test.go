package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/pokey/store/etcdtest"
)

// What docs/cluster.md says to type is accepted, the metrics it names exist, and
// so do the files it points to.
func TestClusterDocument(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/cluster.md")
	if err != nil {
		t.Fatal(err)
	}
	document := string(text)
	command := regexp.MustCompile(`(?m)^pokey (-listen (?:.*\\\n)*.*)$`).FindStringSubmatch(document)
	if command == nil {
		t.Fatal("it does not say how a node is started")
	}
	c, err := parseConfig(strings.Fields(strings.ReplaceAll(command[1], "\\\n", " ")), func(string) string { return "" }, io.Discard)
	if err != nil || len(c.etcd) != 3 {
		t.Errorf("%s: %v", command[1], err)
	}
	for _, m := range regexp.MustCompile(`\]\(([^)#:]+)[^)]*\)`).FindAllStringSubmatch(document, -1) {
		if _, err := os.Stat(filepath.Join("../../docs", m[1])); err != nil {
			t.Error(err)
		}
	}

	address := etcdtest.FreeAddress(t)
	p := foundInside(t).start(address, address)
	callIn(t, p.url, peerCookie(t, p.url)).create("Login")
	names := regexp.MustCompile(`\bpokey_[a-z_]+\b`).FindAllString(document, -1)
	if len(names) == 0 {
		t.Error("it names no metric")
	}
	for _, name := range names {
		eventually(t, "a metric "+name, func() bool {
			_, metrics := p.get(t, "/metrics")
			return strings.Contains(metrics, "\n"+name+" ") || strings.Contains(metrics, "\n"+name+"{") || strings.Contains(metrics, "# TYPE "+name+" ")
		})
	}
}
