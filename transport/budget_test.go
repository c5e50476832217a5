package transport

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// A1. Sixty clients ask for the longest answers there are and read none of them.
// What waits for all together stays within the budget, they are refused or cut,
// and everybody else plays on.
func TestReadersWhoDoNotRead(t *testing.T) {
	const limit, attackers, innocents = 4 << 20, 40, 10
	s := overTCP(t, func(c *Config) { c.MaxQueued = limit })
	answer := func(e *echo) {
		e.onEach = func(in protocol.Incoming) {
			if _, ok := in.Request.(protocol.History); ok {
				e.Send(bytes.Repeat([]byte("x"), protocol.MaxEvent))
			}
		}
	}
	var playing sync.WaitGroup
	done := make(chan struct{})
	var rounds atomic.Int64
	for range innocents {
		c, e := s.connect()
		e.mu.Lock()
		e.forgets = true // else the heap grows with each round
		e.mu.Unlock()
		playing.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				c.send(client(text, ping(fmt.Sprint(i))))
				op, got, err := c.readFrame()
				for err == nil && op == pingF { // on a slow machine it takes that long
					_, err = io.WriteString(c, client(pongF, got))
					if err == nil {
						op, got, err = c.readFrame()
					}
				}
				if err != nil || got != okTo(fmt.Sprint(i)) {
					t.Errorf("an innocent: got %.80q, %v; want ok", got, err)
					return
				}
				rounds.Add(1)
			}
		})
	}
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	var most, mostHeap int64
	var conns []*raw
	ask := client(text, `{"request":"history","roomId":"r"}`)
	for range attackers {
		c, e := s.connect()
		answer(e)
		conns = append(conns, c)
		c.send(strings.Repeat(ask, 2))
		for range 8 {
			most = max(most, s.Stats().Queued)
			time.Sleep(time.Millisecond)
		}
		grown := heap() - before
		for tries := 0; grown > 4*limit && tries < 5; tries++ { // what is made between a collection and the look at it is no memory that is kept
			grown = min(grown, heap()-before)
		}
		mostHeap = max(mostHeap, grown)
	}
	for deadline := time.Now().Add(time.Minute); s.Stats().Queued > 2*limit && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	for before, deadline := rounds.Load(), time.Now().Add(time.Minute); rounds.Load() == before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the others got no answer beside the attack, want them to play on")
		}
	}
	close(done)
	playing.Wait()
	stats := s.Stats()
	t.Logf("at most %d KiB waited, the heap grew by at most %d KiB; %d were cut, %d refused", most>>10, mostHeap>>10,
		stats.Closes[protocol.CloseSlowConsumer]+stats.Shed, stats.Refusals[protocol.Unavailable])
	if most > 2*limit+4*protocol.MaxEvent {
		t.Errorf("got %d bytes waiting, want at most about %d", most, 2*limit)
	}
	if mostHeap > 4*limit {
		t.Errorf("the heap grew by %d bytes, want at most %d", mostHeap, 4*limit)
	}
	if stats.Shed == 0 && stats.Refusals[protocol.Unavailable] == 0 {
		t.Error("nobody was cut or refused: the test is blind")
	}
	for _, c := range conns {
		_ = c.Close()
	}
	for deadline := time.Now().Add(time.Minute); s.Stats().Queued != 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("with nobody left %d bytes wait, want 0", s.Stats().Queued)
		}
	}
}

// A1. Those go first for whom most waits, and no more of them than it takes.
func TestLargestHoldersGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, func(c *Config) { c.MaxQueued = 100 << 10 })
		var conns []*raw
		var echoes []*echo
		for range 5 {
			c, e := s.connect()
			conns, echoes = append(conns, c), append(echoes, e)
		}
		for i, e := range echoes { // 10, 20, 30, 40 and 50 KiB
			e.Send([]byte(strings.Repeat("x", (i+1)*10<<10)))
			synctest.Wait()
		}
		synctest.Wait()
		time.Sleep(100 * time.Millisecond)
		var open []int
		for i, c := range conns[:3] {
			if op, _, err := c.readFrame(); err == nil && op == text {
				open = append(open, i)
			}
		}
		if stats := s.Stats(); !slices.Equal(open, []int{0, 1, 2}) || stats.Shed != 2 {
			t.Errorf("got the answers of %v, %d cut; want those of 0, 1 and 2, and two cut", open, stats.Shed)
		}
		time.Sleep(time.Minute)
	})
}

// A1. A client that has not read its answers is refused more of them when there
// is little room, and one that reads is not.
func TestUnavailableWhileTheBudgetIsHalfUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, func(c *Config) { c.MaxQueued = 100 << 10 })
		lazy, e := s.connect()
		e.Send([]byte(strings.Repeat("x", 60<<10)))
		synctest.Wait()
		lazy.send(client(text, ping("1")))
		synctest.Wait()
		if handled, _ := e.count(); handled != 0 || s.Stats().Refusals[protocol.Unavailable] != 1 {
			t.Errorf("got %d requests handled, %v; want none and one unavailable", handled, s.Stats().Refusals)
		}
		other, _ := s.connect()
		other.send(client(text, ping("2")))
		other.wantFrame(text, okTo("2"))
		if _, _, err := lazy.readFrame(); err != nil {
			t.Fatal(err)
		}
		if _, got, _ := lazy.readFrame(); !strings.Contains(got, `"code":"unavailable"`) || !strings.Contains(got, `"retryable":true`) {
			t.Errorf("got %s, want unavailable", got)
		}
		lazy.send(client(text, ping("3")))
		lazy.wantFrame(text, okTo("3"))
		synctest.Wait()
		if got := s.Stats().Queued; got != 0 {
			t.Errorf("got %d bytes waiting after all was read, want 0", got)
		}
	})
}

// A1. No event is longer than the protocol says; one that is would be a bug.
func TestEventsAreBounded(t *testing.T) {
	s := overTCP(t, nil)
	c, e := s.connect()
	e.Send(bytes.Repeat([]byte("x"), protocol.MaxEvent))
	if _, got, err := c.readFrame(); err != nil || len(got) != protocol.MaxEvent {
		t.Fatalf("got %d bytes, %v; want %d", len(got), err, protocol.MaxEvent)
	}
	e.Send([]byte(strings.Repeat("x", protocol.MaxEvent+1)))
	c.wantClose(protocol.CloseInternal)
}

// largeStatus is a revealed room of about a megabyte.
func largeStatus(version uint64) *protocol.Status {
	room := snapshot("large", version)
	room.Topic.Title = strings.Repeat("x", 1<<20)
	return protocol.NewStatus(nil, room)
}

// A5. Whole statuses are rationed by bytes: whoever asks for a large one again and
// again gets a burst of them and then a share, and is told to wait otherwise.
func TestWholeStatusesAreRationed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, func(c *Config) { c.MessageRate, c.MessageBurst = 10, 30 })
		c, e := s.connect()
		room := poker.RoomID(s.room())
		e.onEach = func(protocol.Incoming) {
			e.Forget("large")
			e.SendStatus(largeStatus(1))
		}
		ask := client(text, fmt.Sprintf(`{"request":"joinRoom","roomId":%q}`, room))
		var whole, refused int
		begun := time.Now()
		for time.Since(begun) < time.Minute {
			c.send(ask)
			op, got, err := c.readFrame()
			switch {
			case err != nil:
				t.Fatal(err)
			case op == pingF:
				c.send(client(pongF, got))
			case len(got) > 1<<20:
				whole++
			case strings.Contains(got, `"code":"rate_limited"`) && strings.Contains(got, `"retryable":true`) && strings.Contains(got, string(room)):
				refused++
			default:
				t.Fatalf("got %.200s, want an answer or unavailable", got)
			}
			time.Sleep(200 * time.Millisecond)
		}
		// Four megabytes and one more at once, and 256 KiB a second.
		if want := 5 + 60/4; whole < want-2 || whole > want+2 || refused < 100 {
			t.Errorf("got %d whole statuses in a minute and %d refused, want about %d", whole, refused, want)
		}
		// Other requests are none of that.
		c.send(client(text, ping("x")))
		for {
			_, got, err := c.readFrame()
			if err != nil {
				t.Fatal(err)
			}
			if got == okTo("x") {
				break
			}
		}
	})
}

// A5. An address has a share too, and when that is used up the first status of a
// connection is still given, so that whoever reconnects sees their room.
func TestFirstStatusIsAlwaysGiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, func(c *Config) { c.MessageRate, c.MessageBurst = 10, 30 })
		room := s.room()
		ask := client(text, fmt.Sprintf(`{"request":"joinRoom","roomId":%q}`, room))
		given := func(c *raw) bool {
			c.send(ask)
			_, got, err := c.readFrame()
			if err != nil {
				t.Fatal(err)
			}
			return len(got) > 1<<20
		}
		connect := func() *raw {
			c, e := s.connect()
			e.onEach = func(protocol.Incoming) {
				e.Forget("large")
				e.SendStatus(largeStatus(1))
			}
			return c
		}
		for i := range 20 { // four each, within their own share
			c := connect()
			for j := range 4 {
				if got := given(c); !got && (i < 16 || j == 0) {
					t.Errorf("connection %d, status %d: refused, want it given", i, j)
				} else if got && i > 16 && j > 0 {
					t.Errorf("connection %d, status %d: given, want it refused", i, j)
				}
			}
		}
		time.Sleep(10 * time.Second)
		c := connect()
		if first, second := given(c), given(c); !first || !second {
			t.Errorf("ten seconds later: got %t and %t, want two answers", first, second)
		}
	})
}
