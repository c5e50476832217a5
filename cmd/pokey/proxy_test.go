package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"

	"example.com/pokey/store/etcdtest"
)

// The documented proxies, at the root and under a path: the page, the
// session and the WebSocket come through, and the doctor finds nothing.
func TestBehindProxies(t *testing.T) {
	for _, p := range proxies {
		for _, path := range []string{"/", "/team/poker/"} {
			t.Run(p.name+path, func(t *testing.T) {
				page, _ := p.inFront(t, path, nil)
				var said bytes.Buffer
				if err := doctor(t.Context(), []string{page}, &said); err != nil {
					t.Fatalf("%v\n%s", err, &said)
				}
				conn, response, err := dial(t, page, pageCookie(t, page), "")
				if err != nil {
					t.Fatal(err, response)
				}
				defer func() { _ = conn.Close() }()
				playAlone(t,
					func(m string) error { return conn.WriteMessage(gorilla.TextMessage, []byte(m)) },
					func() (string, error) { _, m, err := conn.ReadMessage(); return string(m), err })
			})
		}
	}
}

// Through each proxy the limit for an address counts the client's own,
// whatever the client has written into X-Forwarded-For.
func TestProxiesTellTheClientsAddress(t *testing.T) {
	for _, p := range proxies {
		t.Run(p.name, func(t *testing.T) {
			page, _ := p.inFront(t, "/", nil, "-max-connections-per-ip", "3")
			cookie := pageCookie(t, page)
			ask := func(from string, n int) int {
				forged := fmt.Sprintf("198.51.100.%d", n)
				header := http.Header{"Cookie": {cookie}, "X-Forwarded-For": {forged}, "X-Real-Ip": {forged}, "Forwarded": {"for=" + forged}}
				conn, response, err := dialer(from).DialContext(t.Context(), strings.Replace(page, "http", "ws", 1)+"connect", header)
				if err == nil {
					t.Cleanup(func() { _ = conn.Close() })
				} else if response == nil {
					t.Fatal(err)
				}
				return response.StatusCode
			}
			for n, want := range []int{101, 101, 101, 429, 429} {
				if got := ask("127.0.3.1", n); got != want {
					t.Errorf("connection %d with a forged address: %d, want %d", n+1, got, want)
				}
			}
			if got := ask("127.0.3.2", 0); got != 101 {
				t.Errorf("a neighbour behind the same proxy: %d", got)
			}
		})
	}
}

// A proxy that cuts what is idle for thirty seconds cuts nobody who
// sits in a room and says nothing: the server pings more often.
func TestProxiesDoNotCutWhoIsIdle(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for a proxy's patience to end")
	}
	t.Parallel()
	for _, p := range proxies {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			page, _ := p.inFront(t, "/", p.idle)
			for tries := 1; !staysOpen(t, page, tries == 5); tries++ {
				t.Log("the server was kept from pinging in time: once more")
			}
		})
	}
}

// staysOpen keeps a connection idle for twice as long as a proxy bears. It returns false
// if the proxy has cut it because this machine was too busy for a ping every 25 seconds,
// unless that may not be.
func staysOpen(t *testing.T, page string, last bool) bool {
	t.Helper()
	conn, response, err := dial(t, page, pageCookie(t, page), "")
	if err != nil {
		t.Fatal(err, response)
	}
	defer func() { _ = conn.Close() }()
	begun, pings := time.Now(), 0
	heard := begun
	answer := conn.PingHandler()
	conn.SetPingHandler(func(text string) error { pings++; heard = time.Now(); return answer(text) })
	for left := 62 * time.Second; err == nil; left = time.Until(begun.Add(62 * time.Second)) {
		_ = conn.SetReadDeadline(time.Now().Add(left))
		_, _, err = conn.ReadMessage() // the welcome, and nothing after it
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() && pings > 0 {
		return true
	}
	if !last && time.Since(heard) > 27*time.Second { // the ping was late by two
		return false
	}
	t.Errorf("got %v after %v and %d pings, want an open connection", err, time.Since(begun), pings)
	return true
}

// A proxy that caches what it may gives no two people one session.
func TestCacheSharesNoSession(t *testing.T) {
	nginx := proxies[0]
	nginx.around = strings.Replace(nginx.around, "SNIPPET", "proxy_cache_path DIR/cache keys_zone=pages:1m; proxy_cache pages; add_header X-Cache $upstream_cache_status;\nSNIPPET", 1)
	page, _ := nginx.inFront(t, "/", []string{"proxy_buffering off;", ""})
	seen := map[string]bool{}
	for range 5 {
		cookie := pageCookie(t, page)
		if cookie == "" || seen[cookie] {
			t.Errorf("a session of somebody else's: %.20s", cookie)
		}
		seen[cookie] = true
	}
	begun, html := time.Now(), fetch(t, page, "")
	script := regexp.MustCompile(`[^"]*/v/[0-9a-f]+/js/app\.js`).FindString(html.body)
	cookie := pageCookie(t, page)
	for cached := ""; cached != "HIT"; { // and what may be kept is kept
		got := fetch(t, strings.TrimSuffix(page, "/")+script, cookie)
		if want := "MISS"; cached == "" && got.header.Get("X-Cache") != want || got.header.Get("Set-Cookie") != "" {
			t.Fatalf("%s: got %q, want %s and no cookie", script, got.header, want)
		}
		if cached = got.header.Get("X-Cache"); time.Since(begun) > patience {
			t.Fatalf("%s: got %s for %v, want it kept", script, cached, patience)
		}
	}
}

// fetched is an answer in whole.
type fetched struct {
	header http.Header
	body   string
}

func fetch(t *testing.T, url, cookie string) fetched {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Cookie", cookie)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fetched{response.Header, string(body)}
}

// A proxy that does what it should not: the doctor says what to
// change, and so does the server's log where only it can know.
func TestDoctorFindsWhatIsWrong(t *testing.T) {
	nginx := proxies[0]
	for name, row := range map[string]struct {
		changes   []string
		args      []string
		says, log string
	}{
		"another origin":       {nil, []string{"-public-origin", "https://poker.example.com"}, "-public-origin", "-public-origin"},
		"Host is rewritten":    {[]string{"proxy_set_header Host $http_host;", "proxy_set_header Host pokey.internal;"}, nil, "Host header", "pokey.internal"},
		"Upgrade is stripped":  {[]string{"proxy_set_header Upgrade $http_upgrade;", ""}, nil, "426 Upgrade Required. Let the proxy", ""},
		"Cookie is stripped":   {[]string{"proxy_set_header Host $http_host;", "proxy_set_header Host $http_host; proxy_set_header Cookie '';"}, nil, "changes the Cookie header", ""},
		"no Set-Cookie":        {[]string{"proxy_buffering off;", "proxy_buffering off; proxy_hide_header Set-Cookie;"}, nil, "no session cookie", ""},
		"Origin is rewritten":  {[]string{"proxy_buffering off;", "proxy_buffering off; proxy_set_header Origin http://elsewhere.example;"}, nil, "add it to -public-origin", "elsewhere.example"},
		"the policy is gone":   {[]string{"proxy_buffering off;", "proxy_buffering off; proxy_hide_header Content-Security-Policy;"}, nil, "Content-Security-Policy", ""},
		"sessions are cached":  {[]string{"proxy_buffering off;", "proxy_buffering off; proxy_hide_header Cache-Control;"}, nil, "same session", ""},
		"the wrong upstream":   {[]string{"proxy_pass http://", "proxy_pass http://127.0.0.9:9; #"}, nil, "502", ""},
		"a path that is unset": {[]string{"location / {", "location /poker/ {"}, nil, "-base-path", ""},
	} {
		t.Run(name, func(t *testing.T) {
			page, server := nginx.inFront(t, "/", row.changes, row.args...)
			var said bytes.Buffer
			err := doctor(t.Context(), []string{page}, &said)
			if err == nil || !strings.Contains(said.String(), row.says) {
				t.Errorf("got %v, want a finding with %q:\n%s", err, row.says, &said)
			}
			if !strings.Contains(server.log.String(), row.log) {
				t.Errorf("want %q in the log, got:\n%s", row.log, server.log)
			}
		})
	}
	var said bytes.Buffer
	if err := doctor(t.Context(), []string{"http://" + etcdtest.FreeAddress(t) + "/"}, &said); err == nil || !strings.Contains(said.String(), "Is the server running") {
		t.Errorf("%v\n%s", err, &said)
	}
}
