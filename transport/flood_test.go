package transport

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/protocol"
)

// TestFloodsAreCut sends, as fast as the network takes it, what is no message or
// never becomes one.
func TestFloodsAreCut(t *testing.T) {
	floods := map[string]struct{ start, again string }{
		"pings":           {"", client(pingF, "")},
		"long pings":      {"", client(pingF, strings.Repeat("x", 125))},
		"pongs":           {"", client(pongF, "")},
		"empty fragments": {client(opText, ""), client(0, "")},
		"small fragments": {client(opText, "{"), client(0, " ")},
	}
	for name, flood := range floods {
		for _, messageRate := range []float64{0, 10} {
			t.Run(name, func(t *testing.T) {
				s := overTCP(t, func(c *Config) { c.MessageRate, c.MessageBurst = messageRate, 30 })
				c, e := s.connect()
				begun := time.Now()
				c.send(flood.start)
				go func() {
					many := []byte(strings.Repeat(flood.again, 100))
					for {
						if _, err := c.Write(many); err != nil {
							return
						}
					}
				}()
				c.wantClose(protocol.CloseRateLimited)
				for s.Stats().Connections > 0 {
					if time.Since(begun) > time.Minute {
						t.Fatal("after a minute the flood is not cut")
					}
					time.Sleep(time.Millisecond)
				}
				if handled, _ := e.count(); handled != 0 {
					t.Errorf("handled %d requests, want none", handled)
				}
				t.Logf("cut after %v, %d bytes", time.Since(begun), s.Stats().BytesIn)
			})
		}
	}
}

// TestSteadyFloodIsCut is slow enough not to be noticed by the size of its bursts.
func TestSteadyFloodIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		c, _ := s.connect()
		go func() {
			for {
				if _, err := c.Write([]byte(strings.Repeat(client(pongF, ""), 10))); err != nil {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		}()
		begun := time.Now()
		c.wantClose(protocol.CloseRateLimited)
		if took := time.Since(begun); took > time.Second {
			t.Errorf("took %v, want at most 1 s", took)
		}
		_ = c.Close()
		time.Sleep(time.Second) // for the writer to notice
	})
}

// TestFloodOfBytesIsCut sends messages as long as they may be without end.
func TestFloodOfBytesIsCut(t *testing.T) {
	s := overTCP(t, func(c *Config) { c.MessageRate, c.MessageBurst = 10, 30 })
	c, _ := s.connect()
	go func() {
		long := []byte(client(text, strings.Repeat(" ", protocol.MaxMessage)))
		for {
			if _, err := c.Write(long); err != nil {
				return
			}
		}
	}()
	for {
		op, payload, err := c.readFrame()
		if err != nil {
			t.Fatal(err)
		}
		if op == closeF {
			// Whichever limit comes first, it is one that says so.
			if code := payload[:2]; code != closePayload(protocol.CloseRateLimited) && code != closePayload(protocol.CloseTooManyErrors) {
				t.Errorf("closed with %q, want rate limited or too many errors", payload)
			}
			return
		}
	}
}

// TestBusyClientIsNoFlood keeps to the message rate, and otherwise does the most
// it may: all its burst at once, messages of the full length, in many fragments
// each, and pings of its own.
func TestBusyClientIsNoFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, func(c *Config) { c.MessageRate, c.MessageBurst = 10, 30 })
		c, e := s.connect()
		message := `{"request":"ping","pad":"` + strings.Repeat("x", protocol.MaxMessage-40) + `"}`
		const parts = 15
		var one strings.Builder
		for i := range parts {
			opcode := byte(0)
			switch i {
			case 0:
				opcode = opText
			case parts - 1:
				opcode = fin
			}
			size := len(message) / parts
			end := (i + 1) * size
			if i == parts-1 {
				end = len(message)
			}
			one.WriteString(client(opcode, message[i*size:end]))
		}
		go func() {
			for {
				op, payload, err := c.readFrame()
				if err != nil {
					return
				}
				if op == pingF {
					_, _ = c.Write([]byte(client(pongF, payload)))
				}
			}
		}()
		for range 30 {
			c.send(one.String())
		}
		for range 10 * 20 {
			time.Sleep(100 * time.Millisecond)
			c.send(one.String() + client(pingF, "mine"))
		}
		synctest.Wait()
		handled, closed := e.count()
		if handled != 230 || closed != 0 || len(s.Stats().Refusals) != 0 {
			t.Errorf("handled %d, closed %d, %+v, want 230 handled and none refused", handled, closed, s.Stats())
		}
	})
}

// TestNoMessageRate lets a load generator do what it wants.
func TestNoMessageRate(t *testing.T) {
	s := overTCP(t, nil)
	c, e := s.connect()
	message := client(text, `{"request":"ping","pad":"`+strings.Repeat("x", 1000)+`"}`)
	for range 2000 {
		c.send(message)
	}
	c.send(client(text, ping("last")))
	c.wantFrame(text, okTo("last"))
	if handled, _ := e.count(); handled != 2001 {
		t.Errorf("handled %d requests, want 2001", handled)
	}
}
