package chaos

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// FaultNames are the names of all that can go wrong, in the order in which it does.
var FaultNames = []string{
	"kill", "vanish", "planned", "rolling", "upgrade", "freeze3", "freeze10", "freeze30", "partition", "deaf", "mute", "flap",
	"storeless", "isolated", "slow", "etcd-stall", "etcd-leader", "etcd-majority",
}

// Options are what a run consists of.
type Options struct {
	Binary  string        // the server's
	Binary2 string        // the version that it is upgraded to; empty for the same
	Etcd    string        // etcd's
	Args    []string      // more flags for the nodes, after those that a run gives
	Dir     string        // for logs, certificates and the histories of faulty rooms; made if need be, and kept
	Rooms   int           // 1 to 5 000
	Members int           // of each room, 2 to 100
	Rate    float64       // requests a second over all rooms
	Faults  []string      // names, in order; none for all
	Rounds  int           // how often all of them, 1 to 1 000
	Seed    uint64        // of who is hit; 0 for a random one
	Quiet   time.Duration // before each fault
	// Settle is whether to wait in the end, for some minutes, until everybody has
	// expired, and to compare what nodes have then with what they had in the beginning.
	Settle bool
	// Patience is for everybody to be back after a fault, and for the oracle of
	// linearizability for each room.
	Patience time.Duration
	// Progress gets each row when it is done; nil for nobody.
	Progress func(Row)
}

// Validate says what is wrong with the options, if anything is.
func (o Options) Validate() error {
	switch {
	case o.Binary == "" || o.Etcd == "":
		return errors.New("give the binaries of the server and of etcd")
	case o.Rooms < 1 || o.Rooms > 5000:
		return errors.New("rooms: 1 to 5000")
	case o.Members < 2 || o.Members > 100:
		return errors.New("members: 2 to 100")
	case o.Rate <= 0 || o.Rate > 100_000:
		return errors.New("rate: more than 0, up to 100000")
	case o.Rounds < 1 || o.Rounds > 1000:
		return errors.New("rounds: 1 to 1000")
	case slices.ContainsFunc(o.Faults, func(name string) bool { return !slices.Contains(FaultNames, name) }):
		return fmt.Errorf("faults: of %v", FaultNames)
	case o.Quiet < 0 || o.Patience <= 0:
		return errors.New("durations must be positive")
	}
	return nil
}
