package transport

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/protocol"
)

func TestRequestsAreAnsweredInOrder(t *testing.T) {
	s := overTCP(t, nil)
	c, e := s.connect()
	var all strings.Builder
	for i := range 1000 {
		all.WriteString(client(text, ping(fmt.Sprint(i))))
	}
	c.send(all.String()) // in as few segments as TCP likes
	for i := range 1000 {
		c.wantFrame(text, okTo(fmt.Sprint(i)))
	}
	if handled, _ := e.count(); handled != 1000 {
		t.Errorf("handled %d requests, want 1000", handled)
	}
}

// TestStalledClientGetsOnlyTheLatestStatus has a client that does not read for a while.
func TestStalledClientGetsOnlyTheLatestStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		c, e := s.connect()
		next := func(want string) {
			t.Helper()
			_, got, err := c.readFrame()
			if err != nil || inShort(got) != want {
				t.Fatalf("got %s, error %v; want %s", inShort(got), err, want)
			}
		}
		e.SendStatus(full("r", 1))
		next("full r 1")
		e.SendStatus(step("r", 2))
		synctest.Wait() // it is being written; the rest waits
		e.Send([]byte("a"))
		for v := range uint64(1000) {
			e.SendStatus(step("r", 3+v))
			e.SendStatus(step("q", 3+v))
		}
		e.Send([]byte("b"))
		next("patch r 1-2")
		next("a")
		next("b")
		next("full q 1002") // it is their turns that count, not which came first
		next("full r 1002")
		e.SendStatus(step("r", 1003))
		next("patch r 1002-1003")
		if got := s.Stats().Superseded; got != 2*999 {
			t.Errorf("got %d superseded, want %d", got, 2*999)
		}
	})
}

// TestSlowConsumerIsCutAndNobodyWaits floods a client that does not read, from a goroutine that
// must not notice, while another client does read.
func TestSlowConsumerIsCutAndNobodyWaits(t *testing.T) {
	for name, over := range transports {
		t.Run(name, func(t *testing.T) {
			s := over(t, nil)
			slow, slowSession := s.connect()
			quick, quickSession := s.connect()
			event := []byte(strings.Repeat("x", 4<<10))
			sent := 0
			for s.Stats().Closes[protocol.CloseSlowConsumer] == 0 && sent < 100_000 {
				slowSession.Send(event)
				quickSession.Send([]byte(fmt.Sprint(sent)))
				quick.wantFrame(text, fmt.Sprint(sent))
				sent++
				if slowSession.closing() {
					break
				}
			}
			if !slowSession.closing() {
				t.Fatalf("after %d events the slow client is still there, want it cut", sent)
			}
			// It may still see why, if it comes back in time.
			slow.wantClose(protocol.CloseSlowConsumer)
			slow.send(closeFrame(protocol.CloseSlowConsumer, ""))
			slow.wantEnd()
		})
	}
}

var transports = map[string]func(testing.TB, func(*Config)) *service{"pipe": overPipes, "tcp": overTCP}

// TestSlowConsumerIsCutAfterTheWriteTimeout stalls with too little waiting to overflow.
func TestSlowConsumerIsCutAfterTheWriteTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		_, e := s.connect()
		e.Send([]byte("a"))
		e.Send([]byte("b"))
		time.Sleep(writeTimeout + closeTimeout - time.Millisecond)
		if _, closed := e.count(); closed != 0 {
			t.Errorf("closed %d times, want it open until writeTimeout", closed)
		}
		time.Sleep(2 * time.Millisecond)
		if _, closed := e.count(); closed != 1 {
			t.Errorf("closed %d times after writeTimeout, want once", closed)
		}
		synctest.Wait()
		if got := s.Stats().Closes[protocol.CloseSlowConsumer]; got != 1 {
			t.Errorf("counted %d slow consumers, want 1", got)
		}
	})
}
