package transport

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/protocol"
)

// frameCase is bytes on the wire and what must come of them. The ids are those
// of the Autobahn test suite where it has the case.
type frameCase struct {
	id    string
	send  string
	want  []string           // the payloads of the frames before the close
	code  protocol.CloseCode // zero: still open
	other string             // the reason of an echoed close
}

const badJSON = "bad_json" // stands for the error event

func frameCases() []frameCase {
	msg := client(text, ping("1"))
	ok := okTo("1")
	half := len(ping("1")) / 2
	begin, rest := client(opText, ping("1")[:half]), client(fin, ping("1")[half:])
	long := strings.Repeat("*", protocol.MaxMessage)
	rows := []frameCase{
		{id: "1.1.1", send: client(text, ""), want: []string{badJSON}},
		{id: "1.1.2", send: client(text, strings.Repeat("*", 125)), want: []string{badJSON}},
		{id: "1.1.3", send: client(text, strings.Repeat("*", 126)), want: []string{badJSON}},
		{id: "1.1.4", send: client(text, strings.Repeat("*", 127)), want: []string{badJSON}},
		{id: "1.1.5", send: client(text, strings.Repeat("*", 128)), want: []string{badJSON}},
		{id: "the longest", send: client(text, long), want: []string{badJSON}},
		{id: "a byte more", send: client(text, long+"*"), code: 1009},
		{id: "1.1.6", send: client(text, strings.Repeat("*", 65535)), code: 1009},
		{id: "1.1.7", send: client(text, strings.Repeat("*", 65536)), code: 1009},
		{id: "1.2.1", send: client(binMsg, ""), code: 1003},
		{id: "1.2.2", send: client(binMsg, strings.Repeat("\xfe", 125)), code: 1003},
		{id: "binary in parts", send: client(0x2, "\xfe") + client(fin, "\xfe"), code: 1003},
		{id: "parts too big", send: client(opText, long) + client(fin, "*"), code: 1009},
		{id: "parts just right", send: client(opText, long[1:]) + client(fin, "*"), want: []string{badJSON}},
		{id: "declared 2^62", send: "\x81\xff" + "\x40\x00\x00\x00\x00\x00\x00\x00" + "mask", code: 1009},
		{id: "declared 2^63", send: "\x81\xff" + "\x80\x00\x00\x00\x00\x00\x00\x00" + "mask", code: 1002},
		{id: "part overflows", send: client(opText, "*") + "\x80\xff" + "\x7f\xff\xff\xff\xff\xff\xff\xff" + "mask", code: 1009},
		{id: "length not minimal", send: "\x81\xfe\x00\x05mask12345", code: 1002},
		{id: "length not minimal, 64", send: "\x81\xff\x00\x00\x00\x00\x00\x00\x00\x05mask12345", code: 1002},

		{id: "2.1", send: client(pingF, ""), want: []string{""}},
		{id: "2.2", send: client(pingF, "Hello"), want: []string{"Hello"}},
		{id: "2.3", send: client(pingF, "\x00\xff\xfe\xfd"), want: []string{"\x00\xff\xfe\xfd"}},
		{id: "2.4", send: client(pingF, strings.Repeat("\xfe", 125)), want: []string{strings.Repeat("\xfe", 125)}},
		{id: "2.5", send: client(pingF, strings.Repeat("\xfe", 126)), code: 1002},
		{id: "2.7", send: client(pongF, "")},
		{id: "2.8", send: client(pongF, "unasked for")},
		{id: "2.9", send: client(pongF, "unasked for") + client(pingF, "p"), want: []string{"p"}},
		{id: "2.10", send: strings.Repeat(client(pingF, "p"), 10), want: strings.Split(strings.Repeat("p", 10), "")},

		{id: "3.1", send: client(text|0x10, "x"), code: 1002},
		{id: "3.2", send: msg + client(text|0x20, "x") + client(pingF, ""), want: []string{ok}, code: 1002},
		{id: "3.3", send: msg + client(text|0x30, "x") + client(pingF, ""), want: []string{ok}, code: 1002},
		{id: "3.4", send: msg + client(text|0x40, "x") + client(pingF, ""), want: []string{ok}, code: 1002},
		{id: "3.5", send: client(binMsg|0x50, "x"), code: 1002},
		{id: "3.6", send: client(pingF|0x60, "x"), code: 1002},
		{id: "3.7", send: client(closeF|0x70, closePayload(1000)), code: 1002},
		{id: "compressed", send: client(text|0x40, "\xca\x48\xcd\xc9\xc9\x07\x00"), code: 1002},

		{id: "5.1", send: client(opPing, "a") + client(fin, "b"), code: 1002},
		{id: "5.2", send: client(opPong, "a") + client(fin, "b"), code: 1002},
		{id: "5.3", send: begin + rest, want: []string{ok}},
		{id: "5.6", send: begin + client(pingF, "between") + rest, want: []string{"between", ok}},
		{id: "5.9", send: client(fin, "x") + msg, code: 1002},
		{id: "5.10", send: client(fin, "x"), code: 1002},
		{id: "5.12", send: client(0, "x") + msg, code: 1002},
		{id: "5.15", send: begin + rest + client(0, "x") + client(fin, "y"), want: []string{ok}, code: 1002},
		{id: "5.18", send: begin + msg, code: 1002},
		{id: "5.19", send: begin + client(pingF, "a") + client(0, "") + client(pingF, "b") + rest, want: []string{"a", "b", ok}},
		{id: "fragmented close", send: client(opClose, closePayload(1000)), code: 1002},

		{id: "unmasked", send: msg + string(appendFrame(nil, opText, []byte(ping("2")))), want: []string{ok}, code: 1002},
		{id: "unmasked ping", send: string(appendFrame(nil, opPing, nil)), code: 1002},
		{id: "unmasked close", send: string(appendFrame(nil, opClose, nil)), code: 1002},

		{id: "7.1.1", send: msg + closeFrame(1000, ""), want: []string{ok}, code: 1000},
		{id: "7.1.2", send: closeFrame(1000, "") + closeFrame(1000, ""), code: 1000},
		{id: "7.1.3", send: closeFrame(1000, "") + client(pingF, ""), code: 1000},
		{id: "7.1.4", send: closeFrame(1000, "") + msg, code: 1000},
		{id: "7.1.5", send: begin + closeFrame(1000, "") + rest, code: 1000},
		{id: "7.3.1", send: client(closeF, ""), code: ClosedByClient},
		{id: "7.3.2", send: client(closeF, "a"), code: 1002},
		{id: "7.3.4", send: closeFrame(1000, "Hello"), code: 1000, other: "Hello"},
		{id: "7.3.5", send: closeFrame(1000, strings.Repeat("*", 123)), code: 1000, other: strings.Repeat("*", 123)},
		{id: "7.3.6", send: closeFrame(1000, strings.Repeat("*", 124)), code: 1002},
		{id: "7.5.1", send: closeFrame(1000, "\xce\xba\xed\xa0\x80"), code: 1007},
	}
	for op := range byte(5) {
		rows = append(rows,
			frameCase{id: fmt.Sprintf("4.1.%d", op+1), send: msg + client(fin|(op+3), "x"), want: []string{ok}, code: 1002},
			frameCase{id: fmt.Sprintf("4.2.%d", op+1), send: msg + client(fin|(op+11), "x"), want: []string{ok}, code: 1002})
	}
	for _, code := range []protocol.CloseCode{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999} {
		rows = append(rows, frameCase{id: fmt.Sprint("7.7 with ", code), send: closeFrame(code, ""), code: code})
	}
	for _, code := range []protocol.CloseCode{0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		rows = append(rows, frameCase{id: fmt.Sprint("7.9 with ", code), send: closeFrame(code, ""), code: 1002})
	}
	return append(rows, utf8Cases()...)
}

// utf8Cases are the 6.* of the suite: what is UTF-8 is at least no JSON, and
// what is not is not looked at.
func utf8Cases() (rows []frameCase) {
	good := []string{
		"Hello-µ@ßöäüàá-UTF-8!!", "κόσμε", "\x00", "\u0080", "\u0800", "\U00010000", "\x7f", "\u07ff", "\uffff",
		"\ud7ff", "\ue000", "\ufffd", "\U0010ffff", "\ufffe", "\U0001fffe",
	}
	for i, s := range good {
		rows = append(rows, frameCase{id: fmt.Sprint("6 good ", i), send: client(text, s), want: []string{badJSON}})
	}
	kosme := "κόσμε"
	rows = append(rows,
		frameCase{id: "6.2.3", send: client(opText, kosme[:3]) + client(0, kosme[3:4]) + client(fin, kosme[4:]), want: []string{badJSON}})
	bad := []string{
		"κόσμε\xed\xa0\x80edited", "κόσμε\xf4\x90\x80\x80edited", "\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80",
		"\xf7\xbf\xbf\xbf", "\x80", "\xbf", "\x80\xbf\x80", "\xc0 \xc1 ", "\xe0 \xe1 ", "\xf0 \xf1", "\xc0", "\xe0\x80",
		"\xf0\x80\x80", "\xdf", "\xef\xbf", "\xfe", "\xff", "\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xc1\xbf",
		"\xed\xa0\x80", "\xed\xbf\xbf", "\xed\xa0\x80\xed\xb0\x80", `{"request":"setName","name":"` + "\xff" + `"}`,
	}
	for i, s := range bad {
		rows = append(rows,
			frameCase{id: fmt.Sprint("6 bad ", i), send: client(text, s), code: 1007},
			frameCase{id: fmt.Sprint("6 bad in parts ", i), send: client(opText, s[:1]) + client(fin, s[1:]), code: 1007})
	}
	return rows
}

func TestBadFramesCloseWithTheirCode(t *testing.T) {
	s := overTCP(t, nil)
	styles := map[string]func(*raw, string){
		"at once": func(c *raw, b string) { c.send(b) },
		"byte by byte": func(c *raw, b string) {
			for ; len(b) > 0 && len(b) < 1000; b = b[1:] {
				_, _ = c.Write([]byte(b[:1])) // the server may have heard enough
			}
			_, _ = c.Write([]byte(b)) // a long one in one piece
		},
	}
	for style, send := range styles {
		for _, row := range frameCases() {
			t.Run(style+"/"+row.id, func(t *testing.T) {
				c, e := s.connect()
				c.t = t
				if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
					t.Fatal(err)
				}
				send(c, row.send)
				row.check(t, c)
				want := strings.Count(strings.Join(row.want, ""), okTo("1"))
				if row.code == 0 {
					want++
				}
				if handled, _ := e.count(); handled != want {
					t.Errorf("%d requests were handled, want %d", handled, want)
				}
			})
		}
	}
}

func (row frameCase) check(t *testing.T, c *raw) {
	t.Helper()
	for _, want := range row.want {
		_, got, err := c.readFrame()
		if err != nil {
			t.Fatalf("ended with %v, want %.50q", err, want)
		}
		if got != want && (want != badJSON || !strings.Contains(got, `"code":"bad_json"`)) {
			t.Fatalf("got %.50q, want %.50q", got, want)
		}
	}
	switch row.code {
	case 0:
		c.send(client(text, ping("still there")))
		c.wantFrame(text, okTo("still there"))
		c.send(closeFrame(1001, ""))
		c.wantFrame(closeF, closePayload(1001))
	case ClosedByClient:
		c.wantFrame(closeF, "")
	default:
		reason := c.wantClose(row.code)
		if row.other != "" && reason != row.other {
			t.Errorf("echoed %q, want %q", reason, row.other)
		}
		_, _ = c.Write([]byte(closeFrame(row.code, ""))) // it may have ended already
	}
	c.wantEnd()
}

func TestDrippedMessageIsCut(t *testing.T) {
	starts := map[string]string{
		"header":          client(text, ping("1"))[:1],
		"length":          client(text, strings.Repeat("x", 300))[:3],
		"body":            client(text, ping("1"))[:10],
		"between parts":   client(opText, ping("1")[:5]),
		"after a message": client(text, ping("0")) + client(text, ping("1"))[:10],
		"control frame":   client(pingF, "Hello")[:8],
	}
	for name, start := range starts {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := overPipes(t, nil)
				c, _ := s.connect()
				time.Sleep(7 * time.Second) // being silent between messages is fine
				begun := time.Now()
				c.send(start)
				c.wantClose(protocol.CloseProtocol)
				if took := time.Since(begun); took != messageTimeout {
					t.Errorf("closed after %v, want %v", took, messageTimeout)
				}
			})
		})
	}
}

// TestMessagesWithoutPause sends so that whatever has been read always ends in
// the middle of a message. Each of them has its own time.
func TestMessagesWithoutPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		c, _ := s.connect()
		msg := client(text, ping("1"))
		c.send(msg[:5])
		for range 20 {
			time.Sleep(time.Second)
			c.send(msg[5:] + msg[:5])
			c.wantFrame(text, okTo("1"))
		}
	})
}

func TestAppendFrame(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 65535, 65536, 70000} {
		payload := bytes.Repeat([]byte("x"), n)
		b := appendFrame([]byte("before"), opText, payload)
		head := b[len("before") : len(b)-n]
		var got uint64
		switch head[1] {
		case 126:
			got = uint64(binary.BigEndian.Uint16(head[2:4]))
		case 127:
			got = binary.BigEndian.Uint64(head[2:10])
		default:
			got = uint64(head[1])
		}
		if head[0] != text || got != uint64(n) || !bytes.HasSuffix(b, payload) {
			t.Errorf("%d bytes: got header % x, want one of a text frame with that length", n, head)
		}
	}
}
