package cluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/pokey/cluster/membership"
)

// A Node is this process as one of the cluster's nodes. Its methods may be
// called from any goroutine.
type Node struct {
	conf    Config
	link    *link
	library *library
	view    atomic.Pointer[membership.View]

	membership sync.Mutex // held while it begins or ends
	joined     bool
	left       bool

	mu          sync.Mutex
	snapshot    membership.Snapshot // what view is made of
	losses      map[string]int      // of the link to each member, by its ID
	subscribers []func()
	onLost      []func()

	changed chan struct{}
	hearing hearing
	witness witness
	poked   chan struct{} // the members have changed, or what they miss
	missing chan struct{} // who cannot be reached has changed, or yields
	yields  atomic.Bool   // this node has been isolated for a while
	cutOff  atomic.Bool   // the others do without this node, and it cannot see it
	running sync.WaitGroup
	life    context.Context // ends with Leave
	end     context.CancelFunc

	counts counts
}

// Stats are figures for metrics and for people. Counters only grow.
type Stats struct {
	Address       string
	View          *membership.View // the newest
	ViewChanges   uint64           // new views, version-only ones included
	LinkLosses    uint64           // links to members that broke, or could not be made
	Lost          uint64           // times this node's own membership was lost
	Unreachable   int              // members that this node cannot reach now
	Isolations    uint64           // times this node was isolated
	RejectedPeers uint64           // handshakes refused: no or another CA's certificate, expired, plaintext, no member, another secret, too many at once
	RefusedCalls  uint64           // calls other than the link's one
	BadStreams    uint64           // streams ended because of what was sent on them
	Certificate   time.Time        // when this node's certificate expires; zero without TLS
}

type counts struct {
	views, losses, lost, isolations, rejected, refused, bad atomic.Uint64
}

// startTimeout bounds what Start and Join ask their source.
const startTimeout = 10 * time.Second

// Start claims the address and opens the node link. The node is not a member
// yet, and what its system's actors send to other nodes goes nowhere. The error
// is [ErrAddressTaken] if another live node has the address.
func Start(c Config) (*Node, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	n := &Node{conf: c, losses: map[string]int{}, changed: make(chan struct{}, 1), poked: make(chan struct{}, 1), missing: make(chan struct{}, 1)}
	n.hearing.contacts = map[string]*contact{}
	n.life, n.end = context.WithCancel(context.Background())
	n.view.Store(membership.NewView(membership.Snapshot{}, nil))
	if c.Advertise != "" {
		ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
		defer cancel()
		if err := c.Membership.Claim(ctx, c.Advertise); err != nil {
			return nil, fmt.Errorf("cluster: claim %s: %w", c.Advertise, err)
		}
	}
	// Names of processes count up from here: a name that another node still
	// holds from before a restart must not mean somebody else's actor.
	atomic.StoreUint64(&c.System.ProcessRegistry.SequenceID, uint64(time.Now().UnixNano()))
	var err error
	if n.link, err = openLink(n); err != nil {
		n.end()
		return nil, err
	}
	n.library = startLibrary(n)
	if c.TLS == nil {
		c.Log.Warn("the node link is not encrypted: who can read what this machine sends to itself can read estimates", "address", n.Self())
	}
	n.running.Go(n.notify)
	n.running.Go(n.reach)
	n.running.Go(n.complain)
	return n, nil
}

// Self is this node's address.
func (n *Node) Self() string { return n.conf.System.Address() }

// View is the newest view. It is never nil; before Join it has no members.
func (n *Node) View() *membership.View { return n.view.Load() }

// Isolated reports whether this node is isolated, see [View.Isolated]: it is still
// a member, but its connections are better off elsewhere until this is over.
// So is a node that does not hear the source, if it hears none of the others
// either, or one that does: by then they do without it. Subscribe tells of each
// change.
func (n *Node) Isolated() bool { return n.cutOff.Load() || n.View().Isolated(n.Self()) }

// Linked reports whether other nodes can connect to this one, as far as it is up
// to this one. A link that was lost is opened again by itself.
func (n *Node) Linked() bool { return !n.link.down.Load() }

// Subscribe has changed called, from one goroutine, after each change of the
// view and after each loss of the link to a member. Changes in quick succession
// may share a call. After [Node.Leave] has returned there are no more calls.
func (n *Node) Subscribe(changed func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.subscribers = append(n.subscribers, changed)
}

// Lost has f called when this node finds that the others have given it up: what
// it owned may live elsewhere by now, so f must stop this node's activations.
// When f has returned, the node becomes a member again by itself, as a new
// incarnation.
func (n *Node) Lost(f func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.onLost = append(n.onLost, f)
}

// Join makes this node a member and returns when the first view that holds it
// is there. It may be tried again after an error.
func (n *Node) Join(ctx context.Context) error {
	n.membership.Lock()
	defer n.membership.Unlock()
	if n.joined || n.left {
		return errors.New("cluster: joined or left already")
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	defer context.AfterFunc(n.life, cancel)() // who leaves does not wait for this
	self := membership.Member{ID: n.conf.System.ID, Address: n.Self(), Wire: n.conf.Wire, Since: time.Now()}
	if err := n.conf.Membership.Start(ctx, self, n.see, n.lost); err != nil {
		return fmt.Errorf("cluster: join as %s: %w", self.Address, err)
	}
	n.joined = true
	n.conf.Log.Info("joined the cluster", "address", self.Address, "members", len(n.View().Members()))
	return nil
}

// Drain has this node stay a member that owns nothing from now on.
func (n *Node) Drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, leaveTimeout)
	defer cancel()
	if err := n.conf.Membership.Drain(ctx); err != nil {
		return fmt.Errorf("cluster: drain: %w", err)
	}
	return nil
}

// leaveTimeout bounds what Drain and Leave ask their source.
const leaveTimeout = 3 * time.Second

// Leave ends the membership and closes the link, within seconds and even if the
// source cannot be reached: the others then find out by themselves, and the
// error says so. Only the first call does something. It waits for what Subscribe
// and Lost were given, which must not call it.
func (n *Node) Leave(ctx context.Context) (err error) {
	n.end()
	n.membership.Lock()
	defer n.membership.Unlock()
	if n.left {
		return nil
	}
	n.left = true
	if n.joined {
		ctx, cancel := context.WithTimeout(ctx, leaveTimeout)
		defer cancel()
		if err = n.conf.Membership.Stop(ctx); err != nil {
			err = fmt.Errorf("cluster: leave: %w", err)
		}
	}
	n.running.Wait()
	n.link.close()
	return err
}

// Stats returns the figures of this moment.
func (n *Node) Stats() Stats {
	s := Stats{
		Address: n.Self(), View: n.View(),
		ViewChanges: n.counts.views.Load(), LinkLosses: n.counts.losses.Load(), Lost: n.counts.lost.Load(),
		Unreachable: len(n.hearing.missed()), Isolations: n.counts.isolations.Load(),
		RejectedPeers: n.counts.rejected.Load(), RefusedCalls: n.counts.refused.Load(), BadStreams: n.counts.bad.Load(),
	}
	if n.conf.TLS != nil {
		s.Certificate = n.conf.TLS.Expires()
	}
	return s
}

// see is the source's news.
func (n *Node) see(s membership.Snapshot) {
	n.mu.Lock()
	n.snapshot = s
	n.counts.views.Add(1)
	n.renew()
	n.mu.Unlock()
}

// renew makes the view anew; n.mu is held.
func (n *Node) renew() {
	v := membership.NewView(n.snapshot, n.losses)
	maps.DeleteFunc(n.losses, func(id string, _ int) bool {
		return !slices.ContainsFunc(v.Records(), func(m membership.Member) bool { return m.ID == id })
	})
	switch was, is := n.View().Isolated(n.Self()), v.Isolated(n.Self()); {
	case is && !was:
		n.counts.isolations.Add(1)
		n.conf.Log.Warn("this node is isolated: too many others and it cannot reach each other", "address", n.Self())
	case was && !is:
		n.conf.Log.Info("this node is isolated no more", "address", n.Self())
	}
	n.view.Store(v)
	nudge(n.changed)
}

// lost is the source's word that this node is no member any more.
func (n *Node) lost() {
	n.counts.lost.Add(1)
	n.conf.Log.Warn("membership was lost", "address", n.Self())
	n.mu.Lock()
	callbacks := n.onLost
	n.mu.Unlock()
	for _, f := range callbacks {
		f()
	}
}

// linkLost has the source look after a member. If the link was used it gives it
// another incarnation, for what was under way may be lost.
func (n *Node) linkLost(m membership.Member, used bool, cause error) {
	n.mu.Lock()
	current, ok := n.view.Load().Member(m.Address)
	if !ok || current.ID != m.ID {
		n.mu.Unlock()
		return
	}
	n.counts.losses.Add(1)
	if used {
		n.losses[m.ID]++
		n.conf.Log.Warn("the link to a member was lost", "address", m.Address, "err", cause)
	}
	n.renew() // there is somebody to connect to again
	n.mu.Unlock()
	n.conf.Membership.Suspect(m.Address)
}

// notify tells Proto.Actor's member list and then the subscribers.
func (n *Node) notify() {
	for {
		select {
		case <-n.life.Done():
			return
		case <-n.changed:
		}
		nudge(n.poked)
		n.link.keep()
		n.library.update(n.View())
		n.mu.Lock()
		subscribers := n.subscribers
		n.mu.Unlock()
		for _, f := range subscribers {
			f()
		}
	}
}
