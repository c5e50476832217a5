package transport

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/protocol"
)

func TestRequestsOverTheRateAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, func(c *Config) { c.MessageRate, c.MessageBurst = 10, 30 })
		c, e := s.connect()
		ask := func(n int) (answered, refused int) {
			for range n {
				c.send(client(text, ping("x")))
				_, got, err := c.readFrame()
				if err != nil {
					t.Fatal(err)
				}
				var event struct {
					Event, Code, ID, Request string
					Retryable                bool
				}
				if err := json.Unmarshal([]byte(got), &event); err != nil || event.ID != "x" {
					t.Fatalf("got answer %s, want one to x", got)
				}
				switch {
				case event.Event == "ok":
					answered++
				case event.Code == "rate_limited" && event.Retryable && event.Request == "ping":
					refused++
				}
			}
			return answered, refused
		}
		if answered, refused := ask(40); answered != 30 || refused != 10 {
			t.Errorf("answered %d, refused %d, want 30 and 10", answered, refused)
		}
		time.Sleep(2 * time.Second)
		if answered, refused := ask(30); answered != 20 || refused != 10 {
			t.Errorf("a while later answered %d, refused %d, want 20 and 10", answered, refused)
		}
		time.Sleep(errorWindow + time.Second)
		if answered, refused := ask(128); answered != 30 || refused != 98 {
			t.Errorf("at last answered %d, refused %d, want 30 and 98", answered, refused)
		}
		// Those that are no good ones are refused for the same reason.
		c.send(client(text, `{"request":"reveal","id":"y"}`))
		if _, got, _ := c.readFrame(); !strings.Contains(got, `"code":"rate_limited"`) || !strings.Contains(got, `"id":"y","request":"reveal","retryable":true`) {
			t.Errorf("got %s, want rate_limited for y", got)
		}
		c.send(client(text, `{"request":"reveal","id":"y","roomId":"r"}`))
		if _, got, _ := c.readFrame(); !strings.Contains(got, `"request":"reveal","roomId":"r","retryable":true`) {
			t.Errorf("got %s, want a refusal that names the room", got)
		}
		c.send(client(text, ping("one too many")))
		c.wantClose(protocol.CloseRateLimited)
		handled, _ := e.count()
		if got := s.Stats(); handled != 80 || got.Messages != 201 || got.Refusals[protocol.RateLimited] != 121 {
			t.Errorf("handled %d, %+v, want 80 handled and 121 of 201 refused", handled, got)
		}
	})
}

// TestConnectionWithTooManyErrorsIsClosed gets eleven messages wrong in just over and just under ten
// seconds.
func TestConnectionWithTooManyErrorsIsClosed(t *testing.T) {
	for _, pause := range []time.Duration{1001 * time.Millisecond, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			s := overPipes(t, nil)
			c, e := s.connect()
			for range maxErrors + 1 {
				c.send(client(text, `{"request":"setNam","id":"x"}`))
				if _, got, _ := c.readFrame(); !strings.Contains(got, `"code":"unknown_request"`) || !strings.Contains(got, `"id":"x"`) {
					t.Fatalf("got %s, want unknown_request for x", got)
				}
				time.Sleep(pause)
			}
			if pause > time.Second {
				c.send(client(text, ping("1")))
				c.wantFrame(text, okTo("1"))
				return
			}
			c.wantClose(protocol.CloseTooManyErrors)
			if handled, _ := e.count(); handled != 0 {
				t.Errorf("handled %d requests, want none", handled)
			}
		})
	}
}
