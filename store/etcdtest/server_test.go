//go:build unix

package etcdtest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/pokey/store/etcdtest"
)

// version returns etcd's version, or nothing if etcd does not answer in time.
func version(s *etcdtest.Server, patience time.Duration) string {
	client := http.Client{Timeout: patience}
	defer client.CloseIdleConnections()
	resp, err := client.Get("http://" + s.Endpoint + "/version")
	if err != nil {
		return ""
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return ""
	}
	return string(body)
}

func TestServer(t *testing.T) {
	s := etcdtest.Start(t)
	const patience, impatience = time.Minute, 100 * time.Millisecond
	answers := func(what string) {
		t.Helper()
		if got := version(s, patience); !strings.Contains(got, "etcdserver") {
			t.Errorf("%s: got answer %q, want the version", what, got)
		}
	}
	silent := func(what string) {
		t.Helper()
		if got := version(s, impatience); got != "" {
			t.Errorf("%s: got answer %q, want none", what, got)
		}
	}
	answers("started")
	s.Pause()
	silent("paused")
	s.Resume()
	answers("resumed")
	s.Stop()
	silent("stopped")
	s.Restart()
	answers("restarted")
	s.Kill()
	silent("killed")
	s.Kill()
	s.Restart()
	answers("restarted after a crash")
}
