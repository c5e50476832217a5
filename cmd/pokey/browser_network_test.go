package main

import (
	"net"
	"sync"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"example.com/pokey/store/etcdtest"
)

// gate is a listener whose network can go away and come back.
type gate struct {
	net.Listener

	mu     sync.Mutex
	moved  sync.Cond
	shut   bool // connections are refused
	frozen bool // bytes arrive nowhere
	conns  map[*gated]bool
}

type gated struct {
	net.Conn
	gate *gate
}

func newGate() *gate {
	g := &gate{conns: map[*gated]bool{}}
	g.moved.L = &g.mu
	return g
}

// listen is net.Listen, with the gate in it.
func (g *gate) listen(network, address string) (net.Listener, error) {
	l, err := net.Listen(network, address)
	g.Listener = l
	return g, err
}

func (g *gate) Accept() (net.Conn, error) {
	for {
		conn, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &gated{conn, g}
		g.mu.Lock()
		shut := g.shut
		g.conns[c] = !shut
		g.mu.Unlock()
		if !shut {
			return c, nil
		}
		_ = c.Close()
	}
}

// Cut ends all connections and lets nobody in.
func (g *gate) Cut() {
	g.mu.Lock()
	g.shut, g.frozen = true, false
	open := g.conns
	g.conns = map[*gated]bool{}
	g.moved.Broadcast()
	g.mu.Unlock()
	for c := range open {
		_ = c.Conn.Close()
	}
}

// Freeze is a hole that swallows: nothing ends and nothing arrives.
func (g *gate) Freeze() {
	g.mu.Lock()
	g.frozen = true
	g.mu.Unlock()
}

// Open is the network as it should be.
func (g *gate) Open() {
	g.mu.Lock()
	g.shut, g.frozen = false, false
	g.moved.Broadcast()
	g.mu.Unlock()
}

// pass waits while nothing arrives.
func (g *gate) pass() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.frozen {
		g.moved.Wait()
	}
}

func (c *gated) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.gate.pass()
	return n, err
}

func (c *gated) Write(p []byte) (int, error) {
	c.gate.pass()
	return c.Conn.Write(p)
}

func (c *gated) Close() error {
	c.gate.mu.Lock()
	delete(c.gate.conns, c)
	c.gate.mu.Unlock()
	return c.Conn.Close()
}

const lost = `document.querySelector('.banner.lost')`

// What is done while the network is away is kept, and done once it is back.
func TestBrowserCut(t *testing.T) {
	t.Parallel()
	g := newGate()
	server := listenWith(t, g.listen)
	ada, link := openRoom(t, server, "Ada")
	bob := join(t, link, "Bob")
	ada.until("%s", seat("Bob"))

	g.Cut()
	for _, p := range []*person{ada, bob} {
		p.until("%s", lost)
		p.until(`document.title.includes('No connection')`)
	}
	ada.fill("[data-topic]", "Offline topic")
	bob.fill(".reason textarea", "written under ground")
	bob.card("8")
	bob.picked("8")
	bob.fill(".reason textarea", "written under ground, and changed")
	g.Open()
	for _, p := range []*person{ada, bob} {
		p.until("!%s", lost)
	}
	if got := get[string](ada, `document.querySelector('[data-topic]').value`); got != "Offline topic" {
		t.Errorf("got %q, want the topic that was being typed", got)
	}
	bob.picked("8")
	bob.until(`document.querySelector('.reason textarea').value === 'written under ground, and changed'`)
	bob.keys(kb.Enter)
	ada.press("[data-topic]")
	ada.keys(kb.Enter)
	bob.until(`document.querySelector('.topic h1').textContent === 'Offline topic'`)
	ada.until(`%s.querySelector('.card')`, seat("Bob"))
	ada.button("Reveal")
	ada.sees("written under ground, and changed")
	ada.until(`document.querySelectorAll('.seat').length === 2 && document.querySelector('.figures').textContent.endsWith('1')`)
}

// A connection that says nothing more is noticed when the user is back.
func TestBrowserFreeze(t *testing.T) {
	t.Parallel()
	g := newGate()
	server := listenWith(t, g.listen)
	ada, _ := openRoom(t, server, "Ada")
	ada.card("3")
	ada.until(`%s.querySelector('.card')`, seat("Ada"))

	g.Freeze()
	ada.card("5") // on its way when the hole opens
	get[bool](ada, `dispatchEvent(new Event('online'))`)
	ada.until("%s", lost)
	ada.picked("5")
	g.Open()
	ada.until("!%s", lost)
	ada.button("Reveal")
	ada.until(`%s.querySelector('.value').textContent === '5'`, seat("Ada"))
}

// A new server on the same directory is the same room.
func TestBrowserRestart(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	address := etcdtest.FreeAddress(t)
	server := listen(t, "-data", data, "-listen", address)
	ada, link := openRoom(t, server, "Ada")
	cleo := join(t, link, "Cleo")
	ada.fill("[data-topic]", "Restart")
	ada.keys(kb.Enter)
	cleo.sees("Restart")
	cleo.card("13")
	ada.until(`%s.querySelector('.card')`, seat("Cleo"))

	server.stop(t)
	ada.until("%s", lost)
	listen(t, "-data", data, "-listen", address)
	for _, p := range []*person{ada, cleo} {
		p.until("!%s", lost)
		p.until(`document.querySelectorAll('.seat').length === 2 && !document.querySelector('.seat.away')`)
	}
	cleo.picked("13")
	ada.button("Reveal") // still the owner
	cleo.until(`%s.querySelector('.value').textContent === '13'`, seat("Cleo"))
	if n := get[int](cleo, `document.querySelectorAll('.toast').length`); n != 0 {
		t.Errorf("got %d toasts after a restart, want 0", n)
	}
}
