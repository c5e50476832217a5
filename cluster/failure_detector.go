package cluster

import (
	"slices"
	"sync"
	"time"

	"example.com/pokey/cluster/membership"
)

// When a peer becomes unreachable, and when it is reachable again. A machine that
// is merely busy must not be taken for a broken link.
const (
	probeInterval = time.Second
	checkInterval = probeInterval / 4

	unreachableAfter = 3 * time.Second                  // without an answer
	suspectedAfter   = unreachableAfter - probeInterval // the same, if there is a second sign that it is unreachable
	joinGrace        = 5 * time.Second                  // that a new member has in addition
	answerGap        = probeInterval + probeInterval/2  // between two answers of a steady series, at most
	reachableAfter   = 2*probeInterval - checkInterval  // from the first to the last answer of a steady series
)

// A failureDetector decides from the answers to probes which peers are unreachable.
// Its caller says what time it is.
type failureDetector struct {
	mu      sync.Mutex
	checked time.Time
	peers   map[string]*peerHealth // by address
}

// peerHealth is what this node knows about another member.
type peerHealth struct {
	id          string
	lastAnswer  time.Time // moved on by as long as this node itself did not run
	steadySince time.Time // the first answer of the series that has no gap up to now
	unreachable bool
}

func newFailureDetector() *failureDetector {
	return &failureDetector{peers: map[string]*peerHealth{}}
}

// answered notes an answer from the member at address.
func (d *failureDetector) answered(address string, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.peers[address]
	if p == nil {
		return
	}
	if p.steadySince.IsZero() || now.Sub(p.lastAnswer) > answerGap {
		p.steadySince = now
	}
	p.lastAnswer = now
}

// check returns the addresses of the members that have become unreachable, and of
// those that are reachable again. It must be called every checkInterval: if a call
// comes late, this node was descheduled, and that time is not counted against its
// peers.
func (d *failureDetector) check(v *membership.View, self string, now time.Time) (lost, recovered []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.track(v, self, now)
	limit := unreachableAfter
	for _, p := range d.peers {
		if !p.unreachable && now.Sub(p.lastAnswer) > unreachableAfter {
			limit = suspectedAfter // peers lost for the same reason must be reported at the same time
		}
	}
	reported := map[string]bool{}
	for _, m := range v.Records() {
		for _, id := range m.Unreachable {
			reported[id] = true
		}
	}
	for address, p := range d.peers {
		silent := now.Sub(p.lastAnswer)
		switch {
		case p.unreachable && silent <= answerGap && p.lastAnswer.Sub(p.steadySince) >= reachableAfter:
			p.unreachable = false
			recovered = append(recovered, address)
		case !p.unreachable && (silent > limit || silent > suspectedAfter && reported[p.id]):
			p.unreachable = true
			lost = append(lost, address)
		}
	}
	return lost, recovered
}

// track follows the view, and moves the last answers of all peers on by as long as
// this node did not run; d.mu is held.
func (d *failureDetector) track(v *membership.View, self string, now time.Time) {
	late := time.Duration(0)
	if !d.checked.IsZero() {
		late = max(0, now.Sub(d.checked)-checkInterval)
	}
	d.checked = now
	for address, p := range d.peers {
		if m, ok := v.Member(address); !ok || m.ID != p.id {
			delete(d.peers, address)
			continue
		}
		if moved := p.lastAnswer.Add(late); moved.Before(now) {
			p.lastAnswer = moved
		} else if p.lastAnswer.Before(now) {
			p.lastAnswer = now
		}
	}
	for _, m := range v.Records() {
		if m.Address != self && d.peers[m.Address] == nil {
			d.peers[m.Address] = &peerHealth{id: m.ID, lastAnswer: now.Add(joinGrace)}
		}
	}
}

// unreachable returns the IDs of the unreachable members, sorted.
func (d *failureDetector) unreachable() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var ids []string
	for _, p := range d.peers {
		if p.unreachable {
			ids = append(ids, p.id)
		}
	}
	slices.Sort(ids)
	return ids
}

// silent returns the addresses of the unreachable members that do not answer at
// all, rather than now and then.
func (d *failureDetector) silent(now time.Time) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var addresses []string
	for address, p := range d.peers {
		if p.unreachable && now.Sub(p.lastAnswer) > unreachableAfter {
			addresses = append(addresses, address)
		}
	}
	return addresses
}
