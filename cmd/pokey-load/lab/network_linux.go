package lab

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Network joins the hosts. Its methods are safe for concurrent use.
type Network struct {
	hosts  []*Host
	byAddr map[netip.Addr]int
	links  [][]*link // from, to
	tap    func(from, to *Host, packet []byte)
}

// prefix is the network's; hosts are numbered from 1.
var prefix = [4]byte{10, 79, 0, 0}

// New makes a network of hosts with the given names, the first of which is the
// one that the program itself is on. Tap, if it is not nil, gets every packet
// that a host receives from another, raw from its IPv4 header on; it is only lent,
// and tap is called by several goroutines. New is called once, in a program that [Enter] started.
func New(names []string, tap func(from, to *Host, packet []byte)) (*Network, error) {
	if !Inside() {
		return nil, errors.New("not in a lab")
	}
	if err := setUpNamespaces(); err != nil {
		return nil, err
	}
	n := &Network{byAddr: make(map[netip.Addr]int), tap: tap}
	for i, name := range names {
		ip := prefix
		ip[3] = byte(i + 1)
		h, err := newHost(name, netip.AddrFrom4(ip), i == 0)
		if err != nil {
			return nil, err
		}
		n.hosts = append(n.hosts, h)
		n.byAddr[h.Addr] = i
	}
	for range n.hosts {
		row := make([]*link, len(n.hosts))
		for i := range row {
			row[i] = &link{to: n.hosts[i]}
		}
		n.links = append(n.links, row)
	}
	for i := range n.hosts {
		go n.route(i)
	}
	return n, nil
}

// Host returns the host of that name; it must exist.
func (n *Network) Host(name string) *Host { return n.hosts[n.index(name)] }

func (n *Network) index(name string) int {
	for i, h := range n.hosts {
		if h.Name == name {
			return i
		}
	}
	panic(fmt.Sprintf("lab: no host %q", name))
}

// Cut makes to deaf to from, one way, until [Network.Heal].
func (n *Network) Cut(from, to string) { n.links[n.index(from)][n.index(to)].cut.Store(true) }

// Delay delays packets from one host to another, one way, until [Network.Heal].
func (n *Network) Delay(from, to string, d time.Duration) {
	n.links[n.index(from)][n.index(to)].delay.Store(int64(d))
}

// Heal ends all cuts and delays.
func (n *Network) Heal() {
	for _, row := range n.links {
		for _, l := range row {
			l.cut.Store(false)
			l.delay.Store(0)
		}
	}
}

// route forwards the packets of a host until the program ends.
func (n *Network) route(from int) {
	sender := n.hosts[from]
	packet := make([]byte, 1<<16)
	for {
		k, err := sender.card.Read(packet)
		if err != nil {
			panic(fmt.Sprintf("lab: the card of %s: %v", sender.Name, err)) // it is never closed
		}
		to, ok := destination(packet[:k])
		if !ok {
			continue
		}
		if i, known := n.byAddr[to]; known && i != from {
			if n.tap != nil && !n.links[from][i].cut.Load() {
				n.tap(sender, n.hosts[i], packet[:k])
			}
			n.links[from][i].send(packet[:k])
		}
	}
}

// destination is where an IPv4 packet wants to go.
func destination(packet []byte) (netip.Addr, bool) {
	if len(packet) < 20 || packet[0]>>4 != 4 {
		return netip.Addr{}, false
	}
	return netip.AddrFrom4([4]byte(packet[16:20])), true
}

// link is one direction between two hosts.
type link struct {
	to    *Host
	cut   atomic.Bool
	delay atomic.Int64 // nanoseconds

	mu      sync.Mutex
	waiting []delayed // in order
}

type delayed struct {
	packet []byte
	due    time.Time
}

// maxWaiting is how many packets a link holds; more are lost.
const maxWaiting = 20_000

func (l *link) send(packet []byte) {
	if l.cut.Load() {
		return
	}
	delay := time.Duration(l.delay.Load())
	l.mu.Lock()
	defer l.mu.Unlock()
	if delay == 0 && len(l.waiting) == 0 {
		l.deliver(packet)
		return
	}
	if len(l.waiting) >= maxWaiting {
		return
	}
	d := delayed{packet: append([]byte(nil), packet...), due: time.Now().Add(delay)}
	l.waiting = append(l.waiting, d)
	if len(l.waiting) == 1 {
		time.AfterFunc(delay, l.flush)
	}
}

// flush delivers the packets that are due and reschedules itself for the rest.
func (l *link) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, n := time.Now(), 0
	for n < len(l.waiting) && !l.waiting[n].due.After(now) {
		l.deliver(l.waiting[n].packet)
		n++
	}
	l.waiting = append([]delayed(nil), l.waiting[n:]...)
	if len(l.waiting) > 0 {
		time.AfterFunc(l.waiting[0].due.Sub(now), l.flush)
	}
}

// deliver hands a packet to the host, whose kernel drops it when it is behind.
func (l *link) deliver(packet []byte) {
	if !l.cut.Load() {
		_, _ = l.to.card.Write(packet)
	}
}
