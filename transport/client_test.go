package transport

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/pokey/identity"
	"example.com/pokey/protocol"
)

// cookie is the header line of a new session.
func (s *service) cookie() string { return s.cookieOf(s.cfg.Keys.NewUserID(), time.Now()) }

func (s *service) cookieOf(user string, issued time.Time) string {
	return s.cookieAt("localhost", user, issued)
}

// cookieAt is the header line of a session for a Host.
func (s *service) cookieAt(host, user string, issued time.Time) string {
	secure := slices.ContainsFunc(s.cfg.PublicOrigins, func(o string) bool { return strings.HasPrefix(o, "https:") })
	value, err := s.cfg.Keys.Seal(user, issued, secure)
	if err != nil {
		s.t.Fatal(err)
	}
	return "Cookie: " + identity.CookieName(secure, portOf(strings.TrimSuffix(host, ":443")), s.Server.cfg.BasePath) + "=" + value
}

// handshake is a good one, by a user of its own; each line given replaces the
// one of the same name, and one without a value takes it away.
func (s *service) handshake(lines ...string) string {
	cookie := s.cookie()
	for _, line := range lines {
		if host, ok := strings.CutPrefix(line, "Host: "); ok {
			cookie = s.cookieAt(strings.TrimSuffix(host, ":80"), s.cfg.Keys.NewUserID(), time.Now())
		}
	}
	return request("GET /connect HTTP/1.1", []string{
		"Host: localhost",
		"Connection: Upgrade",
		"Upgrade: websocket",
		"Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
		"Origin: http://localhost",
		cookie,
	}, lines)
}

// request is an HTTP request in full. A line that begins with + is added to
// those of the same name; one that holds HTTP/ replaces the request line.
func request(first string, lines, changes []string) string {
	for _, change := range changes {
		if strings.Contains(change, " HTTP/") {
			first = change
			continue
		}
		name, value, _ := strings.Cut(change, ":")
		if added, ok := strings.CutPrefix(change, "+"); ok {
			lines = append(lines, added)
			continue
		}
		lines = slices.DeleteFunc(slices.Clone(lines), func(l string) bool {
			return strings.HasPrefix(strings.ToLower(l), strings.ToLower(name)+":")
		})
		if strings.TrimSpace(value) != "" {
			lines = append(lines, change)
		}
	}
	return first + "\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// raw is a client that sends bytes and reads frames, and minds no rule.
type raw struct {
	net.Conn
	t  testing.TB
	br *bufio.Reader
}

func (s *service) dialRaw() *raw {
	s.t.Helper()
	c, err := s.dial()
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	return &raw{Conn: c, t: s.t, br: bufio.NewReader(c)}
}

// do sends a whole request and reads the response's head and body.
func (s *service) do(text string) (*http.Response, string) {
	s.t.Helper()
	c := s.dialRaw()
	defer func() { _ = c.Close() }()
	resp := c.ask(text)
	body, err := io.ReadAll(resp.Body)
	if err != nil && resp.Request.Method != http.MethodHead {
		s.t.Fatalf("body: %v", err)
	}
	return resp, string(body)
}

func (c *raw) ask(text string) *http.Response {
	c.t.Helper()
	c.send(text)
	method, _, _ := strings.Cut(text, " ")
	resp, err := http.ReadResponse(c.br, &http.Request{Method: method})
	if err != nil {
		c.t.Fatalf("no response: %v", err)
	}
	return resp
}

// connect does a good handshake and returns the client and the session.
func (s *service) connect(lines ...string) (*raw, *echo) {
	s.t.Helper()
	c := s.dialRaw()
	if resp := c.ask(s.handshake(lines...)); resp.StatusCode != http.StatusSwitchingProtocols {
		s.t.Fatalf("handshake: %s", resp.Status)
	}
	return c, <-s.sessions
}

func (c *raw) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

// client makes a masked frame, as clients send them. The mask is not zero, so
// that a server which forgets it is found out.
func client(first byte, payload string) string {
	mask := [4]byte{0x11, 0x22, 0x33, 0x44}
	b := appendFrame(nil, 0, []byte(payload))
	head := b[:len(b)-len(payload)]
	head[0], head[1] = first, head[1]|0x80
	out := append(slices.Clone(head), mask[:]...)
	for i := range len(payload) {
		out = append(out, payload[i]^mask[i%4])
	}
	return string(out)
}

const (
	fin    = 0x80
	text   = fin | opText
	binMsg = fin | 0x2
	closeF = fin | opClose
	pingF  = fin | opPing
	pongF  = fin | opPong
)

// readFrame reads the next frame from the server.
func (c *raw) readFrame() (opcode byte, payload string, err error) {
	var head [2]byte
	if _, err := io.ReadFull(c.br, head[:]); err != nil {
		return 0, "", err
	}
	if head[1]&0x80 != 0 {
		return 0, "", errors.New("the server masks")
	}
	length := uint64(head[1])
	extended := map[uint64]int{126: 2, 127: 8}[length]
	var ext [8]byte
	if _, err := io.ReadFull(c.br, ext[8-extended:]); err != nil {
		return 0, "", err
	}
	if extended > 0 {
		length = binary.BigEndian.Uint64(ext[:])
	}
	b := make([]byte, length)
	_, err = io.ReadFull(c.br, b)
	return head[0], string(b), err
}

// wantFrame fails unless the next frame is the one given.
func (c *raw) wantFrame(opcode byte, payload string) {
	c.t.Helper()
	op, got, err := c.readFrame()
	if err != nil || op != opcode || got != payload {
		c.t.Fatalf("got frame %#x %.80q, error %v; want %#x %.80q", op, got, err, opcode, payload)
	}
}

// wantClose reads on to the close frame, fails unless it has the code, and
// returns its reason.
func (c *raw) wantClose(code protocol.CloseCode) string {
	c.t.Helper()
	for {
		op, payload, err := c.readFrame()
		if err != nil {
			c.t.Fatalf("ended with %v, want close %d", err, code)
		}
		if op != closeF {
			continue
		}
		if len(payload) < 2 || binary.BigEndian.Uint16([]byte(payload)) != uint16(code) {
			c.t.Fatalf("got close %q, want %d", payload, code)
		}
		return payload[2:]
	}
}

// wantEnd fails unless the server ends the connection without another frame.
func (c *raw) wantEnd() {
	c.t.Helper()
	if op, payload, err := c.readFrame(); err == nil {
		c.t.Fatalf("got frame %#x %.80q, want the end", op, payload)
	}
}

func closeFrame(code protocol.CloseCode, reason string) string {
	return client(closeF, closePayload(code)+reason)
}

func closePayload(code protocol.CloseCode) string {
	return string(binary.BigEndian.AppendUint16(nil, uint16(code)))
}

func ping(id string) string { return fmt.Sprintf(`{"request":"ping","id":%q}`, id) }
func okTo(id string) string { return string(protocol.Encode(protocol.OK{ID: id})) }
