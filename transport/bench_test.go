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

// BenchmarkFanOut writes each version of a room to connections that are all
// idle, from one goroutine: a room of ten, and one of six hundred. The encoding,
// once for all, is included. A bare write of as many bytes is there to compare
// with.
//
//	go test -run xxx -bench FanOut ./transport
func BenchmarkFanOut(b *testing.B) {
	const connections = 100
	for _, members := range []int{10, 600} {
		room := snapshot("room", 0)
		for i := len(room.Members); i < members; i++ {
			room.Members = append(room.Members, poker.MemberView{ID: poker.UserID(fmt.Sprint("member", i)), Name: "Ada Lovelace", Role: poker.Estimator})
		}
		next := func() *protocol.Status {
			version := *room
			room = &version
			room.Version++
			return protocol.NewStatus(nil, room)
		}
		frame := appendFrame(nil, opText, next().Full())
		var status *protocol.Status
		writers := map[string]func(*echo){
			"conn": func(e *echo) { e.SendStatus(status) },
			"bare": func(e *echo) { _, _ = e.raw.Write(frame) },
		}
		for name, write := range writers {
			b.Run(fmt.Sprintf("%s/%dB", name, len(frame)), func(b *testing.B) {
				s := overTCP(b, func(c *Config) { c.Log = slog.New(slog.DiscardHandler) })
				var echoes []*echo
				for range connections {
					c, e := s.connect()
					echoes = append(echoes, e)
					go func() { _, _ = io.Copy(io.Discard, c) }()
				}
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if i%connections == 0 {
						status = next()
					}
					write(echoes[i%connections])
				}
			})
		}
	}
}
