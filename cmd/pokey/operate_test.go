package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"example.com/pokey/store/etcdtest"
)

// A stop tells clients to come back, and takes no acknowledged thing with it.
func TestStopAndStart(t *testing.T) {
	inBubble(t, []string{"-data", t.TempDir()}, func(s *server) {
		ada := s.open("Ada")
		a := ada.tab()
		room := a.ask("createRoom", `"topic":"Login"`)["roomId"].(string)
		a.in(room, "joinRoom", "")
		if ok := a.in(room, "estimate", `"value":"8","comment":"why"`); ok["durable"] != true {
			t.Errorf("on a disk: %v", ok)
		}
		before := a.room(room)

		s.stop()
		if e := a.want("closing"); e["retryAfterMs"].(float64) <= 0 {
			t.Errorf("closing: %v", e)
		}
		if a.closed != websocket.StatusServiceRestart {
			t.Errorf("closed with %d", a.closed)
		}

		s.start()
		a = ada.tab() // the same cookie
		a.in(room, "joinRoom", "")
		if own := a.want("ownEstimate"); own["value"] != "8" || own["comment"] != "why" {
			t.Errorf("own estimate: %v", own)
		}
		after := a.room(room)
		before.Members, after.Members = nil, nil // somebody was away meanwhile
		if !reflect.DeepEqual(before, after) {
			t.Errorf("got %+v after the restart, want %+v", after, before)
		}
	})
}

// The operator's port tells what is going on; the public one only that it lives.
func TestAdminPort(t *testing.T) {
	admin := etcdtest.FreeAddress(t)
	server := listen(t, "-admin-listen", admin)
	get := func(url string) (int, string) {
		t.Helper()
		response, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		body, _ := io.ReadAll(response.Body)
		return response.StatusCode, string(body)
	}
	for _, path := range []string{"/metrics", "/readyz", "/debug/pprof/", "/admin"} {
		if status, _ := get(server.url + path); status != http.StatusNotFound {
			t.Errorf("the public port answers %s with %d", path, status)
		}
	}
	if status, _ := get(server.url + "/healthz"); status != http.StatusOK {
		t.Errorf("/healthz: %d", status)
	}
	if err := healthy(t, server.url+"/healthz"); err != nil {
		t.Error(err)
	}
	if err := healthcheck(t.Context(), []string{"http://" + etcdtest.FreeAddress(t) + "/healthz"}, unset, io.Discard); err == nil {
		t.Error("nothing is healthy there")
	}
	status, body := get("http://" + admin + "/readyz")
	var r readiness
	if err := json.Unmarshal([]byte(body), &r); err != nil || status != http.StatusOK || !r.Ready || r.State != "ok" || !r.Durable {
		t.Errorf("/readyz: %d %s", status, body)
	}
	_, body = get("http://" + admin + "/metrics")
	for _, want := range []string{"pokey_connections 0", "pokey_degraded 0", "pokey_delivery_seconds_count", "go_goroutines", "process_open_fds"} {
		if !strings.Contains(body, want) {
			t.Errorf("/metrics has no %s", want)
		}
	}
}

// A user's records are gone from the file within a minute of their expiry.
func TestNothingIsLeftOnTheDisk(t *testing.T) {
	dir := t.TempDir()
	inBubble(t, []string{"-data", dir}, func(s *server) {
		a := s.open("Ada").tab()
		a.ask("setName", `"name":"CanaryName"`)
		room := a.ask("createRoom", `"topic":"CanaryTopic"`)["roomId"].(string)
		a.in(room, "joinRoom", "")
		a.in(room, "estimate", `"value":"8","comment":"CanaryComment"`)
		if !onDisk(t, dir, "CanaryComment") {
			t.Fatal("it never was on the disk: the test is blind")
		}
		a.drop()
		time.Sleep(2*time.Hour + time.Minute)
		for _, canary := range []string{"CanaryName", "CanaryTopic", "CanaryComment"} {
			if onDisk(t, dir, canary) {
				t.Errorf("%s is still on the disk", canary)
			}
		}
	})
}

func onDisk(t *testing.T, dir, text string) bool {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "pokey.db"))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Contains(data, []byte(text))
}

// unset is an environment without anything.
func unset(string) string { return "" }
