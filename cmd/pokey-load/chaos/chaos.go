package chaos

import (
	"slices"
	"strings"
	"time"

	"example.com/pokey/cmd/pokey-load/options"
)

// FaultNames are the names of all that can go wrong, in the order in which it does.
var FaultNames = []string{
	"kill", "vanish", "planned", "rolling", "upgrade", "freeze3", "freeze10", "freeze30", "partition", "deaf", "mute", "flap",
	"storeless", "isolated", "slow", "etcd-stall", "etcd-leader", "etcd-majority",
}

// EmbeddedFaultNames are those of a cluster that needs no etcd beside it.
var EmbeddedFaultNames = []string{
	"kill", "vanish", "planned", "rolling", "upgrade", "freeze3", "freeze10", "freeze30", "partition", "deaf", "mute", "flap",
	"isolated", "slow", "slow-leader", "leader-stall", "leader-kill", "majority", "disk", "full", "replace", "resize", "recover",
}

// Options are the options of a run.
type Options struct {
	options.Programs
	Embedded bool   // etcd is inside the nodes
	Binary2  string // the version that servers are upgraded to; empty for the same
	Rooms    int
	Members  int           // of each room
	Rate     float64       // requests a second over all rooms
	Faults   []string      // names, in order; none for all
	Rounds   int           // how often all of them
	Seed     uint64        // of the random choice of nodes to hit; 0 for a random seed
	Quiet    time.Duration // without a fault, before each of them
	// Settle is whether to wait in the end, for some minutes, until everybody has
	// expired, and to compare what nodes hold then with what they held at first.
	Settle bool
	// Patience is how long members may take to be back after a fault, and the
	// linearizability check of a room.
	Patience time.Duration
	// Progress is called with each row when it is done; nil for nobody.
	Progress func(Row)
}

// Declare implements [options.Options].
func (o *Options) Declare(s *options.Set) {
	o.Programs.Declare(s)
	s.Bool(&o.Embedded, "embedded", false, "etcd is inside the nodes, and needs no program; the faults are "+strings.Join(EmbeddedFaultNames, ","))
	o.DeclareEtcd(s, !o.Embedded)
	s.String(&o.Binary2, "binary2", "", "the `PROGRAM` that servers are upgraded to (default the same)")
	s.Int(&o.Rooms, "rooms", 200, 1, 5000, "rooms")
	s.Int(&o.Members, "members", 5, 2, 100, "members of each room, spread over all nodes")
	s.Float(&o.Rate, "rate", 300, 0.01, 100_000, "requests a second over all rooms")
	s.Func("faults", "`NAMES` of what shall go wrong, in order, or all (default): "+strings.Join(FaultNames, ","), o.setFaults)
	s.Int(&o.Rounds, "rounds", 1, 1, 1000, "how often all of it")
	s.Uint64(&o.Seed, "seed", 0, "`SEED` of the random choice of nodes to hit; 0 for a random one")
	s.Bool(&o.Settle, "settle", true, "wait in the end until everybody has expired, and look what is left")
	s.Duration(&o.Quiet, "quiet", 3*time.Second, 0, "how long nothing goes wrong before each fault")
	s.Duration(&o.Patience, "patience", time.Minute, time.Millisecond, "how long members may take to be back after a fault, and each room's check")
	known := FaultNames
	if o.Embedded {
		known = EmbeddedFaultNames
	}
	for _, name := range o.Faults {
		s.Require(slices.Contains(known, name), "-faults: there is no %q; there are %s", name, strings.Join(known, ","))
	}
}

func (o *Options) setFaults(names string) error {
	o.Faults = nil
	if names != "all" {
		o.Faults = strings.Split(names, ",")
	}
	return nil
}
