package actors_test

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"example.com/pokey/actors"
	"example.com/pokey/actors/wire"
	"example.com/pokey/identity"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// mesh is several nodes in one bubble that share a store. What goes from one to
// another is really turned into bytes and back; only the network is not there,
// so that it can be cut where a test wants it to be.
type mesh struct {
	t       *testing.T
	store   *flaky
	view    *meshView
	nodes   map[string]*meshNode
	cut     map[[2]string]bool                     // from, to: what is sent is lost
	letters [][]byte                               // all that has crossed
	lose    func(to string, l *wire.Envelope) bool // what is lost besides; may be nil
	mu      sync.Mutex
}

// meshNode is one node. It is the house of its own clients.
type meshNode struct {
	*house
	mesh    *mesh
	address string
	system  *actor.ActorSystem
	view    *meshView // as this node knows it
	lost    map[string]int
	watches []watch // of actors on other nodes by some of this one
	dead    bool
	changed func()
}

type watch struct{ watcher, watchee *actor.PID }

// meshView is a membership.
type meshView struct {
	version uint64
	members []string
	away    []string // drained or dead
	losses  map[string]int
}

func (v *meshView) Version() uint64   { return v.version }
func (v *meshView) Members() []string { return v.members }

func (v *meshView) Incarnation(address string) string {
	return fmt.Sprint(address, "/", v.losses[address])
}

// Owner is the member whose turn it is by a hash.
func (v *meshView) Owner(kind, id string) (address, incarnation string) {
	var best uint64
	for _, m := range v.members {
		h := fnv.New64a()
		_, _ = fmt.Fprint(h, m, kind, id)
		if w := h.Sum64(); (address == "" || w > best) && !slices.Contains(v.away, m) {
			address, best = m, w
		}
	}
	return address, v.Incarnation(address)
}

// shared is a store of several processes, which knows a commit that is repeated.
type shared struct {
	store.Store
	mu   sync.Mutex
	done map[string]store.Record // by key: the last commit, with the revision it started from
	rev  map[string]store.Revision

	commits map[string]int // of late, by key
}

func (*shared) Shared() bool  { return true }
func (*shared) Durable() bool { return true }

func (s *shared) Commit(ctx context.Context, r store.Record, parts ...store.Record) (store.Revision, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.done[r.Key]; s.rev[r.Key] != 0 && d.Revision == r.Revision && bytes.Equal(d.Data, r.Data) {
		return s.rev[r.Key], nil
	}
	rev, err := s.Store.Commit(ctx, r, parts...)
	s.commits[r.Key]++
	if err == nil {
		s.done[r.Key], s.rev[r.Key] = r, rev
	}
	return rev, err
}

// inMesh plays a story against n nodes and checks that nothing is left.
func inMesh(t *testing.T, n int, story func(*mesh)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := &mesh{
			t: t, store: &flaky{Store: &shared{Store: store.NewMemory(), done: map[string]store.Record{}, rev: map[string]store.Revision{}, commits: map[string]int{}}}, nodes: map[string]*meshNode{},
			cut: map[[2]string]bool{}, view: &meshView{version: 1},
		}
		for i := range n {
			m.view.members = append(m.view.members, fmt.Sprint("n", i+1))
		}
		for _, address := range m.view.members {
			m.start(address)
		}
		story(m)
		for _, node := range m.nodes {
			m.stop(node)
		}
		time.Sleep(time.Minute)
	})
}

func (m *mesh) start(address string) *meshNode {
	keys, err := identity.New(bytes.Repeat([]byte("0123456789abcdef"), 2))
	if err != nil {
		m.t.Fatal(err)
	}
	h := &house{t: m.t, keys: keys, store: m.store, log: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(&locked{w: h.log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	node := &meshNode{house: h, mesh: m, address: address, system: actors.NewActorSystem(log), view: m.view, lost: map[string]int{}}
	node.system.ProcessRegistry.Address = address
	node.system.ProcessRegistry.RegisterAddressResolver(func(pid *actor.PID) (actor.Process, bool) { return node, true })
	h.config = actors.Config{
		Keys: keys, Log: log, Version: "test", UserExpiry: 2 * time.Hour, Actors: node.system, Placement: node,
		Limits: protocol.Limits{RoomsPerUser: 3, MembersPerRoom: 5},
	}
	m.mu.Lock()
	m.nodes[address] = node
	m.mu.Unlock()
	h.start()
	return node
}

// stop ends a node in an orderly way: clients first.
func (m *mesh) stop(n *meshNode) {
	for _, c := range n.opened {
		c.drop()
	}
	n.opened = nil
	synctest.Wait()
	if err := n.sys.Stop(m.t.Context()); err != nil {
		m.t.Error(err)
	}
	m.mu.Lock()
	delete(m.nodes, n.address)
	m.mu.Unlock()
	if s := n.sys.Stats(); s.Connections != 0 || s.Users != 0 || s.Rooms != 0 || s.Members != 0 || s.Unsaved != 0 {
		m.t.Errorf("left behind on %s: %+v", n.address, s)
	}
}

// see has nodes, all if none is named, see a new view.
func (m *mesh) see(away []string, nodes ...string) {
	m.mu.Lock()
	m.view = &meshView{version: m.view.version + 1, members: m.view.members, away: away}
	m.mu.Unlock()
	m.spread(nodes...)
	m.quiet()
}

// spread has nodes see the newest view, all if none is named.
func (m *mesh) spread(nodes ...string) {
	for _, n := range m.nodes {
		if len(nodes) == 0 || slices.Contains(nodes, n.address) {
			n.update(m.view)
		}
	}
}

func (n *meshNode) update(view *meshView) {
	n.mesh.mu.Lock()
	n.view = &meshView{view.version, view.members, view.away, maps.Clone(n.lost)}
	n.mesh.mu.Unlock()
	n.changed()
}

// lose breaks the link from n to another node, as n sees it.
func (n *meshNode) lose(address string) {
	n.mesh.mu.Lock()
	n.lost[address]++
	watches := n.watches
	n.watches = slices.DeleteFunc(slices.Clone(watches), func(w watch) bool { return w.watchee.Address == address })
	n.mesh.mu.Unlock()
	for _, w := range watches {
		if w.watchee.Address == address {
			n.deliver(w.watcher, &actor.Terminated{Who: w.watchee, Why: actor.TerminatedReason_AddressTerminated})
		}
	}
	n.update(n.view)
	n.mesh.quiet()
}

// kill ends a node at once: nothing comes from it any more, and the others
// notice what they notice when a process dies.
func (m *mesh) kill(n *meshNode) {
	m.mu.Lock()
	n.dead = true
	delete(m.nodes, n.address)
	m.mu.Unlock()
	for _, c := range n.opened {
		c.drop()
	}
	for _, other := range m.nodes {
		other.lose(n.address)
	}
	if err := n.sys.Stop(m.t.Context()); err != nil {
		m.t.Error(err)
	}
}

// deliver hands a system message to an actor of this node.
func (n *meshNode) deliver(pid *actor.PID, message any) (found bool) {
	process, found := n.system.ProcessRegistry.GetLocal(pid.Id)
	process.SendSystemMessage(pid, message)
	return found
}

// quiet waits until nothing moves, also where two nodes had to sort out whose
// something is.
func (m *mesh) quiet() {
	synctest.Wait()
	time.Sleep(250 * time.Millisecond)
	synctest.Wait()
}

// View and Subscribe make a node its own placement.
func (n *meshNode) View() actors.View {
	n.mesh.mu.Lock()
	defer n.mesh.mu.Unlock()
	return n.view
}

func (n *meshNode) Subscribe(changed func()) { n.changed = changed }

// A node is also the process of everybody who is not on it.

func (n *meshNode) other(pid *actor.PID) *meshNode {
	n.mesh.mu.Lock()
	defer n.mesh.mu.Unlock()
	if n.dead || n.mesh.cut[[2]string{n.address, pid.Address}] {
		return nil
	}
	return n.mesh.nodes[pid.Address]
}

// crosses checks that another node would take a message in.
func (n *meshNode) crosses(target *actor.PID, m proto.Message) {
	if name := string(proto.MessageName(m)); !actors.Accepts(target.Id, name) {
		n.mesh.t.Errorf("a %s for %s does not cross", name, target.Id)
	}
}

// SendUserMessage takes a letter to another node.
func (n *meshNode) SendUserMessage(pid *actor.PID, message any) {
	letter := actor.UnwrapEnvelopeMessage(message).(*wire.Envelope)
	data, err := proto.Marshal(letter)
	if err != nil {
		n.mesh.t.Error(err)
	}
	n.crosses(pid, letter)
	to := n.other(pid)
	n.mesh.mu.Lock()
	n.mesh.letters = append(n.mesh.letters, data)
	lost := to == nil || n.mesh.lose != nil && n.mesh.lose(pid.Address, letter)
	n.mesh.mu.Unlock()
	if lost {
		return
	}
	arrived := &wire.Envelope{}
	if err := proto.Unmarshal(data, arrived); err != nil {
		n.mesh.t.Error(err)
	}
	to.system.Root.Send(actor.NewPID(pid.Address, pid.Id), arrived)
}

// SendSystemMessage carries what watching needs.
func (n *meshNode) SendSystemMessage(pid *actor.PID, message any) {
	if w, ok := message.(*actor.Watch); ok {
		n.mesh.mu.Lock()
		n.watches = append(n.watches, watch{w.Watcher, pid})
		n.mesh.mu.Unlock()
		// A new one, as from the wire: this one knows its process without any network.
		message = &actor.Watch{Watcher: actor.NewPID(w.Watcher.Address, w.Watcher.Id)}
	}
	n.crosses(pid, message.(proto.Message))
	to := n.other(pid)
	if to == nil {
		return
	}
	if w, ok := message.(*actor.Watch); !to.deliver(pid, message) && ok {
		n.deliver(w.Watcher, &actor.Terminated{Who: pid, Why: actor.TerminatedReason_NotFound})
	}
}

// Stop is for nobody.
func (n *meshNode) Stop(*actor.PID) {}

// homeOf is the node that a room lives on.
func (m *mesh) homeOf(room poker.RoomID) *meshNode {
	address, _ := m.view.Owner("room", string(room))
	return m.nodes[address]
}
