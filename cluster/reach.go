package cluster

import (
	"context"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"
)

// earName is that of each node's [ear].
const earName = "reach"

// ear is the process that other nodes ask whether they reach this one, and that
// their answers come to. It is no actor, so that neither waits for a mailbox.
type ear struct{ *link }

func (e ear) SendUserMessage(_ *actor.PID, message any) {
	_, body, sender := actor.UnwrapEnvelope(message)
	switch m := body.(type) {
	case *actor.Touch:
		if sender != nil && sender.Address != e.system.Address() {
			e.whisper(sender, nil, &actor.Touched{Who: e.node.answer(time.Now())})
		}
	case *actor.Touched:
		e.node.answered(m.GetWho(), time.Now())
	}
}

func (ear) SendSystemMessage(*actor.PID, any) {}
func (ear) Stop(*actor.PID)                   {}

func (n *Node) earPID() *actor.PID { return actor.NewPID(n.Self(), earName) }

// whisper sends what nobody misses if it is lost.
func (l *link) whisper(target, sender *actor.PID, message proto.Message) {
	data, err := proto.Marshal(message)
	if err != nil {
		return // the message is ours: it can be encoded
	}
	if p := l.peer(target.Address); p != nil {
		p.push(outgoing{target: target, sender: sender, typeName: string(proto.MessageName(message)), data: data, idle: true})
	}
}

// refresh ends the connection to a member if it has had time enough to carry an
// answer. Its successor need not wait until the network remembers it.
func (l *link) refresh(address string) {
	if p := l.existing(address); p != nil && time.Since(p.began) > unheard {
		p.cut()
	}
}

// reach asks all members, again and again, whether they can be reached.
func (n *Node) reach() {
	ticker := time.NewTicker(lookInterval)
	defer ticker.Stop()
	var asked time.Time
	var missed []string
	var isolated time.Time // since when
	for {
		select {
		case <-n.life.Done():
			return
		case <-n.poked: // it may have changed what others miss
		case <-ticker.C:
		}
		now := time.Now()
		lost, found := n.hearing.look(n.View(), n.Self(), now)
		for _, address := range lost {
			n.conf.Log.Warn("a member cannot be reached", "address", address)
		}
		for _, address := range found {
			n.conf.Log.Info("a member can be reached again", "address", address)
		}
		if ids := n.hearing.missed(); !slices.Equal(ids, missed) {
			missed = ids
			nudge(n.missing)
		}
		if !n.View().Isolated(n.Self()) {
			isolated = now
		}
		n.feel(len(missed), now)
		if yields := now.Sub(isolated) >= hopeless; n.yields.Swap(yields) != yields {
			nudge(n.missing)
		}
		for _, address := range n.hearing.silent(now) {
			n.link.refresh(address)
		}
		if now.Sub(asked) < askInterval-lookInterval/2 {
			continue
		}
		asked = now
		for _, address := range n.View().Members() {
			if address != n.Self() {
				n.link.whisper(actor.NewPID(address, earName), n.earPID(), &actor.Touch{})
			}
		}
	}
}

// complain keeps the source up to date with who cannot be reached from here.
func (n *Node) complain() {
	var said []string
	yielded := false
	for {
		select {
		case <-n.life.Done():
			return
		case <-n.missing:
		}
		for delay := reportRetryMin; n.life.Err() == nil; delay = min(2*delay, reportRetryMax) {
			ids, yields := n.hearing.missed(), n.yields.Load()
			if slices.Equal(ids, said) && yields == yielded {
				break
			}
			ctx, cancel := context.WithTimeout(n.life, reportTimeout)
			err := n.conf.Membership.ReportUnreachable(ctx, ids, yields)
			cancel()
			if err == nil {
				said, yielded = ids, yields
				break
			}
			n.conf.Log.Warn("cannot tell the others who cannot be reached", "err", err)
			sleep(n.life, delay)
		}
	}
}

// nudge wakes who waits for c, or will.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Between attempts to report, from the first to the last.
const (
	reportRetryMin = 100 * time.Millisecond
	reportRetryMax = 2 * time.Second
	reportTimeout  = 3 * time.Second
)

// sleep waits for d, and returns false if ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
