package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/cluster/membership"
)

const (
	startTimeout = 10 * time.Second // for what Start and Join ask the membership
	leaveTimeout = 3 * time.Second  // for what Drain and Leave ask the membership
)

// A Node is this process as one of the cluster's nodes. Its methods may be
// called from any goroutine.
type Node struct {
	conf      Config
	view      *currentView
	link      *nodeLink
	heartbeat *heartbeat
	counters  counters

	transition sync.Mutex // held while the node joins or leaves
	joined     bool
	left       bool

	mu          sync.Mutex
	subscribers []func()
	onLost      []func()

	changed chan struct{} // there is something to tell the subscribers
	running sync.WaitGroup
	life    context.Context // ends with Leave
	end     context.CancelFunc
}

// Start claims the address and opens the node link. The node is not a member
// yet, and messages of its actors to other nodes are dead letters. The error is
// [membership.ErrAddressTaken] if another live node has the address.
func Start(c Config) (*Node, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	n := &Node{conf: c, changed: make(chan struct{}, 1)}
	if err := n.claim(); err != nil {
		return nil, err
	}
	n.life, n.end = context.WithCancel(context.Background())
	// Process IDs continue from here: an ID that another node still holds from
	// before a restart must not name another actor.
	atomic.StoreUint64(&c.System.ProcessRegistry.SequenceID, uint64(time.Now().UnixNano()))
	n.view = newCurrentView(n.viewChanged)
	n.link = newNodeLink(&n.conf, &n.counters, n.life, n.View, n.linkLost)
	n.heartbeat = newHeartbeat(&n.conf, n.link, n.View, n.cutOffChanged)
	c.System.ProcessRegistry.RegisterAddressResolver(func(*actor.PID) (actor.Process, bool) { return remoteProcess{n.link}, true })
	if err := n.link.open(); err != nil {
		n.end()
		return nil, err
	}
	if c.TLS == nil {
		c.Log.Warn("the node link is not encrypted: anybody who can read this machine's loopback traffic can read estimates", "address", n.Self())
	}
	n.running.Go(n.notify)
	n.running.Go(func() { n.heartbeat.run(n.life) })
	n.running.Go(func() { n.heartbeat.report(n.life) })
	return n, nil
}

// claim makes sure that no other live node has the address.
func (n *Node) claim() error {
	if n.conf.Advertise == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	if err := n.conf.Membership.Claim(ctx, n.conf.Advertise); err != nil {
		return fmt.Errorf("cluster: claim %s: %w", n.conf.Advertise, err)
	}
	return nil
}

// Self is this node's address.
func (n *Node) Self() string { return n.conf.System.Address() }

// View is the newest view. It is never nil; before Join it has no members.
func (n *Node) View() *membership.View { return n.view.load() }

// Isolated reports whether this node should serve no clients for now. It is
// isolated if too many other members and it cannot reach each other, see
// [membership.View.Isolated]; it then is still a member. A node without contact to
// etcd also counts as isolated if no peer answers, or a peer still has contact: the
// other nodes then go on without it. Subscribe tells of each change.
func (n *Node) Isolated() bool { return n.heartbeat.cutOff.Load() || n.View().Isolated(n.Self()) }

// Linked reports whether this node accepts connections of other nodes. A link that
// stopped listening is opened again by itself.
func (n *Node) Linked() bool {
	return !n.link.server.down.Load() && (n.conf.Port == nil || !n.conf.Port.down.Load())
}

// Subscribe has changed called, from one goroutine, after each change of the view
// or of Isolated, and after each loss of the link to a member. Changes in quick
// succession may share a call. There are no more calls after [Node.Leave] has
// returned.
func (n *Node) Subscribe(changed func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.subscribers = append(n.subscribers, changed)
}

// Join makes this node a member, and returns when the first view that holds it
// has arrived. It may be called again after an error.
func (n *Node) Join(ctx context.Context) error {
	n.transition.Lock()
	defer n.transition.Unlock()
	if n.joined || n.left {
		return errors.New("cluster: joined or left already")
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	defer context.AfterFunc(n.life, cancel)() // Leave does not wait for Join
	self := membership.Member{ID: n.conf.System.ID, Address: n.Self(), Wire: n.conf.Wire, Since: time.Now()}
	if err := n.conf.Membership.Join(ctx, self, n.setSnapshot, n.membershipLost); err != nil {
		return fmt.Errorf("cluster: join as %s: %w", self.Address, err)
	}
	n.joined = true
	n.conf.Log.Info("joined the cluster", "address", self.Address, "members", len(n.View().Members()))
	return nil
}

// Drain keeps this node a member that no longer owns anything.
func (n *Node) Drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, leaveTimeout)
	defer cancel()
	if err := n.conf.Membership.Drain(ctx); err != nil {
		return fmt.Errorf("cluster: drain: %w", err)
	}
	return nil
}

// Leave ends the membership and closes the link within seconds, even if the
// membership cannot be reached: then it returns an error, and the other nodes find
// out by themselves. Only the first call does something. It waits for the functions
// that Subscribe and OnOwnershipLost were given; these must not call it.
func (n *Node) Leave(ctx context.Context) (err error) {
	n.end()
	n.transition.Lock()
	defer n.transition.Unlock()
	if n.left {
		return nil
	}
	n.left = true
	if n.joined {
		ctx, cancel := context.WithTimeout(ctx, leaveTimeout)
		defer cancel()
		if err = n.conf.Membership.Leave(ctx); err != nil {
			err = fmt.Errorf("cluster: leave: %w", err)
		}
	}
	n.running.Wait()
	n.link.close()
	return err
}

func (n *Node) setSnapshot(s membership.Snapshot) {
	n.counters.views.Add(1)
	n.view.set(s)
}

func (n *Node) viewChanged(before, after *membership.View) {
	switch was, is := before.Isolated(n.Self()), after.Isolated(n.Self()); {
	case is && !was:
		n.counters.isolations.Add(1)
		n.conf.Log.Warn("this node is isolated: it and too many other members cannot reach each other", "address", n.Self())
	case was && !is:
		n.conf.Log.Info("this node is no longer isolated", "address", n.Self())
	}
	wake(n.changed)
}

// linkLost is called when the link to a member has broken.
func (n *Node) linkLost(m membership.Member, used bool, cause error) {
	if !n.view.linkLost(m, used) {
		return
	}
	n.counters.linkLosses.Add(1)
	if used {
		n.conf.Log.Warn("the link to a member was lost", "address", m.Address, "err", cause)
	}
	n.conf.Membership.Suspect(m.Address)
}

// notify passes each change on: to the heartbeat, the link and the subscribers.
func (n *Node) notify() {
	for {
		select {
		case <-n.life.Done():
			return
		case <-n.changed:
		}
		wake(n.heartbeat.viewChanged)
		n.link.follow()
		n.mu.Lock()
		subscribers := n.subscribers
		n.mu.Unlock()
		for _, f := range subscribers {
			f()
		}
	}
}
