package cluster

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"example.com/pokey/cluster/membership"
)

const (
	// yieldAfter is how long this node is isolated until it yields its ownership.
	yieldAfter = 2 * time.Second

	// Between attempts to report, from the first to the last.
	reportRetryMin = 100 * time.Millisecond
	reportRetryMax = 2 * time.Second
	reportTimeout  = 3 * time.Second
)

// A heartbeat probes all other members again and again, answers their probes, and
// reports which of them are unreachable.
type heartbeat struct {
	conf     *Config
	link     *nodeLink
	view     func() *membership.View
	detector *failureDetector
	contact  etcdContact
	onCutOff func() // called when cutOff has changed

	cutOff      atomic.Bool // see [etcdContact.evaluateCutOff]
	yields      atomic.Bool // this node yields its ownership
	viewChanged chan struct{}
	reportDue   chan struct{}
}

// newHeartbeat also makes the process that answers probes.
func newHeartbeat(c *Config, link *nodeLink, view func() *membership.View, onCutOff func()) *heartbeat {
	h := &heartbeat{
		conf: c, link: link, view: view, onCutOff: onCutOff, detector: newFailureDetector(),
		viewChanged: make(chan struct{}, 1), reportDue: make(chan struct{}, 1),
	}
	h.contact.lastContact = c.Membership.LastContact
	c.System.ProcessRegistry.Add(probeEndpoint{h}, probeName)
	return h
}

// contactLostName stands in an answer for probeName, if the node that answers has
// no contact to etcd. It is a contract between nodes of different releases.
const contactLostName = probeName + "/no-etcd"

// probeEndpoint is the process on each node that probes and their answers are sent
// to. It is not an actor, so neither waits in a mailbox.
type probeEndpoint struct{ *heartbeat }

// SendUserMessage implements [actor.Process].
func (e probeEndpoint) SendUserMessage(_ *actor.PID, message any) {
	_, body, sender := actor.UnwrapEnvelope(message)
	switch m := body.(type) {
	case *actor.Touch:
		if sender != nil && sender.Address != e.conf.System.Address() {
			e.send(sender, nil, &actor.Touched{Who: e.answer(time.Now())})
		}
	case *actor.Touched:
		e.answered(m.GetWho(), time.Now())
	}
}

// SendSystemMessage implements [actor.Process].
func (probeEndpoint) SendSystemMessage(*actor.PID, any) {}

// Stop implements [actor.Process].
func (probeEndpoint) Stop(*actor.PID) {}

// answer returns the PID that this node answers a probe with.
func (h *heartbeat) answer(now time.Time) *actor.PID {
	name := probeName
	if h.contact.lost(now) {
		name = contactLostName
	}
	return actor.NewPID(h.conf.System.Address(), name)
}

// answered notes another node's answer. An answer without contact to etcd counts
// only while this node has none either.
func (h *heartbeat) answered(by *actor.PID, now time.Time) {
	if by.GetId() != contactLostName {
		h.contact.peerHasContact(now)
	} else if !h.contact.lost(now) {
		return
	}
	h.detector.answered(by.GetAddress(), now)
}

// send sends a probe or an answer.
func (h *heartbeat) send(target, sender *actor.PID, message proto.Message) {
	data, err := proto.Marshal(message)
	if err != nil {
		return // it cannot fail for these messages
	}
	if p := h.link.peer(target.Address); p != nil {
		p.push(outgoing{target: target, sender: sender, typeName: string(proto.MessageName(message)), data: data, probe: true})
	}
}

// run probes until life ends.
func (h *heartbeat) run(life context.Context) {
	ticker := time.NewTicker(checkInterval)
	defer ticker.Stop()
	var probed time.Time
	var reported []string
	var isolatedSince time.Time
	for {
		select {
		case <-life.Done():
			return
		case <-h.viewChanged: // perhaps in what other members report
		case <-ticker.C:
		}
		now := time.Now()
		unreachable := h.check(now)
		if !slices.Equal(unreachable, reported) {
			reported = unreachable
			wake(h.reportDue)
		}
		if !h.view().Isolated(h.conf.System.Address()) {
			isolatedSince = now
		}
		h.setCutOff(len(unreachable), now)
		if yields := now.Sub(isolatedSince) >= yieldAfter; h.yields.Swap(yields) != yields {
			wake(h.reportDue)
		}
		for _, address := range h.detector.silent(now) {
			h.link.reconnect(address)
		}
		if now.Sub(probed) >= probeInterval-checkInterval/2 {
			probed = now
			h.probeAll()
		}
	}
}

// check returns the IDs of the unreachable members.
func (h *heartbeat) check(now time.Time) []string {
	lost, recovered := h.detector.check(h.view(), h.conf.System.Address(), now)
	for _, address := range lost {
		h.conf.Log.Warn("a member is unreachable", "address", address)
	}
	for _, address := range recovered {
		h.conf.Log.Info("a member is reachable again", "address", address)
	}
	return h.detector.unreachable()
}

func (h *heartbeat) setCutOff(unreachable int, now time.Time) {
	is := h.contact.evaluateCutOff(len(h.view().Members())-1, unreachable, now)
	if was := h.cutOff.Swap(is); was == is {
		return
	}
	if is {
		h.conf.Log.Warn("this node has no contact to etcd and is cut off from the cluster", "address", h.conf.System.Address())
	} else {
		h.conf.Log.Info("this node is no longer cut off from the cluster", "address", h.conf.System.Address())
	}
	h.onCutOff()
}

func (h *heartbeat) probeAll() {
	self := h.conf.System.Address()
	for _, address := range h.view().Members() {
		if address != self {
			h.send(actor.NewPID(address, probeName), actor.NewPID(self, probeName), &actor.Touch{})
		}
	}
}

// report keeps the membership up to date with what this node finds unreachable,
// until life ends.
func (h *heartbeat) report(life context.Context) {
	var reported []string
	yielded := false
	for {
		select {
		case <-life.Done():
			return
		case <-h.reportDue:
		}
		for delay := reportRetryMin; life.Err() == nil; delay = min(2*delay, reportRetryMax) {
			ids, yields := h.detector.unreachable(), h.yields.Load()
			if slices.Equal(ids, reported) && yields == yielded {
				break
			}
			ctx, cancel := context.WithTimeout(life, reportTimeout)
			err := h.conf.Membership.ReportUnreachable(ctx, ids, yields)
			cancel()
			if err == nil {
				reported, yielded = ids, yields
				break
			}
			h.conf.Log.Warn("cannot report the unreachable members", "err", err)
			sleep(life, delay)
		}
	}
}
