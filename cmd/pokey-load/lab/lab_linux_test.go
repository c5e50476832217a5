package lab

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

const echoAt = "POKEY_LOAD_ECHO" // where the test binary serves, instead of testing

func TestMain(m *testing.M) {
	if address := os.Getenv(echoAt); address != "" {
		echo(address)
	}
	os.Exit(m.Run())
}

// echo says everything back.
func echo(address string) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		panic(err)
	}
	for {
		conn, err := l.Accept()
		if err != nil {
			panic(err)
		}
		go func() { _, _ = io.Copy(conn, conn) }()
	}
}

// need skips where there can be no lab, or fails where CI says that there must be.
func need(t *testing.T) {
	t.Helper()
	err := Check()
	switch {
	case err == nil:
	case os.Getenv("POKEY_CHAOS") == "require":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
}

func TestLab(t *testing.T) {
	if Inside() {
		inLab(t)
		return
	}
	need(t)
	before, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	status, err := Enter(t.Context(), []string{"-test.run=^TestLab$"}, &out, &out)
	if err != nil || status != 0 {
		t.Errorf("status %d, %v\n%s", status, err, &out)
	}
	after, err := net.Interfaces()
	if err != nil || len(after) != len(before) {
		t.Errorf("there were network cards %v, and there are %v", before, after)
	}
}

// The lab ends when it is told to, and with it what was started there.
func TestLabEnds(t *testing.T) {
	if Inside() {
		network, err := New([]string{"here", "there"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		startEcho(t, network.Host("there"))
		if _, err := os.Stdout.WriteString("started\n"); err != nil {
			t.Fatal(err)
		}
		panic("the worst way to end")
	}
	need(t)
	var out bytes.Buffer
	status, err := Enter(t.Context(), []string{"-test.run=^TestLabEnds$"}, &out, &out)
	// It returns only when all that hold its output have ended.
	if err != nil || status != 2 || !strings.Contains(out.String(), "started") {
		t.Errorf("status %d, %v\n%s", status, err, &out)
	}
	ctx, cancel := context.WithCancel(t.Context())
	begun := time.Now()
	if status, err := Enter(ctx, []string{"-test.run=^TestLabWaits$"}, onWord(cancel), io.Discard); err != nil || status == 0 || time.Since(begun) > leavePatience {
		t.Errorf("status %d, %v after %v", status, err, time.Since(begun))
	}
}

// onWord is called when something is written: before it says so, the program in
// the lab may not be there to be told anything.
type onWord func()

func (f onWord) Write(p []byte) (int, error) {
	f()
	return len(p), nil
}

func TestLabWaits(t *testing.T) {
	if !Inside() {
		t.Skip("for TestLabEnds")
	}
	if _, err := os.Stdout.WriteString("started\n"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(10 * time.Minute)
}

func startEcho(t *testing.T, h *Host) (address string) {
	t.Helper()
	address = netip.AddrPortFrom(h.Addr, 7000).String()
	command := exec.Command("/proc/self/exe")
	command.Env = append(os.Environ(), echoAt+"="+address)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := h.Start(command); err != nil {
		t.Fatal(err)
	}
	go func() { _ = command.Wait() }()
	return address
}

func inLab(t *testing.T) {
	tapped := make(map[string]int) // packets with the word, by direction
	var mu sync.Mutex
	network, err := New([]string{"here", "there", "third"}, func(from, to *Host, packet []byte) {
		mu.Lock()
		defer mu.Unlock()
		if bytes.Contains(packet, []byte("hello")) {
			tapped[from.Name+" "+to.Name]++
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	address := startEcho(t, network.Host("there"))
	if took := quickest(t, address); took > 50*time.Millisecond {
		t.Errorf("an echo without a delay took %v", took)
	}
	mu.Lock()
	if tapped["here there"] < tries || tapped["there here"] < tries || len(tapped) != 2 { // a packet may be sent again
		t.Errorf("tapped %v", tapped)
	}
	mu.Unlock()

	network.Delay("here", "there", 100*time.Millisecond)
	if took := quickest(t, address); took < 100*time.Millisecond || took > 300*time.Millisecond {
		t.Errorf("an echo with a delay one way took %v", took)
	}
	network.Delay("there", "here", 100*time.Millisecond)
	if took := quickest(t, address); took < 200*time.Millisecond || took > 400*time.Millisecond {
		t.Errorf("an echo with a delay both ways took %v", took)
	}
	network.Heal()

	conn := dial(t, address)
	for _, way := range [][2]string{{"here", "there"}, {"there", "here"}} {
		network.Cut(way[0], way[1])
		if took := say(t, conn); took < patience {
			t.Errorf("with %s deaf to %s an echo took %v", way[1], way[0], took)
		}
		network.Heal()
		conn = dial(t, address) // what was lost is sent again at its own pace
	}
	network.Cut("here", "third")
	if took := quickest(t, address); took > 50*time.Millisecond {
		t.Errorf("another cut link made an echo take %v", took)
	}
	if _, err := net.DialTimeout("tcp", "10.79.0.3:7000", patience); err == nil {
		t.Error("nobody listens there")
	}
}

const patience = 500 * time.Millisecond

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			return conn
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// tries is how often [quickest] says something.
const tries = 5

// quickest returns the least time that an echo took: any one may take longer on a
// machine with other work too.
func quickest(t *testing.T, address string) time.Duration {
	t.Helper()
	least := patience
	for range tries {
		conn := dial(t, address) // an echo that came too late is not taken for the next one
		least = min(least, say(t, conn))
		_ = conn.Close()
	}
	return least
}

// say says something and returns how long the echo took, or patience.
func say(t *testing.T, conn net.Conn) time.Duration {
	t.Helper()
	began := time.Now()
	if err := conn.SetReadDeadline(began.Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "hello"); err != nil {
		t.Fatal(err)
	}
	_, err := io.ReadFull(conn, make([]byte, 5))
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return patience
	case err != nil:
		t.Fatal(err)
	}
	return time.Since(began)
}
