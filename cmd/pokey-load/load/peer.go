package load

import (
	"context"
	"fmt"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/options"
)

// A peer is another server that passes messages on: Centrifugo, by its JSON protocol. A
// room is a channel, a change a message that is published to it, and every member
// subscribes. The peer keeps no state, knows no rules and stores nothing, so it does less
// than Pokey; what it does is the same number of deliveries.

// RunPeer lets members of a peer do what [Run] lets those of Pokey do, and returns the
// same measurements. url is the peer's WebSocket.
func RunPeer(ctx context.Context, url string, o Options) (Report, error) {
	if err := options.Validate(&o); err != nil {
		return Report{}, err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as in Run
	p := &peerRun{run: run{Options: o}, url: url}
	defer p.takeDown()
	if err := p.setUp(ctx); err != nil {
		return Report{}, fmt.Errorf("set-up: %w", err)
	}
	return p.measure(ctx)
}

type peerRun struct {
	run
	url   string
	peers []*peerRoom
}

func (p *peerRun) setUp(ctx context.Context) (err error) {
	if p.bare, err = p.usage(); err != nil {
		return err
	}
	began := time.Now()
	work := make(chan *peerMember)
	go func() {
		defer close(work)
		for i := range p.Rooms {
			room := newPeerRoom("room"+strconv.Itoa(i), p.Shape, p.Members)
			p.peers = append(p.peers, room)
			for _, m := range room.members {
				work <- m
			}
		}
	}()
	err = p.parallel(func() error {
		var failed error
		for m := range work { // to the end, so that the feeding ends
			if failed == nil && ctx.Err() == nil {
				failed = m.join(ctx, p.url)
			}
		}
		return failed
	})
	if err != nil {
		return err
	}
	for _, room := range p.peers {
		for _, m := range room.members {
			p.reading.Go(func() { p.losses.note(m.read()) })
		}
	}
	p.setUpFor = time.Since(began)
	if err := client.Pause(ctx, p.Rest); err != nil {
		return err
	}
	p.joined, err = p.usage()
	return err
}

// measure is as that of Pokey.
func (p *peerRun) measure(ctx context.Context) (Report, error) {
	ctx, cancel := context.WithCancel(ctx)
	pace := &pacer{rooms: len(p.peers), rate: p.Rate, step: func(i int, at time.Time) bool { return p.peers[i].next(at) }}
	var pacing sync.WaitGroup
	defer func() {
		cancel()
		pacing.Wait()
	}()
	for _, room := range p.peers {
		room.begin()
	}
	if p.Shape == "paced" {
		pacing.Go(func() { pace.run(ctx) })
	}
	if err := client.Pause(ctx, p.WarmUp); err != nil {
		return Report{}, err
	}
	from, err := p.mark(pace)
	if err != nil {
		return Report{}, err
	}
	for _, room := range p.peers {
		room.measure(tally{on: true, since: time.Now()})
	}
	if err := client.Pause(ctx, p.Duration); err != nil {
		return Report{}, err
	}
	var total tally
	stalled := 0
	for _, room := range p.peers {
		t := room.measure(tally{})
		total.merge(t)
		if p.Shape != "idle" && time.Since(later(t.progress, from.at)) > p.stallAfter() {
			stalled++
		}
	}
	to, err := p.mark(pace)
	if err != nil {
		return Report{}, err
	}
	result := p.report(total, from, to)
	result.StalledRooms = stalled
	return result, nil
}

func (p *peerRun) takeDown() {
	p.losses.over.Store(true)
	for _, room := range p.peers {
		for _, m := range room.members {
			if m.conn != nil {
				m.conn.Close()
			}
		}
	}
	p.reading.Wait()
}
