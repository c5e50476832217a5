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

	"example.com/pokey/protocol"
)

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
	deadline := time.Now().Add(time.Minute)
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
