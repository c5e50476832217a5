package actors

import (
	"sync"
	"sync/atomic"
	"time"

	"example.com/pokey/actors/wire"
)

// links bounds what is on its way to each other node. Proto.Actor queues for a
// node that does not take anything, without end; so every few letters the other
// gateway is asked to say that it has come so far, and what goes beyond the
// bounds is dropped. Everything that is dropped heals: a status by the next one,
// a request by being refused, the rest by what connections do when a link was
// lost.
type links struct {
	self  string // this node's address
	send  func(address string, letter *wire.Letter)
	peers sync.Map // address to *link

	dropped atomic.Int64
}

// link is one life of the way to a node.
type link struct {
	life string // the incarnation of the node as this one sees it

	sent, sentBytes   atomic.Uint64
	heard, heardBytes atomic.Uint64 // has arrived
	asked, askedBytes atomic.Uint64 // sent, when the other side was last asked
	askedAt           atomic.Int64  // when that was, in nanoseconds since 1970
}

// Bounds of what is on its way to one node.
const (
	maxOnTheWay      = 10_000
	maxBytesOnTheWay = 16 << 20
	askEvery         = 128
	askEveryBytes    = 1 << 20
	askAnew          = time.Second // after which a question may have been lost
)

// take counts a letter of about size bytes to the node at address. It reports
// whether the letter may be sent.
func (l *links) take(address string, size int) bool {
	p := l.peer(address)
	if p.sent.Load()-p.heard.Load() >= maxOnTheWay || p.sentBytes.Load()-p.heardBytes.Load() >= maxBytesOnTheWay {
		l.dropped.Add(1)
		if now := time.Now().UnixNano(); now-p.askedAt.Load() >= int64(askAnew) {
			l.ask(address, p, p.sent.Load(), p.sentBytes.Load())
		}
		return false
	}
	sent, bytes := p.sent.Add(1), p.sentBytes.Add(uint64(size))
	if sent-p.asked.Load() >= askEvery || bytes-p.askedBytes.Load() >= askEveryBytes {
		l.ask(address, p, sent, bytes)
	}
	return true
}

// ask asks the other side whether it has come so far.
func (l *links) ask(address string, p *link, sent, bytes uint64) {
	p.asked.Store(sent)
	p.askedBytes.Store(bytes)
	p.askedAt.Store(time.Now().UnixNano())
	l.send(address, &wire.Letter{Body: &wire.Letter_Sounding{
		Sounding: &wire.Sounding{From: l.self, Link: p.life, Sent: sent, Bytes: bytes},
	}})
}

func (l *links) peer(address string) *link {
	p, ok := l.peers.Load(address)
	if !ok {
		p, _ = l.peers.LoadOrStore(address, &link{})
	}
	return p.(*link)
}

// heard takes in how far the other side has come.
func (l *links) heard(m *wire.Sounded) {
	p := l.peer(m.GetFrom())
	if p.life == m.GetLink() && m.GetSent() <= p.sent.Load() {
		p.heard.Store(m.GetSent())
		p.heardBytes.Store(m.GetBytes())
	}
}

// renew begins the link to a node anew whose incarnation has changed, and
// forgets those that are no members any more.
func (l *links) renew(view View) {
	members := map[string]bool{}
	for _, address := range view.Members() {
		members[address] = true
		if life := view.Incarnation(address); l.peer(address).life != life {
			l.peers.Store(address, &link{life: life})
		}
	}
	l.peers.Range(func(address, _ any) bool {
		if !members[address.(string)] {
			l.peers.Delete(address)
		}
		return true
	})
}
