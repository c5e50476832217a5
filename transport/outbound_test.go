package transport

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// TestSlowButSteady reads a little at a time, always before the time is up.
func TestSlowButSteady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		c, e := s.connect()
		event := strings.Repeat("x", 3*batchBytes)
		e.Send([]byte(event))
		got, b := 0, make([]byte, batchBytes)
		for got < len(event) {
			time.Sleep(writeTimeout - time.Second)
			n, err := io.ReadFull(c, b[:min(len(b), len(event)+10-got)])
			if err != nil {
				t.Fatalf("cut after %d bytes, want a client that reads to stay", got)
			}
			got += n
		}
	})
}

// TestWritesStayWhole writes events of all sizes from several goroutines to a
// client that reads in fits and starts and sends pings meanwhile. Every frame
// must come whole, and those of one goroutine in order.
func TestWritesStayWhole(t *testing.T) {
	for name, over := range transports {
		t.Run(name, func(t *testing.T) {
			s := over(t, nil)
			c, e := s.connect()
			if tcp, ok := c.Conn.(*net.TCPConn); ok {
				_ = tcp.SetReadBuffer(32 << 10) // more partial writes
			}
			const senders, each = 3, 100
			tokens := make(chan struct{}, 16) // fewer on the way than would overflow
			for sender := range senders {
				go func() {
					for i := range each {
						tokens <- struct{}{}
						e.Send(fmt.Appendf(nil, "%d %d %s", sender, i, strings.Repeat("x", rand.IntN(12<<10))))
					}
				}()
			}
			var got [senders]int
			for total, pongs := 0, 0; total < senders*each; {
				op, payload, err := c.readFrame()
				if err != nil {
					t.Fatalf("after %d events: got %v, want the rest", total, err)
				}
				if op == pingF {
					continue
				}
				if op == pongF {
					if payload != fmt.Sprint(pongs) {
						t.Fatalf("pong %s, want %d", payload, pongs)
					}
					pongs++
					continue
				}
				var sender, i int
				var rest string
				_, _ = fmt.Sscan(payload, &sender, &i, &rest)
				if op != text || i != got[sender] || strings.Trim(rest, "x") != "" {
					t.Fatalf("got %#x %.30q, want event %d of %d", op, payload, got[sender], sender)
				}
				got[sender]++
				<-tokens
				if total++; total%10 == 0 && total/10 == pongs+1 {
					c.send(client(pingF, fmt.Sprint(pongs)))
				}
			}
		})
	}
}

// TestStatusThatPanics has a status that cannot be encoded, and a goroutine of
// the connection's own find that out.
func TestStatusThatPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		c, e := s.connect()
		e.Send([]byte("a"))
		synctest.Wait()
		e.SendStatus(&protocol.Status{RoomID: "r", Version: 1})
		c.wantFrame(text, "a")
		c.wantEnd()
		synctest.Wait()
		if got := s.Stats(); got.Panics != 1 || got.Connections != 0 {
			t.Errorf("got %+v, want one panic and no connection", got)
		}
	})
}

// TestBatchIsWrittenAtOnce has events that are sent together, and written when all of them are
// there.
func TestBatchIsWrittenAtOnce(t *testing.T) {
	for name, over := range transports {
		t.Run(name, func(t *testing.T) {
			s := over(t, nil)
			c, e := s.connect()
			before := s.Stats().BytesOut
			e.Batch(func() {
				e.Send([]byte("a"))
				e.SendStatus(full("r", 1))
				e.Send([]byte("b"))
				if n := s.Stats().BytesOut - before; n > 0 {
					t.Errorf("%d bytes are written already, want none before the batch ends", n)
				}
			})
			c.wantFrame(text, "a")
			c.wantFrame(text, "b")
			c.wantFrame(text, string(full("r", 1).Full()))

			e.Batch(func() { e.Conn.Close(protocol.CloseMoved, "moved") })
			c.wantClose(protocol.CloseMoved)
		})
	}
}

func TestSendAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		c, e := s.connect()
		_ = c.Close()
		synctest.Wait()
		e.Send([]byte("late"))
		e.SendStatus(full("r", 1))
		e.Forget("r")
		e.Conn.Close(protocol.CloseMoved, "late")
		time.Sleep(time.Hour)
		if got := s.Stats(); got.Closes[ClosedAbruptly] != 1 || len(got.Closes) != 1 || got.BytesOut != 0 {
			t.Errorf("got %+v, want one abrupt close and nothing written", got)
		}
	})
}

func TestObserveSeesTheTimeInTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := make(chan time.Duration, 10)
		s := overPipes(t, func(c *Config) { c.Observe = func(d time.Duration) { seen <- d } })
		c, e := s.connect()
		e.Send([]byte("a"))
		time.Sleep(time.Second)
		e.Send([]byte("b"))
		time.Sleep(time.Second)
		c.wantFrame(text, "a")
		c.wantFrame(text, "b")
		if a, b := <-seen, <-seen; a != 2*time.Second || b != time.Second {
			t.Errorf("observed %v and %v, want 2 s and 1 s", a, b)
		}
	})
}

// TestConnectIsFirst has a session that sends before anything was asked.
func TestConnectIsFirst(t *testing.T) {
	var user poker.UserID
	s := overPipes(t, func(c *Config) {
		c.Connect = func(u poker.UserID, conn *Conn) Session {
			user = u
			conn.Send([]byte("welcome"))
			return &echo{Conn: conn}
		}
	})
	id := s.cfg.Keys.NewUserID()
	c := s.dialRaw()
	// The first request comes in one piece with the handshake.
	c.ask(s.handshake(s.cookieOf(id, time.Now())) + client(text, ping("1")))
	c.wantFrame(text, "welcome")
	c.wantFrame(text, okTo("1"))
	if string(user) != id {
		t.Errorf("connected as %s, want %s", user, id)
	}
}

func TestStatsAreTheCallers(t *testing.T) {
	s := overPipes(t, nil)
	s.do(s.handshake("Cookie:"))
	got := s.Stats()
	clear(got.Handshakes)
	if again := s.Stats(); again.Handshakes[401] != 1 || !slices.Equal([]int{len(got.Handshakes)}, []int{0}) {
		t.Errorf("got %v, want a map of the caller's own", again.Handshakes)
	}
}
