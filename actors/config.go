package actors

import (
	"log/slog"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/identity"
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
