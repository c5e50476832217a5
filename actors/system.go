package actors

import (
	"cmp"
	"context"
	"crypto/rand"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/identity"
	"example.com/pokey/poker"
)

// System is the actors of one node. Its methods may be called from any goroutine.
type System struct {
	node
	restarter *restarter
	stopSweep context.CancelFunc
}

// Start starts the registries and the gateway. The caller must call Stop.
func Start(c Config) *System {
	if c.CommitTimeout == 0 {
		c.CommitTimeout = time.Second
	}
	c.SessionLife = max(cmp.Or(c.SessionLife, identity.SessionLife), identity.SessionMaxAge)
	s := &System{node: node{Config: c, actors: c.Actors, placement: c.Placement}}
	if s.actors == nil {
		s.actors = NewActorSystem(c.Log)
	}
	s.root, s.address = s.actors.Root, s.actors.Address()
	if s.placement == nil {
		s.placement, s.singleNode = &singleNode{s.address}, true
	}
	if c.Store.Shared() {
		s.turns, s.arrivals = newTurns(), newArrivals()
	}
	s.replies = replier{&s.counts.refusals, s.send}
	s.flow.address, s.flow.send = s.address, s.sendToGateway
	s.restarter = newRestarter(&s.node)
	s.users = s.restarter.run(usersName, func() actor.Actor { return newUsers(&s.node) })
	s.rooms = s.restarter.run(roomsName, func() actor.Actor { return newRooms(&s.node) })
	s.gateway = s.restarter.run(gatewayName, func() actor.Actor { return newGateway(&s.node) })
	s.placement.Subscribe(func() { s.root.Send(s.gateway, viewChanged{}) })
	ctx, cancel := context.WithCancel(context.Background())
	s.stopSweep = cancel
	go s.sweep(ctx)
	return s
}

// Connect starts the server's side of a connection of user, whom the caller has
// authenticated by a session that was issued at the given time. origin stands for the
// client's address. Events go to client, welcome first. In a cluster, Connect may wait for
// some seconds, and send the client away.
func (s *System) Connect(user poker.UserID, issued time.Time, origin uint64, client Client) *Session {
	turn, ok := s.arrivals.wait(connecting)
	if !ok {
		sendAway(client)
		return &Session{}
	}
	// The name is unique among the connections of all nodes, past and future.
	pid := s.spawn(connectionName+"/"+rand.Text(), func() actor.Actor {
		c := newConnection(&s.node, user, issued, origin, client)
		c.arriving = turn
		return c
	}, actor.WithMailbox(newConnectionMailbox))
	return &Session{root: s.root, pid: pid, client: client, arrivals: s.arrivals}
}

// Forget has every user and room of this node stop at once, without waiting for the
// store, and start again from it wherever they belong. It is for a node that has been
// cut off or has returned to the membership: other nodes may have written the records.
func (s *System) Forget() {
	s.root.Send(s.users, viewChanged{forgetAll: true})
	s.root.Send(s.rooms, viewChanged{forgetAll: true})
}

// Degraded reports whether the store fails or is slow, so that something that was
// acknowledged may not be on disk.
func (s *System) Degraded() bool { return s.counts.unsaved.Load() > 0 }

// Running reports whether the registries and the gateway are running. One that stops
// is restarted within 5 s.
func (s *System) Running() bool { return s.restarter.allRunning() }

// Stats returns a copy of the counts.
func (s *System) Stats() Stats {
	c := &s.counts
	return Stats{
		Connections:  c.connections.Load(),
		Users:        c.users.Load(),
		Rooms:        c.rooms.Load(),
		Members:      c.members.Load(),
		Unsaved:      c.unsaved.Load(),
		Crashes:      c.crashes.Load(),
		Activations:  c.activations.Load(),
		Passivations: c.passivations.Load(),
		Handoffs:     c.handoffs.Load(),
		Fencings:     c.fencings.Load(),
		Dropped:      s.flow.dropped.Load(),
		Requests:     c.requests.snapshot(),
		Refusals:     c.refusals.snapshot(),
	}
}

// Stop stops every actor and waits until they have stopped, or returns ctx's error.
// Connections must have been closed. A state that could not be saved is written once
// more; everything acknowledged as durable is on disk already. Stop does not close the
// store.
func (s *System) Stop(ctx context.Context) error {
	s.stopSweep()
	s.restarter.stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.root.StopFuture(s.users).Wait()
		_ = s.root.StopFuture(s.rooms).Wait()
		_ = s.root.StopFuture(s.gateway).Wait()
		s.actors.Shutdown()
		s.workers.stop()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
