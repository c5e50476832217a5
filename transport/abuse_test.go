package transport

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/protocol"
)

// Memory is taken for what has arrived, not for what was announced.
func TestAnnouncedBytesCostNothing(t *testing.T) {
	const connections, each = 200, 64 << 10
	s := overTCP(t, nil)
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	before := heap()
	for range connections {
		c, _ := s.connect()
		c.send(client(text, strings.Repeat(" ", protocol.MaxMessage))[:20]) // all but twelve bytes of it never come
	}
	if after := heap(); after > before+connections*each {
		t.Errorf("%d connections took %d KiB each, want at most %d", connections, (after-before)/connections>>10, each>>10)
	}
}

// A byte a second does not keep a message going.
func TestDrippingBuysNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		c, _ := s.connect()
		begun := time.Now()
		go func() {
			for _, b := range []byte(client(text, strings.Repeat(" ", 100))) {
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}()
		c.wantClose(protocol.CloseProtocol)
		if took := time.Since(begun); took != messageTimeout {
			t.Errorf("closed after %v, want %v", took, messageTimeout)
		}
		_ = c.Close()
		time.Sleep(2 * time.Second) // for the writer to notice
	})
}

// Compression is offered and not taken up; who compresses all the same
// breaks the protocol.
func TestCompressionIsNotNegotiated(t *testing.T) {
	s := overTCP(t, nil)
	for _, offer := range []string{"permessage-deflate", "permessage-deflate; client_max_window_bits, x-webkit-deflate-frame"} {
		c := s.dialRaw()
		resp := c.ask(s.handshake("Sec-WebSocket-Extensions: " + offer))
		if resp.StatusCode != http.StatusSwitchingProtocols || resp.Header.Get("Sec-WebSocket-Extensions") != "" {
			t.Fatalf("got %s with headers %v, want 101 without extensions", resp.Status, resp.Header)
		}
		bomb := "\xec\xc1\x01\x0d\x00\x00\x00\xc2\xa0\xf7\x4f\x6d\x0e\x37\xa0\x00" // the head of a long run of one letter
		c.send(client(text|0x40, bomb))
		c.wantClose(protocol.CloseProtocol)
	}
}

// What is no handshake, or hardly HTTP, is answered or hung up on, and
// nothing of it is an error of ours.
func TestOddRequestsAreNoErrorOfOurs(t *testing.T) {
	s := overTCP(t, nil)
	rows := map[string]struct {
		send   string
		status int // zero: the connection just ends
	}{
		"http/2 by prior knowledge": {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 421},
		"http/2 upgrade":            {s.handshake("Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"), 426},
		"extended connect":          {s.handshake("CONNECT /connect HTTP/1.1"), 405},
		"http/1.0":                  {s.handshake("GET /connect HTTP/1.0"), 426},
		"http/3.0":                  {s.handshake("GET /connect HTTP/3.0"), 505},
		"no version":                {"GET /connect\r\n\r\n", 400},
		"two hosts":                 {s.handshake("+Host: evil"), 400},
		"no host":                   {s.handshake("Host:"), 400},
		"20 KiB in one header":      {s.handshake("X-Long: " + strings.Repeat("x", 20<<10)), 431},
		"3000 cookies":              {s.handshake("Cookie: " + strings.Repeat("ab=cd; ", 3000) + "x=y"), 431},
		"length and chunks":         {s.handshake("Content-Length: 5", "Transfer-Encoding: chunked") + "0\r\n\r\n", 400},
		"two lengths":               {s.handshake("Content-Length: 5", "+Content-Length: 6"), 400},
		"unknown encoding":          {s.handshake("Transfer-Encoding: gzip"), 501},
		"space before the colon":    {s.handshake("X-Y : z"), 400},
		"zero byte in a header":     {s.handshake("X-Y: \x00"), 400},
		"body":                      {s.handshake("Content-Length: 3") + "abc", 400},
		"TLS":                       {"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + strings.Repeat("\x00", 100) + "\r\n\r\n", 400},
	}
	for name, row := range rows {
		c := s.dialRaw()
		_ = c.SetDeadline(time.Now().Add(time.Minute))
		c.send(row.send)
		resp, err := http.ReadResponse(c.br, nil)
		if err != nil {
			t.Errorf("%s: got %v, want an answer", name, err)
			continue
		}
		if resp.StatusCode != row.status || resp.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %s, want %d", name, resp.Status, row.status)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		if row.status == http.StatusUpgradeRequired || row.status == http.StatusMisdirectedRequest {
			continue // that connection may be used for a better request
		}
		if _, err := c.br.ReadByte(); !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: got %v, want the end of the connection", name, err)
		}
	}
	if got := s.Stats(); got.Panics != 0 || got.Handshakes[http.StatusInternalServerError] != 0 || got.Handshakes[http.StatusSwitchingProtocols] != 0 {
		t.Errorf("got %+v, want no panic, internal error or upgrade", got)
	}
}

// Sockets that say nothing, or a byte a second, are hung up on after
// five seconds, and hold up nobody meanwhile.
func TestSlowHandshakesAreCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		begun := time.Now()
		var ended sync.WaitGroup
		for i := range 500 {
			c := s.dialRaw()
			handshake := s.handshake()
			if i%2 == 0 {
				go func() {
					for j := range len(handshake) {
						if _, err := c.Write([]byte(handshake[j : j+1])); err != nil {
							return
						}
						time.Sleep(time.Second)
					}
				}()
			}
			ended.Go(func() {
				_, _ = io.Copy(io.Discard, bufio.NewReader(c))
				if took := time.Since(begun); took > 6*time.Second {
					t.Errorf("a socket was held for %v, want at most 6 s", took)
				}
				_ = c.Close()
			})
		}
		time.Sleep(4 * time.Second)
		before := time.Now()
		s.connect()
		if took := time.Since(before); took != 0 {
			t.Errorf("a good handshake waited %v, want 0", took)
		}
		ended.Wait()
		time.Sleep(time.Second) // for the writers to notice
	})
}

// A thousand clients that do not answer a close are gone as soon as one
// would be.
func TestManyClosesWithoutAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, nil)
		var sessions []*echo
		for range 1000 {
			_, e := s.connect()
			sessions = append(sessions, e)
		}
		for _, e := range sessions {
			e.Conn.Close(protocol.CloseMoved, "moved")
		}
		time.Sleep(closeTimeout)
		synctest.Wait()
		if got := s.Stats(); got.Connections != 0 || got.Closes[protocol.CloseMoved] != 1000 {
			t.Errorf("got %+v, want no connection and 1000 closed as moved", got)
		}
	})
}
