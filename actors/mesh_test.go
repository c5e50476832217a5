package actors_test

import (
	"bytes"
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

	"example.com/pokey/actors"
	"example.com/pokey/actors/wire"
	"example.com/pokey/identity"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// mesh is several nodes in one bubble that share a store. Messages between them are
// encoded and decoded; only the network is missing, so that a test can cut it.
type mesh struct {
	t         *testing.T
	store     *flaky
	view      *meshView
	nodes     map[string]*meshNode
	cut       map[[2]string]bool                     // from, to: messages are lost
	envelopes [][]byte                               // all that were sent
	drops     func(to string, l *wire.Envelope) bool // further ones to lose; may be nil
	mu        sync.Mutex
}

// meshNode is one node, and the harness of its clients. It is its own placement.
type meshNode struct {
	*harness
	mesh    *mesh
	address string
	system  *actor.ActorSystem
	view    *meshView // as this node knows it
	losses  map[string]int
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

// Owner is the member with the highest hash.
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

// inMesh runs a story against n nodes, called n1 and so on. It fails if a node leaves any
// actor or unsaved state behind.
func inMesh(t *testing.T, n int, story func(*mesh)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := &mesh{
			t: t, store: &flaky{Store: newSharedStore()}, nodes: map[string]*meshNode{},
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
	h := &harness{t: m.t, keys: keys, store: m.store, log: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(&locked{w: h.log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	node := &meshNode{harness: h, mesh: m, address: address, system: actors.NewActorSystem(log), view: m.view, losses: map[string]int{}}
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

// stop stops a node as the program does, clients first.
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
		m.t.Errorf("left behind on %s: got %+v, want nothing", n.address, s)
	}
}

// changeView makes a view without the nodes that are away, and shows it to nodes, or to
// all if none is named.
func (m *mesh) changeView(away []string, nodes ...string) {
	m.mu.Lock()
	m.view = &meshView{version: m.view.version + 1, members: m.view.members, away: away}
	m.mu.Unlock()
	m.spreadView(nodes...)
	m.settle()
}

// spreadView shows the newest view to nodes, or to all if none is named.
func (m *mesh) spreadView(nodes ...string) {
	for _, n := range m.nodes {
		if len(nodes) == 0 || slices.Contains(nodes, n.address) {
			n.update(m.view)
		}
	}
}

func (n *meshNode) update(view *meshView) {
	n.mesh.mu.Lock()
	n.view = &meshView{view.version, view.members, view.away, maps.Clone(n.losses)}
	n.mesh.mu.Unlock()
	n.changed()
}

// loseLink breaks the link from n to another node, as n sees it.
func (n *meshNode) loseLink(address string) {
	n.mesh.mu.Lock()
	n.losses[address]++
	watches := n.watches
	n.watches = slices.DeleteFunc(slices.Clone(watches), func(w watch) bool { return w.watchee.Address == address })
	n.mesh.mu.Unlock()
	for _, w := range watches {
		if w.watchee.Address == address {
			n.deliver(w.watcher, &actor.Terminated{Who: w.watchee, Why: actor.TerminatedReason_AddressTerminated})
		}
	}
	n.update(n.view)
	n.mesh.settle()
}

// kill ends a node at once. Nothing comes from it any more, and the others notice what
// they notice when a process dies.
func (m *mesh) kill(n *meshNode) {
	m.mu.Lock()
	n.dead = true
	delete(m.nodes, n.address)
	m.mu.Unlock()
	for _, c := range n.opened {
		c.drop()
	}
	for _, other := range m.nodes {
		other.loseLink(n.address)
	}
	if err := n.sys.Stop(m.t.Context()); err != nil {
		m.t.Error(err)
	}
}

// settle waits until nothing moves, also where two nodes had to find out which of them
// owns an identity.
func (m *mesh) settle() {
	synctest.Wait()
	time.Sleep(250 * time.Millisecond)
	synctest.Wait()
}

// homeOf is the node that owns a room.
func (m *mesh) homeOf(room poker.RoomID) *meshNode {
	address, _ := m.view.Owner("room", string(room))
	return m.nodes[address]
}
