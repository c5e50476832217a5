package actors

// Placement says which node an identity lives on. It only places: the store is
// the authority over a record, and two nodes that both think that a room is
// theirs cannot both commit.
type Placement interface {
	// View is the membership as this node knows it; never nil.
	View() View
	// Subscribe has changed called, from one goroutine, after each change of the
	// view and each time the link to a member is lost.
	Subscribe(changed func())
}

// View is a membership. It does not change.
type View interface {
	// Version grows with every change and is the same on all nodes.
	Version() uint64
	// Owner is the node where the actor of an identity lives: its address, and
	// its incarnation, which is another one when the node was started again or the
	// link to it was lost. Both are empty while there is no member.
	Owner(kind, id string) (address, incarnation string)
	// Incarnation is that of the node at address, as Owner says it.
	Incarnation(address string) string
	// Members are the addresses of all members.
	Members() []string
}

// alone is the placement of a single node: everything is here, for ever.
type singleNode struct{ address string }

func (a singleNode) View() View                         { return a }
func (a singleNode) Subscribe(func())                   {}
func (a singleNode) Version() uint64                    { return 1 }
func (a singleNode) Owner(_, _ string) (string, string) { return a.address, "" }
func (a singleNode) Incarnation(string) string          { return "" }
func (a singleNode) Members() []string                  { return []string{a.address} }
