package transport

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

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
