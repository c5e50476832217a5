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

// System is all the actors of one node.
type System struct {
	node
	restarter *restarter
	stopSweep context.CancelFunc // of the sweep
}

// Start starts the registries. Stop ends what Start began.
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
		s.placement, s.singleNode = singleNode{s.address}, true
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

// Connect starts the server side of a connection of user, which the caller has
// authenticated by a session that was issued at the given time. Events go to
// client, welcome first.
func (s *System) Connect(user poker.UserID, issued time.Time, client Client) *Session {
	session := &Session{root: s.root}
	session.dispatcher.dispatchAsync(func() {
		// Nobody else's connection ever has this name, in whatever process.
		session.pid = s.spawn(connectionName+"/"+rand.Text(), func() actor.Actor {
			return newConnection(&s.node, user, issued, client)
		}, actor.WithDispatcher(&session.dispatcher))
	})
	return session
}

// Release has every user and room of this node start anew from the store,
// wherever it belongs. It is for a node that was no member for a while: others
// may have written what it remembers.
func (s *System) Release() {
	s.root.Send(s.users, viewChanged{reloadAll: true})
	s.root.Send(s.rooms, viewChanged{reloadAll: true})
}

// Degraded says whether something that was acknowledged is not on disk: the
// store fails or is slow.
func (s *System) Degraded() bool { return s.counts.unsaved.Load() > 0 }

// Complete says whether everything is there that a node cannot be without. What is
// not comes back by itself.
func (s *System) Complete() bool { return s.restarter.allRunning() }

// Stats is a copy of the counts.
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

// Stop stops every actor and waits until they have, at most as long as ctx
// allows. Nothing acknowledged as durable needs writing; what could not be
// written before is tried once more. The store is the caller's to close.
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
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sweep finds users and rooms of this node whose time ran out while no actor
// stood for them, and wakes them so that they end as they should. So the death
// of a node loses no timer.
func (s *System) sweep(ctx context.Context) {
	timer := time.NewTimer(sweepInterval)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			if s.wakeExpired(ctx) >= sweepBatch {
				timer.Reset(sweepSoon) // many have come at once, and all of them may expire at once
			} else {
				timer.Reset(sweepInterval)
			}
		}
	}
}

// wakeExpired returns how many there were, at most sweepBatch.
func (s *System) wakeExpired(ctx context.Context) int {
	ctx, cancel := context.WithTimeout(ctx, sweepInterval/2)
	defer cancel()
	keys, err := s.Store.Expired(ctx, time.Now(), sweepBatch)
	if err != nil && ctx.Err() == nil {
		s.Log.Warn("cannot look for what has expired", "err", err)
	}
	for _, key := range keys {
		kind, id := splitKey(key)
		switch {
		case kind == userKind && s.owns(userKind, id):
			s.tellUser(poker.UserID(id), wake{})
		case kind == roomKind && s.owns(roomKind, id):
			s.tellRoom(poker.RoomID(id), wake{})
		}
	}
	return len(keys)
}

// With at most 60 s between an expiry and the last trace of it gone, the sweep
// has a third of that and leaves the rest to the store.
const (
	sweepInterval = 20 * time.Second
	sweepSoon     = time.Second // if there may be more
	sweepBatch    = 1000
)
