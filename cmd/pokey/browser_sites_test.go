package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/pokey/store/etcdtest"
)

// heads is a listener that keeps what clients send first on each connection.
type heads struct {
	net.Listener

	mu   sync.Mutex
	seen []string
}

type headed struct {
	net.Conn
	heads *heads
}

func (h *heads) listen(network, address string) (net.Listener, error) {
	l, err := net.Listen(network, address)
	h.Listener = l
	return h, err
}

func (h *heads) Accept() (net.Conn, error) {
	conn, err := h.Listener.Accept()
	return &headed{conn, h}, err
}

func (c *headed) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if bytes.HasPrefix(p[:n], []byte("GET ")) {
		c.heads.mu.Lock()
		c.heads.seen = append(c.heads.seen, string(p[:n]))
		c.heads.mu.Unlock()
	}
	return n, err
}

// connects are the handshakes that came, and it forgets them.
func (h *heads) connects() (found []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, head := range h.seen {
		if path, _, _ := strings.Cut(head[len("GET "):], " "); path == "/connect" {
			found = append(found, head)
		}
	}
	h.seen = nil
	return found
}

// evilSite is a page of somebody else's.
func evilSite(t *testing.T, body string) string {
	t.Helper()
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, "<title>Evil</title>"+body)
	}))
	t.Cleanup(evil.Close)
	return strings.Replace(evil.URL, "127.0.0.1", lanHost, 1)
}

// A page of another site that opens the socket is refused, and the
// browser does not even tell it who the user is.
func TestBrowserAnotherSiteHasNoSession(t *testing.T) {
	t.Parallel()
	h := &heads{}
	server := listenWith(t, h.listen)
	ada, _ := openRoom(t, server, "Ada")
	if own := h.connects(); len(own) == 0 || !strings.Contains(own[0], "pokey_plain") {
		t.Fatalf("got %q from the page itself, want a session: else the test is blind", own)
	}
	ada.visit(evilSite(t, ""))
	dial := fmt.Sprintf(`new Promise(done => { const s = new WebSocket(%q); s.onopen = () => done('open'); s.onerror = () => done('refused') })`,
		strings.Replace(server.url, "http", "ws", 1)+"/connect")
	if got := get[string](ada, dial); got != "refused" {
		t.Errorf("from another site: got %s, want a refusal", got)
	}
	theirs := h.connects()
	if len(theirs) != 1 || strings.Contains(theirs[0], "pokey_plain") || !strings.Contains(theirs[0], "Origin: http://"+lanHost) {
		t.Errorf("from another site: got %q, want no cookie", theirs)
	}
}

// The page shows itself in nobody's frame.
func TestBrowserFrame(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada := browse(t, server.url+"/")
	for _, from := range []string{lanHost, "127.0.0.1"} {
		ada.visit(strings.Replace(evilSite(t, fmt.Sprintf(`<iframe src=%q onload="framed=1"></iframe>`, server.url+"/")), lanHost, from, 1))
		ada.until(`'framed' in window`) // what is loaded is the browser's own words
		if get[bool](ada, `(() => { try { return !!frames[0].document.querySelector('main, .landing') } catch { return false } })()`) {
			t.Errorf("got a frame inside %s, want none", from)
		}
	}
	ada.poll("that the browser says what it refused", func(context.Context) bool {
		ada.mu.Lock()
		defer ada.mu.Unlock()
		return len(ada.faults) >= 2
	})
	ada.mu.Lock()
	defer ada.mu.Unlock()
	var refused []string
	for _, fault := range ada.faults {
		if strings.Contains(fault, "frame-ancestors") {
			refused = append(refused, fault)
		} else {
			t.Error(fault)
		}
	}
	if ada.faults = nil; len(refused) != 2 {
		t.Errorf("got %q refused by the browser, want two frames refused", refused)
	}
}

// Behind a proxy that takes Upgrade away the page says that it has no
// connection, and does not storm.
func TestBrowserUpgradeStripped(t *testing.T) {
	t.Parallel()
	program, address := proxies[0].look(t), etcdtest.FreeAddress(t)
	h := &heads{}
	server := listenWith(t, h.listen, "-public-origin", "http://"+address)
	snippet := proxies[0].snippet(t, address, "/", server.url)
	proxies[0].start(t, program, address, strings.Replace(snippet, "proxy_set_header Upgrade $http_upgrade;", "", 1))
	ada := browse(t, "http://"+address+"/")
	ada.press(".landing .primary")
	ada.until("%s", lost)
	h.connects()
	begun, attempts := time.Now(), 0
	ada.poll("five seconds of trying again", func(context.Context) bool {
		attempts += len(h.connects())
		return time.Since(begun) > 5*time.Second && attempts > 0
	})
	if most := 8 * int(math.Ceil(time.Since(begun).Seconds()/5)); attempts > most {
		t.Errorf("got %d attempts to connect in %v, want at most %d", attempts, time.Since(begun), most)
	}
}
