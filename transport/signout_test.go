package transport

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/poker"
)

// signedOut is a call of Config.SignOut.
type signedOut struct {
	user   poker.UserID
	issued time.Time
}

// C6: signing other devices out is for the page of this very site, with
// a good session. It gets a fresh one of the same user first, and nothing ends by
// that.
func TestSignOutOthers(t *testing.T) {
	var calls []signedOut
	verdict, standing := error(nil), Standing{}
	s := newService(t, func(c *Config) {
		c.CheckSession = func(context.Context, poker.UserID, time.Time) (Standing, error) { return standing, nil }
		c.SignOut = func(_ context.Context, user poker.UserID, issued time.Time) error {
			calls = append(calls, signedOut{user, issued})
			return verdict
		}
	})
	ada, now := s.cfg.Keys.NewUserID(), time.Now().Truncate(time.Second)
	issued, ahead := now.Add(-time.Hour), now.Add(time.Minute)
	old, fresh := s.cookieOf(ada, issued), s.cookieOf(ada, ahead)
	const origin = "Origin: http://localhost"
	for name, row := range map[string]struct {
		method   string
		lines    []string // besides the cookie
		verdict  error
		standing Standing
		first    int // the status of asking for a fresh session
		second   int // and of ending the others with one
		called   bool
	}{
		"good":                      {"POST", []string{origin}, nil, Standing{}, 204, 204, true},
		"good, by a browser":        {"POST", []string{origin, "Sec-Fetch-Site: same-origin"}, nil, Standing{}, 204, 204, true},
		"no page at all":            {"POST", nil, nil, Standing{}, 204, 204, true},
		"to look at":                {"GET", []string{origin}, nil, Standing{}, 405, 405, false},
		"headers only":              {"HEAD", []string{origin}, nil, Standing{}, 405, 405, false},
		"another method":            {"PUT", []string{origin}, nil, Standing{}, 405, 405, false},
		"another host":              {"POST", []string{origin, "Host: evil.example"}, nil, Standing{}, 421, 421, false},
		"another site":              {"POST", []string{"Origin: https://evil.example"}, nil, Standing{}, 403, 403, false},
		"another port":              {"POST", []string{"Origin: http://localhost:81"}, nil, Standing{}, 403, 403, false},
		"a sandboxed frame":         {"POST", []string{"Origin: null"}, nil, Standing{}, 403, 403, false},
		"two origins":               {"POST", []string{origin, origin}, nil, Standing{}, 400, 400, false},
		"another site, no origin":   {"POST", []string{"Sec-Fetch-Site: cross-site"}, nil, Standing{}, 403, 403, false},
		"a sibling site, no origin": {"POST", []string{"Sec-Fetch-Site: same-site"}, nil, Standing{}, 403, 403, false},
		"two sessions":              {"POST", []string{s.cookie(), origin}, nil, Standing{}, 401, 401, false},
		"an ended session":          {"POST", []string{origin}, nil, Standing{Revoked: true}, 401, 401, false},
		"ended in this moment":      {"POST", []string{origin}, ErrRevoked, Standing{}, 204, 401, true},
		"nobody knows":              {"POST", []string{origin}, errors.New("no store"), Standing{}, 204, 503, true},
	} {
		s.admission = newAdmission(&s.cfg) // no row uses up what another one may do
		calls, verdict, standing = nil, row.verdict, row.standing
		first := s.respond(row.method, "/sign-out-others/fresh", append(row.lines, old)...)
		if first.StatusCode != row.first || len(calls) > 0 {
			t.Errorf("%s: got %s and %d calls, want %d and none", name, first.Status, len(calls), row.first)
			continue
		}
		second := s.respond(row.method, "/sign-out-others", append(row.lines, fresh)...)
		if second.StatusCode != row.second || (len(calls) == 1) != row.called {
			t.Errorf("%s: got %s and %d calls, want %d and called %v", name, second.Status, len(calls), row.second, row.called)
			continue
		}
		for _, resp := range []*http.Response{first, second} {
			if resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("Content-Security-Policy") == "" {
				t.Errorf("%s: got headers %v, want no-store and a Content-Security-Policy", name, resp.Header)
			}
			if resp.StatusCode == http.StatusMethodNotAllowed && resp.Header.Get("Allow") != "POST" {
				t.Errorf("%s: allows %q, want POST", name, resp.Header.Get("Allow"))
			}
		}
		if n := len(second.Cookies()); n > 0 {
			t.Errorf("%s: ending the others sets %d cookies, want none", name, n)
		}
		if want := (signedOut{poker.UserID(ada), ahead.UTC()}); row.called && calls[0] != want {
			t.Errorf("%s: got %+v, want %+v", name, calls[0], want)
		}
		cookies := first.Cookies()
		if (len(cookies) == 1) != (row.first == 204) {
			t.Errorf("%s: got %d cookies, want one only with 204", name, len(cookies))
		}
		if len(cookies) != 1 {
			continue
		}
		got, err := s.cfg.Keys.Unseal(cookies[0].Value, time.Now(), false)
		if err != nil || got.UserID != ada || !got.First.Equal(issued) || got.Issued.Before(ahead) {
			t.Errorf("%s: got %+v, %v; want a session of the same life, dated ahead", name, got, err)
		}
	}
	for name, row := range map[string]struct {
		line   string
		status int
	}{"no session": {origin, 401}, "a forged session": {fresh + "x", 401}, "a session that is not fresh": {old, 409}} {
		calls, verdict, standing = nil, nil, Standing{}
		if resp := s.respond(http.MethodPost, "/sign-out-others", row.line); resp.StatusCode != row.status || len(calls) > 0 {
			t.Errorf("%s: got %s and %d calls, want %d and none", name, resp.Status, len(calls), row.status)
		}
	}
}

// C6: whichever answer is lost, whoever asks for it has a session that is good, and
// can ask again.
func TestSignOutSurvivesALostAnswer(t *testing.T) {
	notBefore := time.Time{}
	s := newService(t, func(c *Config) {
		c.CheckSession = func(_ context.Context, _ poker.UserID, issued time.Time) (Standing, error) {
			return Standing{Revoked: issued.Before(notBefore)}, nil
		}
		c.SignOut = func(_ context.Context, _ poker.UserID, issued time.Time) error {
			notBefore = issued
			return nil
		}
	})
	ask := func(path, cookie string, want int) (brought string) {
		t.Helper()
		resp := s.respond(http.MethodPost, path, cookie)
		if resp.StatusCode != want {
			t.Fatalf("%s: got %s, want %d", path, resp.Status, want)
		}
		brought, _, _ = strings.Cut("Cookie: "+resp.Header.Get("Set-Cookie"), ";")
		return brought
	}
	old := s.cookieOf(s.cfg.Keys.NewUserID(), time.Now().Add(-time.Hour))
	lost := ask("/sign-out-others/fresh", old, 204)
	fresh := ask("/sign-out-others/fresh", old, 204) // as if the other had never come
	younger := ask("/sign-out-others/fresh", fresh, 204)
	ask("/sign-out-others", younger, 204)
	ask("/sign-out-others", younger, 204) // as if it had not been answered
	for _, ended := range []string{old, lost, fresh} {
		ask("/sign-out-others", ended, 401)
	}
}

// C6: not below another base path, and not where nobody can do it.
func TestSignOutIsWhereItIs(t *testing.T) {
	done := func(context.Context, poker.UserID, time.Time) error { return nil }
	s := newService(t, func(c *Config) { c.SignOut, c.BasePath = done, "/poker/" })
	fresh := s.cookieOf(s.cfg.Keys.NewUserID(), time.Now().Add(time.Minute))
	for path, want := range map[string]int{
		"/poker/sign-out-others": 204, "/sign-out-others": 404, "/poker/sign-out-others/": 404,
		"/poker/sign-out-others/fresh": 204, "/sign-out-others/fresh": 404,
	} {
		if resp := s.respond(http.MethodPost, path, fresh); resp.StatusCode != want {
			t.Errorf("%s: got %s, want %d", path, resp.Status, want)
		}
	}
	if resp := newService(t, nil).respond(http.MethodPost, "/sign-out-others"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("without it: got %s, want 404", resp.Status)
	}
}

// C6: an address ends so many sessions and users in a while, since each leaves a
// record behind for months; and nobody gets a session ever further ahead.
func TestEndsAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, func(c *Config) {
			c.SignOut = func(context.Context, poker.UserID, time.Time) error { return nil }
		})
		cookie := s.cookie()
		statuses := map[int]int{}
		for range 20 { // with the fresh cookie each time
			resp := s.respond(http.MethodPost, "/sign-out-others/fresh", cookie)
			statuses[resp.StatusCode]++
			if line := resp.Header.Get("Set-Cookie"); line != "" {
				cookie, _, _ = strings.Cut("Cookie: "+line, ";")
			} else if resp.Header.Get("Retry-After") == "" {
				t.Error("got no Retry-After, want one")
			}
		}
		if statuses[204] < 10 || statuses[204] > 12 || statuses[429] != 20-statuses[204] {
			t.Errorf("one user: got %v, want 11 and then 429", statuses)
		}
		for range 20 {
			statuses[s.respond(http.MethodPost, "/sign-out-others/fresh", s.cookie()).StatusCode]++
		}
		if all := statuses[204]; all > 30 {
			t.Errorf("one address: got %d, want 30 at most", all)
		}

		// Being forgotten counts as well; this is another address.
		c, _ := s.connect()
		ask := func(id, want string) {
			c.send(client(text, `{"request":"forgetMe","id":"`+id+`"}`))
			if _, got, err := c.readFrame(); err != nil || !strings.Contains(got, want) || !strings.Contains(got, `"id":"`+id+`"`) {
				t.Errorf("got %s, %v; want %s", got, err, want)
			}
		}
		for range 30 {
			ask("0", `"event":"ok"`)
		}
		ask("1", `"code":"rate_limited"`)
		time.Sleep(time.Minute)
		c, _ = s.connect() // the other one has answered no ping
		ask("2", `"event":"ok"`)
	})
}
