package actors

import (
	"cmp"
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/identity"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// Config is what a [System] is given. Keys, Store and Log are required.
type Config struct {
	Keys  *identity.Keys
	Store store.Store
	Log   *slog.Logger
	// Version is what welcome calls the server.
	Version string
	// Limits is what welcome tells a client; the two below are also enforced here.
	Limits protocol.Limits
	// Actors is the actor system to use, from [NewActorSystem]; nil for one of its own.
	Actors *actor.ActorSystem
	// Placement is where users and rooms live; nil for all of them here.
	Placement Placement
	// UserExpiry is how long a user outlives their last connection.
	UserExpiry time.Duration
	// SessionLife is how long a session can live, and so for how long what ends it
	// must be remembered; identity.SessionLife if it is zero.
	SessionLife time.Duration
	// CommitTimeout is how long a commit may take before the service goes on
	// without it and says so. Zero means one second.
	CommitTimeout time.Duration
	// ObserveCommit, if not nil, is told how long each commit took, and whether
	// it failed. It is called from many goroutines.
	ObserveCommit func(took time.Duration, failed bool)
	// ObserveSecurity, if not nil, is told when somebody is put out of a room, or a
	// room is locked or closed. It is called from many goroutines.
	ObserveSecurity func(SecurityEvent)
}

// System is all the actors of one node.
type System struct {
	Config
	voice
	actors    *actor.ActorSystem
	root      *actor.RootContext
	placement Placement
	alone     bool   // there is no other node, ever
	address   string // of this node
	users     *actor.PID
	rooms     *actor.PID
	gateway   *actor.PID
	caretaker *caretaker
	here      sync.Map // the connections of this node by name, for a gateway that is started again
	links     links
	ending    context.CancelFunc // of the sweep
	counts    counts
}

type counts struct {
	connections, users, rooms, members, unsaved atomic.Int64

	crashes, handOvers, fencings, activations, passivations atomic.Int64

	requests counterVec
	refusals counterVec
}

// Stats is what a System is doing, for metrics.
type Stats struct {
	Connections  int64            // connection actors
	Users        int64            // user actors: users who are connected or were a moment ago
	Rooms        int64            // room actors
	Members      int64            // members of those rooms
	Unsaved      int64            // users and rooms that could not be written
	Crashes      int64            // panics contained since the start
	Activations  int64            // users and rooms that were started here
	Passivations int64            // users and rooms that have left memory since they had nothing to do
	HandOvers    int64            // users and rooms that were given to another node
	Fencings     int64            // users and rooms that another node had taken over
	Dropped      int64            // messages that a node which takes nothing was not sent
	Requests     map[string]int64 // by request name
	Refusals     map[string]int64 // by error code
}

// Start starts the registries. Stop ends what Start began.
func Start(c Config) *System {
	if c.CommitTimeout == 0 {
		c.CommitTimeout = time.Second
	}
	c.SessionLife = max(cmp.Or(c.SessionLife, identity.SessionLife), identity.SessionMaxAge)
	s := &System{Config: c, actors: c.Actors, placement: c.Placement}
	if s.actors == nil {
		s.actors = NewActorSystem(c.Log)
	}
	s.root, s.address = s.actors.Root, s.actors.Address()
	if s.placement == nil {
		s.placement, s.alone = alone{s.address}, true
	}
	s.voice = voice{&s.counts, s.send}
	s.links.self, s.links.send = s.address, s.toGateway
	s.caretaker = newCaretaker(s)
	s.users = s.caretaker.keep(usersName, func() actor.Actor { return newUsers(s) })
	s.rooms = s.caretaker.keep(roomsName, func() actor.Actor { return newRooms(s) })
	s.gateway = s.caretaker.keep(gatewayName, func() actor.Actor { return &gatewayActor{sys: s, conns: map[string]*actor.PID{}} })
	s.placement.Subscribe(func() { s.root.Send(s.gateway, moved{}) })
	ctx, cancel := context.WithCancel(context.Background())
	s.ending = cancel
	go s.sweep(ctx)
	return s
}

func (s *System) spawn(name string, produce actor.Producer, more ...actor.PropsOption) *actor.PID {
	pid, err := s.root.SpawnNamed(s.props(produce).Configure(more...), name)
	if err != nil {
		panic(err) // only for a name that is taken, and the names are ours
	}
	return pid
}

// Connect starts the server side of a connection of user, which the caller has
// authenticated by a session that was issued at the given time. Events go to
// client, welcome first.
func (s *System) Connect(user poker.UserID, issued time.Time, client Client) *Session {
	session := &Session{root: s.root}
	session.turns.aside(func() {
		// Nobody else's connection ever has this name, in whatever process.
		session.pid = s.spawn(connectionName+"/"+rand.Text(), func() actor.Actor {
			return &connectionActor{sys: s, user: user, issued: issued, client: client}
		}, actor.WithDispatcher(&session.turns))
	})
	return session
}

// Release has every user and room of this node start anew from the store,
// wherever it belongs. It is for a node that was no member for a while: others
// may have written what it remembers.
func (s *System) Release() {
	s.root.Send(s.users, moved{everything: true})
	s.root.Send(s.rooms, moved{everything: true})
}

// Degraded says whether something that was acknowledged is not on disk: the
// store fails or is slow.
func (s *System) Degraded() bool { return s.counts.unsaved.Load() > 0 }

// Whole says whether everything is there that a node cannot be without. What is
// not comes back by itself.
func (s *System) Whole() bool { return s.caretaker.whole() }

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
		HandOvers:    c.handOvers.Load(),
		Fencings:     c.fencings.Load(),
		Dropped:      s.links.dropped.Load(),
		Requests:     c.requests.snapshot(),
		Refusals:     c.refusals.snapshot(),
	}
}

// Stop stops every actor and waits until they have, at most as long as ctx
// allows. Nothing acknowledged as durable needs writing; what could not be
// written before is tried once more. The store is the caller's to close.
func (s *System) Stop(ctx context.Context) error {
	s.ending()
	s.caretaker.end()
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

// millis is the rules' idea of now.
func millis(t time.Time) poker.Millis { return poker.Millis(t.UnixMilli()) }
