package transport

import (
	"testing"
	"time"

	"example.com/pokey/protocol"
)

// FuzzFrames sends any bytes on a connection and hangs up. The connection must
// come to an end, the session be closed, and nothing panic.
func FuzzFrames(f *testing.F) {
	for _, row := range frameCases() {
		if len(row.send) < 1000 {
			f.Add([]byte(row.send))
		}
	}
	s := overTCP(f, nil)
	f.Fuzz(func(t *testing.T, b []byte) {
		s.t = t
		defer func() { s.t = f }()
		c, e := s.connect()
		if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		go func() {
			_, _ = c.Write(b)
			_, _ = c.Write([]byte(closeFrame(1000, "")))
			if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite()
			}
		}()
		for {
			op, payload, err := c.readFrame()
			if err != nil {
				break
			}
			if op != text && op != pongF && op != closeF || op != text && len(payload) > 125 {
				t.Fatalf("got frame %#x of %d bytes, want text, pong or close", op, len(payload))
			}
		}
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			if _, closed := e.count(); closed == 1 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the session is not closed in time")
			}
		}
		if s.Stats().Panics != 0 {
			t.Fatalf("got %d panics, want none; log: %s", s.Stats().Panics, s.log)
		}
		if n := s.Stats().Refusals[protocol.Internal]; n != 0 {
			t.Fatalf("got %d internal errors, want none", n)
		}
	})
}

// FuzzFrameScan feeds the same bytes in one piece and in two, which must make
// no difference.
func FuzzFrameScan(f *testing.F) {
	for _, row := range frameCases() {
		if len(row.send) < 1000 {
			f.Add([]byte(row.send), uint16(3))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, cut uint16) {
		var whole, parts frames
		good, overhead, fault := whole.scan(b)
		k := min(int(cut), len(b))
		firstGood, firstOverhead, firstFault := parts.scan(b[:k])
		if firstFault != 0 {
			if firstFault != fault || firstGood != good || firstOverhead != overhead {
				t.Fatalf("in parts: got fault %d at %d, want fault %d at %d", firstFault, firstGood, fault, good)
			}
			return
		}
		restGood, restOverhead, restFault := parts.scan(b[k:])
		if restFault != fault || firstOverhead+restOverhead != overhead || whole.midway() != parts.midway() {
			t.Fatalf("in parts: got fault %d and overhead %d, want %d and %d", restFault, firstOverhead+restOverhead, fault, overhead)
		}
		// A header that began in the first part has been passed on.
		if total := k + restGood; total != good && restGood != 0 {
			t.Fatalf("in parts: passed on %d bytes, want %d", total, good)
		}
	})
}
