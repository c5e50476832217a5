package transport

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// BenchmarkIdleConnection opens connections to a server in another process, so
// that only its side is measured, and reports its memory for each.
//
//	go test -run xxx -bench IdleConnection -benchtime 1x ./transport
func BenchmarkIdleConnection(b *testing.B) {
	const connections = 5000
	server := exec.CommandContext(b.Context(), os.Args[0], "-test.run", "^TestIdleServer$", "-test.v")
	server.Env = append(os.Environ(), "POKEY_TEST_IDLE_SERVER=1")
	in, err := server.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := server.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	ask := func(what string) string {
		_, _ = fmt.Fprintln(in, what)
		for lines.Scan() {
			if answer, ok := strings.CutPrefix(lines.Text(), "> "); ok {
				return answer
			}
		}
		b.Fatal("the server has ended")
		return ""
	}
	s := newService(b, nil) // for its handshakes
	address := ask("address")
	s.dial = func() (net.Conn, error) { return new(net.Dialer).DialContext(b.Context(), "tcp", address) }
	memory := func() int { n, _ := strconv.Atoi(ask("memory")); return n }
	open := func(n int) (conns []*raw) {
		for range n {
			c := s.dialRaw()
			c.ask(s.handshake())
			c.wantFrame(text, "welcome")
			conns = append(conns, c)
		}
		return conns
	}
	for b.Loop() {
		for _, c := range open(500) { // what a process needs once
			_ = c.Close()
		}
		time.Sleep(time.Second)
		before := memory()
		open(connections)
		b.ReportMetric(float64(memory()-before)/connections, "kB/connection")
	}
	_ = in.Close()
	_ = server.Wait() // killed or not, it has served
}

// TestIdleServer is the other process of BenchmarkIdleConnection.
func TestIdleServer(t *testing.T) {
	if os.Getenv("POKEY_TEST_IDLE_SERVER") == "" {
		t.Skip("only for the benchmark")
	}
	s := overTCP(t, func(c *Config) {
		c.Log = slog.New(slog.DiscardHandler)
		c.MessageRate, c.MessageBurst = 10, 30
		c.Connect = func(_ poker.UserID, conn *Conn) Session {
			conn.Send([]byte("welcome"))
			return idle{}
		}
	})
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		switch lines.Text() {
		case "address":
			fmt.Println("\n> " + s.address())
		case "memory":
			debug.FreeOSMemory()
			status, err := os.ReadFile("/proc/self/status")
			if err != nil {
				t.Fatal(err)
			}
			_, rss, _ := strings.Cut(string(status), "VmRSS:")
			fmt.Println("\n> " + strings.Fields(rss)[0])
		}
	}
}

// idle is a session of no weight.
type idle struct{}

func (idle) Handle(protocol.Incoming) {}
func (idle) Close()                   {}

// BenchmarkFanOut writes one status to connections that are all idle, from one
// goroutine. A bare write of the same bytes is there to compare with.
//
//	go test -run xxx -bench FanOut ./transport
func BenchmarkFanOut(b *testing.B) {
	const connections = 100
	message := full("room", 1).Full()
	writers := map[string]func(*echo) func(){
		"conn": func(e *echo) func() {
			status := full("room", 1)
			status.Full()
			return func() { e.SendStatus(status) }
		},
		"bare": func(e *echo) func() {
			frame := appendFrame(nil, opText, message)
			return func() { _, _ = e.raw.Write(frame) }
		},
	}
	for _, name := range []string{"conn", "bare"} {
		b.Run(name, func(b *testing.B) {
			s := overTCP(b, func(c *Config) { c.Log = slog.New(slog.DiscardHandler) })
			var write []func()
			for range connections {
				c, e := s.connect()
				write = append(write, writers[name](e))
				go func() { _, _ = io.Copy(io.Discard, c) }()
			}
			b.SetBytes(int64(len(message)))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				write[i%connections]()
			}
		})
	}
}
