package history

import "fmt"

// FaultKind is the kind of a fault.
type FaultKind string

// The kinds of faults.
const (
	NotLinearizable FaultKind = "not linearizable" // no order of the requests explains the answers and reads
	Misreported     FaultKind = "misreported"      // a request sent again was refused although it had its effect
	Lost            FaultKind = "lost"             // something acknowledged or seen is gone
	Doubled         FaultKind = "doubled"          // something happened more often than it was asked for
	Invented        FaultKind = "invented"         // an estimate or topic that nobody submitted
	Leaked          FaultKind = "leaked"           // a hidden estimate reached somebody else, or a log
	Unasked         FaultKind = "unasked reveal"   // revealed without the owner's request
	OutOfOrder      FaultKind = "out of order"     // a version that did not grow
	Divergent       FaultKind = "divergent"        // one version with two contents, or one that contradicts itself
)

// Fault is one thing that a correct server would not have done.
type Fault struct {
	Kind   FaultKind `json:"kind"`
	Room   string    `json:"room"`
	User   string    `json:"user,omitempty"`  // the user who lost something, or who received what was not theirs
	Round  int       `json:"round,omitempty"` // where it matters
	Detail string    `json:"detail"`
}

func (f Fault) String() string {
	return fmt.Sprintf("%s: room %s user %s round %d: %s", f.Kind, f.Room, f.User, f.Round, f.Detail)
}

// fault records a fault, but the first only of those that differ in nothing but
// the arguments of their detail, which is what one cause brings about again and
// again. It is called with mu held.
func (h *History) fault(f Fault, format string, args ...any) {
	f.Detail = format
	if h.known[f] {
		return
	}
	h.known[f] = true
	f.Detail = fmt.Sprintf(format, args...)
	h.faults = append(h.faults, f)
}
