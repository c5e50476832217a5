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
	user           poker.UserID
	issued, before time.Time
}

// C6, case 21: signing other devices out is for the page of this very site, with
// a good session, and answers with a fresh one of the same user.
func TestSignOutOthers(t *testing.T) {
	var calls []signedOut
	verdict, standing := error(nil), Standing{}
	s := newService(t, func(c *Config) {
		c.CheckSession = func(context.Context, poker.UserID, time.Time) (Standing, error) { return standing, nil }
		c.SignOut = func(_ context.Context, user poker.UserID, issued, before time.Time) error {
			calls = append(calls, signedOut{user, issued, before})
			return verdict
		}
	})
	ada, issued := s.cfg.Keys.NewUserID(), time.Now().Add(-time.Hour).Truncate(time.Second)
	cookie := s.cookieOf(ada, issued)
	const origin = "Origin: http://localhost"
	for name, row := range map[string]struct {
		method   string
		lines    []string
		verdict  error
		standing Standing
		status   int
		called   bool
	}{
		"good":                      {"POST", []string{cookie, origin}, nil, Standing{}, 204, true},
		"good, by a browser":        {"POST", []string{cookie, origin, "Sec-Fetch-Site: same-origin"}, nil, Standing{}, 204, true},
		"no page at all":            {"POST", []string{cookie}, nil, Standing{}, 204, true},
		"to look at":                {"GET", []string{cookie, origin}, nil, Standing{}, 405, false},
		"headers only":              {"HEAD", []string{cookie, origin}, nil, Standing{}, 405, false},
		"another method":            {"PUT", []string{cookie, origin}, nil, Standing{}, 405, false},
		"another host":              {"POST", []string{cookie, origin, "Host: evil.example"}, nil, Standing{}, 421, false},
		"another site":              {"POST", []string{cookie, "Origin: https://evil.example"}, nil, Standing{}, 403, false},
		"another port":              {"POST", []string{cookie, "Origin: http://localhost:81"}, nil, Standing{}, 403, false},
		"a sandboxed frame":         {"POST", []string{cookie, "Origin: null"}, nil, Standing{}, 403, false},
		"two origins":               {"POST", []string{cookie, origin, origin}, nil, Standing{}, 400, false},
		"another site, no origin":   {"POST", []string{cookie, "Sec-Fetch-Site: cross-site"}, nil, Standing{}, 403, false},
		"a sibling site, no origin": {"POST", []string{cookie, "Sec-Fetch-Site: same-site"}, nil, Standing{}, 403, false},
		"no session":                {"POST", []string{origin}, nil, Standing{}, 401, false},
		"a forged session":          {"POST", []string{cookie + "x", origin}, nil, Standing{}, 401, false},
		"two sessions":              {"POST", []string{cookie, s.cookie(), origin}, nil, Standing{}, 401, false},
		"an ended session":          {"POST", []string{cookie, origin}, nil, Standing{Revoked: true}, 401, false},
		"ended in this moment":      {"POST", []string{cookie, origin}, ErrRevoked, Standing{}, 401, true},
		"nobody knows":              {"POST", []string{cookie, origin}, errors.New("no store"), Standing{}, 503, true},
	} {
		s.admission = newAdmission(&s.cfg) // no row uses up what another one may do
		calls, verdict, standing = nil, row.verdict, row.standing
		start := time.Now()
		resp := s.respond(row.method, "/sign-out-others", row.lines...)
		if resp.StatusCode != row.status || (len(calls) == 1) != row.called {
			t.Errorf("%s: got %s and %d calls, want %d and called %v", name, resp.Status, len(calls), row.status, row.called)
			continue
		}
		if resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: headers: %v", name, resp.Header)
		}
		cookies := resp.Cookies()
		if (len(cookies) == 1) != (row.status == 204) {
			t.Errorf("%s: sets %d cookies", name, len(cookies))
		}
		if row.status == http.StatusMethodNotAllowed && resp.Header.Get("Allow") != "POST" {
			t.Errorf("%s: allows %q, want POST", name, resp.Header.Get("Allow"))
		}
		if row.status != http.StatusNoContent {
			continue
		}
		got, err := s.cfg.Keys.Unseal(cookies[0].Value, time.Now(), false)
		call := calls[0]
		if err != nil || got.UserID != ada || !got.First.Equal(issued) || !got.Issued.Equal(call.before) ||
			call.user != poker.UserID(ada) || !call.issued.Equal(issued) || call.before.Before(start) {
			t.Errorf("%s: got %+v, %v after %+v; want a session of the same life from the moment on that was asked for", name, got, err, call)
		}
	}
}

// C6: not below another base path, and not where nobody can do it.
func TestSignOutIsWhereItIs(t *testing.T) {
	done := func(context.Context, poker.UserID, time.Time, time.Time) error { return nil }
	s := newService(t, func(c *Config) { c.SignOut, c.BasePath = done, "/poker/" })
	for path, want := range map[string]int{"/poker/sign-out-others": 204, "/sign-out-others": 404, "/poker/sign-out-others/": 404} {
		if resp := s.respond(http.MethodPost, path, s.cookie()); resp.StatusCode != want {
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
			c.SignOut = func(context.Context, poker.UserID, time.Time, time.Time) error { return nil }
		})
		cookie := s.cookie()
		statuses := map[int]int{}
		for range 20 { // with the fresh cookie each time
			resp := s.respond(http.MethodPost, "/sign-out-others", cookie)
			statuses[resp.StatusCode]++
			if line := resp.Header.Get("Set-Cookie"); line != "" {
				cookie, _, _ = strings.Cut("Cookie: "+line, ";")
			} else if resp.Header.Get("Retry-After") == "" {
				t.Error("does not say when to try again")
			}
		}
		if statuses[204] < 10 || statuses[204] > 12 || statuses[429] != 20-statuses[204] {
			t.Errorf("one user: got %v, want 11 and then 429", statuses)
		}
		for range 20 {
			statuses[s.respond(http.MethodPost, "/sign-out-others", s.cookie()).StatusCode]++
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
