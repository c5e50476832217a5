package actors

import (
	"log/slog"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.opentelemetry.io/otel/trace"

	"example.com/pokey/identity"
	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// Config is the settings of a [System]. Keys, Store and Log are required.
type Config struct {
	Keys  *identity.Keys
	Store store.Store
	Log   *slog.Logger
	// Version is the server's, as welcome states it.
	Version string
	// Limits are stated by welcome. RoomsPerUser and MembersPerRoom are enforced here,
	// the others by the transport.
	Limits protocol.Limits
	// Actors is the actor system to use, from [NewActorSystem]. Nil means a new one.
	Actors *actor.ActorSystem
	// Placement says where users and rooms live. Nil means that all live here.
	Placement Placement
	// UserExpiry is how long a user outlives their last connection.
	UserExpiry time.Duration
	// SessionLife is how long a session can live, and so for how long its end must be
	// remembered. Zero means identity.SessionLife.
	SessionLife time.Duration
	// CommitTimeout is how long a commit may take before the service reports that it
	// goes on without. Zero means one second.
	CommitTimeout time.Duration
	// ObserveCommit, if not nil, is called after each commit, from many goroutines.
	ObserveCommit func(took time.Duration, failed bool)
	// ObserveSecurity, if not nil, is called when a member is removed from a room, or
	// a room is locked or closed, from many goroutines.
	ObserveSecurity func(SecurityEvent)
	// Tracer, if not nil, gets a span for each request, for what it causes in users
	// and rooms, and for the commits and broadcasts that follow, on all nodes.
	Tracer trace.Tracer
}
