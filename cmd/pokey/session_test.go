package main

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
)

// session is the cookie that a browser has.
func (b *browser) session() *http.Cookie {
	b.s.t.Helper()
	site, _ := url.Parse(origin)
	cookies := b.client.Jar.Cookies(site)
	if len(cookies) != 1 {
		b.s.t.Fatalf("%s has %d cookies, want 1", b.name, len(cookies))
	}
	return cookies[0]
}

// with is another device with the same session.
func (b *browser) with(cookie *http.Cookie) *browser {
	other := b.s.open(b.name + "'s other device")
	site, _ := url.Parse(origin)
	other.client.Jar.SetCookies(site, []*http.Cookie{{Name: cookie.Name, Value: cookie.Value, Path: "/"}}) // in place of its own
	return other
}

// request asks something of HTTP and returns the status.
func (b *browser) request(method, path string, header http.Header) int {
	b.s.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, origin+path, nil)
	if err != nil {
		b.s.t.Fatal(err)
	}
	maps.Copy(r.Header, header)
	resp, err := b.client.Do(r)
	if err != nil {
		b.s.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

var upgrade = http.Header{
	"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Origin": {origin},
	"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"AAAAAAAAAAAAAAAAAAAAAA=="},
}

// closedWith4001 wants the server to have ended the tab's session.
func (t *tab) closedWith4001(who string) {
	t.s.t.Helper()
	t.settle()
	t.mu.Lock()
	defer t.mu.Unlock()
	if want := websocket.StatusCode(4001); t.closed != want {
		t.s.t.Errorf("%s: closed with %d, want %d", who, t.closed, want)
	}
}

// C6: a user signs other devices out, and then goes for good.
func TestForgetMeAndSignOut(t *testing.T) {
	inBubble(t, []string{"-data", "none"}, func(s *server) {
		ada, bob := s.open("Ada"), s.open("Bob")
		phone := ada.with(ada.session())
		atDesk, onPhone, his := ada.tab(), phone.tab(), bob.tab()
		atDesk.ask("setName", `"name":"Ada"`)
		room := atDesk.ask("createRoom", "")["roomId"].(string)
		his.in(room, "joinRoom", "")
		atDesk.in(room, "joinRoom", "")

		stolen := ada.session()
		if got := ada.request(http.MethodPost, "/sign-out-others", http.Header{"Origin": {"http://evil.example"}}); got != http.StatusForbidden {
			t.Fatalf("a page of another site: got %d, want 403", got)
		}
		for _, path := range []string{"/sign-out-others/fresh", "/sign-out-others"} {
			if got := ada.request(http.MethodPost, path, http.Header{"Origin": {origin}}); got != http.StatusNoContent {
				t.Fatalf("%s: got %d, want 204", path, got)
			}
		}
		onPhone.closedWith4001("the phone")
		atDesk.closedWith4001("the device that asked, which has another cookie now")
		if got := phone.request(http.MethodGet, "/connect", upgrade.Clone()); got != http.StatusUnauthorized {
			t.Errorf("/connect with the old cookie: got %d, want 401", got)
		}
		again := ada.tab()
		if got := again.b.userID; got != atDesk.b.userID {
			t.Errorf("the fresh cookie is of %s, want %s", got, atDesk.b.userID)
		}
		again.in(room, "joinRoom", "")
		again.in(room, "reveal", "")

		old := phone.session()
		if phone.request(http.MethodGet, "/", nil); phone.session().Value == old.Value {
			t.Error("a page load with the old cookie brings no other session")
		}
		if old.Value != stolen.Value {
			t.Fatal("the devices did not share a session")
		}

		again.ask("forgetMe", "")
		again.closedWith4001("who asked to be forgotten")
		if got := his.want("roomClosed")["roomId"]; got != room {
			t.Errorf("closed: %v, want %s", got, room)
		}
		if got := ada.request(http.MethodGet, "/connect", upgrade.Clone()); got != http.StatusUnauthorized {
			t.Errorf("/connect of a forgotten user: got %d, want 401", got)
		}
		id := ada.userID
		ada.request(http.MethodGet, "/", nil)
		somebody := ada.tab()
		if somebody.b.userID == id {
			t.Error("a page load makes them the same user again")
		}
	})
}

// C6: -session-life is the end of every session.
func TestSessionLifeIsOver(t *testing.T) {
	inBubble(t, []string{"-data", "none", "-session-life", "48h"}, func(s *server) {
		ada := s.open("Ada")
		ada.tab().drop()
		time.Sleep(49 * time.Hour)
		synctest.Wait()
		if got := ada.request(http.MethodGet, "/connect", upgrade.Clone()); got != http.StatusUnauthorized {
			t.Errorf("got %d, want 401", got)
		}
	})
}
