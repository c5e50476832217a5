package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

// BenchmarkEstimate measures the whole program: one member of a room of ten estimates
// over a TCP connection of their own, the store commits that to disk, and all ten see
// it. The members' side allocates nothing, so all allocations are the server's.
//
//	go test -run xxx -bench Estimate -benchtime 5000x ./cmd/pokey
func BenchmarkEstimate(b *testing.B) {
	for _, data := range []string{"disk", inMemory} {
		b.Run(data, func(b *testing.B) {
			team := newBareTeam(b, data, 10)
			for range 50 { // buffers have grown and the store's file has its size
				team.estimate()
			}
			b.ReportAllocs()
			for b.Loop() {
				team.estimate()
			}
		})
	}
}

// TestAllocationsOfAnEstimate counts what the whole program allocates for an estimate in
// a room of ten, so that a change that adds something is noticed. Behind bbolt it is a
// hundred objects more, which many rooms share.
func TestAllocationsOfAnEstimate(t *testing.T) {
	const estimates, mostObjects, mostBytes = 300, 62, 20_000 // the race detector adds to both
	team := newBareTeam(t, inMemory, 10)
	for range 50 {
		team.estimate()
	}
	objects, size := uint64(math.MaxUint64), uint64(math.MaxUint64)
	for range 3 { // the least of some tries, since other parts of the program allocate now and then
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range estimates {
			team.estimate()
		}
		runtime.ReadMemStats(&after)
		objects, size = min(objects, (after.Mallocs-before.Mallocs)/estimates), min(size, (after.TotalAlloc-before.TotalAlloc)/estimates)
	}
	t.Logf("%d objects, %d bytes", objects, size)
	if objects > mostObjects || size > mostBytes {
		t.Errorf("got %d objects and %d bytes, want at most %d and %d", objects, size, mostObjects, mostBytes)
	}
}

// bareTeam is a room whose members read and write sockets without allocating.
type bareTeam struct {
	tb      testing.TB
	members []*bareMember
	request []byte // the frame of an estimate; its number is changed in place
	number  int
}

// newBareTeam starts the program, and joins members to a room. data is a directory's
// name, or "none" for memory.
func newBareTeam(tb testing.TB, data string, size int) *bareTeam {
	if data != inMemory {
		data = tb.TempDir()
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	args := []string{"-admin-listen", "", "-data", data, "-message-rate", "0", "-message-burst", "0", "-log-level", "error"}
	go func() {
		done <- run(ctx, args, func(string) string { return "" }, io.Discard, func(string, string) (net.Listener, error) { return listener, nil })
	}()
	t := &bareTeam{tb: tb}
	tb.Cleanup(func() {
		for _, m := range t.members {
			_ = m.conn.Close()
		}
		cancel()
		if err := <-done; err != nil {
			tb.Error(err)
		}
	})
	url := "http://" + listener.Addr().String()
	room := ""
	for range size {
		m := dialBare(tb, url)
		t.members = append(t.members, m)
		if room == "" {
			m.send(bareFrame([]byte(`{"request":"createRoom"}`)))
			created := m.until(`{"event":"roomCreated"`)
			room = string(created[bytes.Index(created, []byte(`"roomId":"`))+10:][:40])
		}
		m.send(bareFrame([]byte(`{"request":"joinRoom","roomId":"` + room + `"}`)))
		m.until(`{"event":"roomStatus"`)
	}
	t.members[0].send(bareFrame([]byte(`{"request":"setTopic","roomId":"` + room + `","topic":"all are here"}`)))
	for _, m := range t.members { // the last status of those before
		for !bytes.Contains(m.until(`{"event":"room`), []byte(`"topic":"all are here"`)) {
			continue
		}
	}
	t.request = bareFrame([]byte(`{"request":"estimate","id":"000000000","roomId":"` + room + `","value":"8"}`))
	return t
}

// estimate has the next member estimate, and everybody see it.
func (t *bareTeam) estimate() {
	t.number++
	digits := t.request[bytes.Index(t.request, []byte(`"id":"`))+6:][:9]
	for i, n := len(digits)-1, t.number; i >= 0; i, n = i-1, n/10 {
		digits[i] = byte('0' + n%10)
	}
	t.members[t.number%len(t.members)].send(t.request)
	for _, m := range t.members {
		m.until(`{"event":"room`)
	}
}

// bareMember is the client's end of a WebSocket.
type bareMember struct {
	tb   testing.TB
	conn net.Conn
	in   *bufio.Reader
	last int // bytes of the frame that was returned last
}

func dialBare(tb testing.TB, url string) *bareMember {
	cookie := peerCookie(tb, url)
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		tb.Fatal(err)
	}
	m := &bareMember{tb: tb, conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}
	_ = conn.SetDeadline(time.Now().Add(10 * time.Minute))
	_, _ = fmt.Fprintf(conn, "GET /connect HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nCookie: %s\r\nConnection: Upgrade\r\n"+
		"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
		strings.TrimPrefix(url, "http://"), url, cookie)
	response, err := http.ReadResponse(m.in, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		tb.Fatalf("upgrade: got %v, %v", response, err)
	}
	return m
}

// bareFrame returns a client's frame of at most 125 bytes or 64 KiB, whose mask changes
// nothing.
func bareFrame(payload []byte) []byte {
	frame := []byte{0x81, 0x80 | 126}
	if len(payload) < 126 {
		frame[1] = 0x80 | byte(len(payload))
	} else {
		frame = append(frame, byte(len(payload)>>8), byte(len(payload)))
	}
	return append(append(frame, 0, 0, 0, 0), payload...)
}

func (m *bareMember) send(frame []byte) {
	if _, err := m.conn.Write(frame); err != nil {
		m.tb.Fatal(err)
	}
}

// until reads messages until one begins with a text, and returns that one.
func (m *bareMember) until(text string) []byte {
	for {
		if message := m.next(); len(message) >= len(text) && string(message[:len(text)]) == text {
			return message
		}
	}
}

// next returns the payload of the next frame, which is valid until the next call. It
// answers pings, which come where a test takes long.
func (m *bareMember) next() []byte {
	_, _ = m.in.Discard(m.last)
	header, size := m.peek(2), 0
	switch n := int(header[1]); n {
	case 127:
		m.tb.Fatal("a frame of more than 64 KiB")
	case 126:
		header = m.peek(4)
		size = int(header[2])<<8 | int(header[3])
	default:
		size = n
	}
	head := len(header)
	m.last = head + size
	frame := m.peek(m.last)
	if frame[0] == 0x89 {
		pong := bareFrame(frame[head:])
		pong[0] = 0x8a
		m.send(pong)
	}
	return frame[head:]
}

func (m *bareMember) peek(n int) []byte {
	b, err := m.in.Peek(n)
	if err != nil {
		m.tb.Fatal(err)
	}
	return b
}
