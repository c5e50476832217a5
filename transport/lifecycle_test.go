package transport

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// Case 87.
func TestConnectionWithoutPongIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		c, _ := s.connect()
		begun := time.Now()
		for i := range 20 {
			op, payload, err := c.readFrame()
			if err != nil || op != pingF {
				t.Fatalf("got frame %#x, %v, want a ping", op, err)
			}
			if got, want := time.Since(begun), time.Duration(i+1)*pingInterval; got != want {
				t.Fatalf("ping %d came after %v, want %v", i, got, want)
			}
			c.send(client(pongF, payload))
		}
		_, payload, _ := c.readFrame()
		// No sign of life but a pong that fits will do.
		c.send(client(pongF, "nope") + client(pongF, payload+"x") + client(text, ping("1")))
		c.wantFrame(text, okTo("1"))
		c.wantClose(protocol.CloseNoPong)
		if got, want := time.Since(begun), 21*pingInterval+pongTimeout; got != want {
			t.Errorf("closed after %v, want %v", got, want)
		}
	})
}

func TestHeartbeatWithTheLibrarysClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		c := s.websocket(ctx)
		ctx = c.CloseRead(ctx)
		time.Sleep(time.Hour)
		if ctx.Err() != nil {
			t.Error("the connection ended, want it to last while pongs come")
		}
		cancel()
	})
}

// TestCloseWaitsForTheAnswerButNotLong has the server close, with clients that answer, go, or do nothing.
// Case 69.
func TestCloseWaitsForTheAnswerButNotLong(t *testing.T) {
	rows := map[string]struct {
		answer func(*raw)
		takes  time.Duration
	}{
		"answers":       {func(c *raw) { c.send(closeFrame(protocol.CloseMoved, "")); c.wantEnd() }, 0},
		"goes":          {func(c *raw) { _ = c.Close() }, 0},
		"does nothing":  {func(*raw) {}, closeTimeout},
		"goes on":       {func(c *raw) { c.send(client(text, ping("late"))); c.wantEnd() }, closeTimeout},
		"breaks a rule": {func(c *raw) { c.send("\x81\x00"); c.wantEnd() }, closeTimeout},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := overPipes(t, nil)
				c, e := s.connect()
				e.Send([]byte("first"))
				e.Conn.Close(protocol.CloseMoved, "moved")
				e.Conn.Close(protocol.CloseInternal, "only the first counts")
				e.Send([]byte("too late"))
				c.wantFrame(text, "first")
				c.wantFrame(closeF, closePayload(protocol.CloseMoved)+"moved")
				begun := time.Now()
				row.answer(c)
				synctest.Wait()
				for s.Stats().Connections > 0 {
					time.Sleep(100 * time.Millisecond)
					synctest.Wait()
				}
				if took := time.Since(begun); took != row.takes {
					t.Errorf("took %v, want %v", took, row.takes)
				}
				if handled, closed := e.count(); handled != 0 || closed != 1 {
					t.Errorf("handled %d, closed %d times, want 0 and once", handled, closed)
				}
				if got := s.Stats().Closes; got[protocol.CloseMoved] != 1 || len(got) != 1 {
					t.Errorf("closed with %v, want one 4201", got)
				}
			})
		})
	}
}

func TestCloseByClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		c, e := s.connect()
		c.send(closeFrame(3210, "bye"))
		c.wantFrame(closeF, closePayload(3210)+"bye")
		c.wantEnd()
		synctest.Wait()
		if _, closed := e.count(); closed != 1 {
			t.Errorf("closed %d times, want once", closed)
		}
		if got := s.Stats().Closes; got[ClosedByClient] != 1 || len(got) != 1 {
			t.Errorf("closed with %v, want one by the client", got)
		}
	})
}

// Case 124.
func TestPanicEndsOneConnection(t *testing.T) {
	const secret = "the estimate is 5"
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		c, e := s.connect()
		other, _ := s.connect()
		e.onEach = func(protocol.Incoming) { panic(secret) }
		c.send(client(text, ping("1")))
		c.wantFrame(closeF, closePayload(protocol.CloseInternal)+"internal error")
		_ = c.Close()
		other.send(client(text, ping("1")))
		other.wantFrame(text, okTo("1"))
		if _, closed := e.count(); closed != 1 {
			t.Errorf("closed %d times, want once", closed)
		}
		log := s.log.String()
		if strings.Count(log, "level=ERROR msg=panic where=connection") != 1 || !strings.Contains(log, "lifecycle_test.go") || strings.Contains(log, secret) {
			t.Errorf("got log %s, want one line about the panic, with its place and without its text", log)
		}
		if got := s.Stats().Panics; got != 1 {
			t.Errorf("counted %d panics, want 1", got)
		}
	})
}

func TestPanicInConnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, func(c *Config) {
			c.Connect = func(poker.UserID, *Conn) Session { panic("no session") }
		})
		c := s.dialRaw()
		c.ask(s.handshake())
		c.wantClose(protocol.CloseInternal)
	})
}

// Case 121.
func TestDrainSpreadsTheCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		const clients, spread = 100, 10 * time.Second
		var last atomic.Int64
		begun := time.Now()
		perSecond := make([]atomic.Int64, 11)
		for range clients {
			c, _ := s.connect()
			go func() {
				_, got, _ := c.readFrame()
				var event struct {
					Event        string
					RetryAfterMS int64 `json:"retryAfterMs"`
				}
				if err := json.Unmarshal([]byte(got), &event); err != nil || event.Event != "closing" ||
					event.RetryAfterMS < 500 || event.RetryAfterMS > 2500 {
					t.Errorf("got %s, want a restart with 500 to 2500 ms to wait", got)
				}
				c.wantFrame(closeF, closePayload(protocol.CloseRestart)+"restart")
				perSecond[time.Since(begun)/time.Second].Add(1)
				last.Store(int64(time.Since(begun)))
				c.send(closeFrame(protocol.CloseRestart, ""))
			}()
		}
		ended := make(chan struct{})
		go func() { s.Drain(context.Background(), spread); close(ended) }()
		synctest.Wait()
		if s.Ready() {
			t.Error("ready while draining, want not ready")
		}
		if resp, body := s.do(s.handshake()); resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") != "2" || !strings.Contains(body, "draining") {
			t.Errorf("got %s: %s, want 503 draining with Retry-After 2", resp.Status, body)
		}
		<-ended
		if got := s.Stats(); got.Connections != 0 || got.Closes[protocol.CloseRestart] != clients {
			t.Errorf("got %+v, want no connection and %d closed for a restart", got, clients)
		}
		for second := range 10 {
			if n := perSecond[second].Load(); n != clients/10 {
				t.Errorf("%d closed in second %d, want %d", n, second, clients/10)
			}
		}
		if took := time.Since(begun); took != time.Duration(last.Load()) {
			t.Errorf("took %v, want %v, when the last one closed", took, time.Duration(last.Load()))
		}
	})
}

// Where other servers are ready a client may stay until it has connected there.
func TestDrainElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, func(c *Config) { c.OtherServers = true })
		moving, _ := s.connect()
		staying, _ := s.connect()
		ended := make(chan struct{})
		begun := time.Now()
		go func() { s.Drain(context.Background(), 0); close(ended) }()
		for _, c := range []*raw{moving, staying} {
			c.wantFrame(text, `{"event":"closing","reason":"restart","retryAfterMs":0}`)
		}
		moving.send(closeFrame(1000, ""))
		moving.wantClose(1000)
		if took := time.Since(begun); took != 0 {
			t.Errorf("the first was told after %v, want at once", took)
		}
		staying.wantFrame(closeF, closePayload(protocol.CloseRestart)+"restart")
		staying.send(closeFrame(protocol.CloseRestart, ""))
		<-ended
		if took := time.Since(begun); took != overlap {
			t.Errorf("closed after %v, want %v", took, overlap)
		}
	})
}

// A node that is cut off from the others sends its clients there, and lets
// somebody in again when it is not.
func TestTurnAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		c, _ := s.connect()
		s.TurnAway(true)
		s.TurnAway(true)
		c.wantClose(protocol.CloseMoved)
		c.send(closeFrame(protocol.CloseMoved, ""))
		if resp, _ := s.do(s.handshake()); resp.StatusCode != http.StatusServiceUnavailable || s.Ready() {
			t.Errorf("turned away: got %s, want 503 and not ready", resp.Status)
		}
		s.TurnAway(false)
		c, _ = s.connect()
		c.send(closeFrame(1000, ""))
		c.wantClose(1000)
		if !s.Ready() {
			t.Error("not ready after turning away has ended, want ready")
		}
	})
}

// TestDrainOutOfTime has clients that do nothing and a context that ends.
func TestDrainOutOfTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		for range 10 {
			s.connect()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		s.Drain(ctx, time.Hour)
		if took := time.Since(begun); took != time.Second {
			t.Errorf("took %v, want 1 s", took)
		}
	})
}

// TestNothingIsLeftOfClosedConnections ends a thousand connections in all the ways there are.
// Case 70.
func TestNothingIsLeftOfClosedConnections(t *testing.T) {
	s := overTCP(t, func(c *Config) {
		c.MaxConnectionsPerIP, c.MaxConnectionsPerSession, c.HandshakeRate, c.HandshakeBurst = 500, 8, 1e6, 1e6
	})
	ends := []func(*raw, *echo){
		func(c *raw, _ *echo) { c.send(closeFrame(1000, "")); c.wantClose(1000) },
		func(c *raw, _ *echo) { _ = c.Close() },
		func(c *raw, _ *echo) { _ = c.Conn.(*net.TCPConn).SetLinger(0); _ = c.Close() },
		func(c *raw, _ *echo) { _ = c.Conn.(*net.TCPConn).CloseWrite(); c.wantEnd() },
		func(c *raw, _ *echo) { c.send("\x81"); _ = c.Close() },
		func(c *raw, _ *echo) { c.send("\x81\x00"); c.wantClose(1002); _ = c.Close() },
		func(c *raw, e *echo) {
			e.Conn.Close(protocol.CloseMoved, "")
			c.wantClose(protocol.CloseMoved)
			c.send(closeFrame(protocol.CloseMoved, ""))
		},
		func(c *raw, e *echo) {
			_ = c.Close()
			e.Send([]byte("nobody there"))
		},
	}
	before := runtime.NumGoroutine()
	for i := range 1000 {
		c, e := s.connect()
		ends[i%len(ends)](c, e)
		_ = c.Close()
	}
	deadline := time.Now().Add(10 * time.Second)
	for s.Stats().Connections > 0 || runtime.NumGoroutine() > before+2 {
		if time.Now().After(deadline) {
			t.Fatalf("got %d goroutines, want %d as before; %+v", runtime.NumGoroutine(), before, s.Stats())
		}
		time.Sleep(10 * time.Millisecond)
	}
	a := &s.admission
	a.mu.Lock()
	defer a.mu.Unlock()
	for addr, known := range a.addresses {
		if known.connections != 0 {
			t.Errorf("%s has %d connections left, want none", addr, known.connections)
		}
	}
	if len(a.sessions) != 0 {
		t.Errorf("%d sessions are left, want none", len(a.sessions))
	}
}
