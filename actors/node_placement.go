package actors

// Placement says which node an identity lives on. It only places: the store decides
// who may write a record, so two nodes that both believe to own a room cannot both
// commit.
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
	// Owner is the node on which the actor of an identity lives: its address and
	// its incarnation, which changes when the node is restarted or the link to it
	// is lost. Both are empty while there is no member.
	Owner(kind, id string) (address, incarnation string)
	// Incarnation is that of the node at address, as Owner returns it.
	Incarnation(address string) string
	// Members are the addresses of all members.
	Members() []string
}

// singleNode is the placement of a node without others: everything is here, forever.
type singleNode struct{ address string }

func (s *singleNode) View() View                         { return s }
func (s *singleNode) Subscribe(func())                   {}
func (s *singleNode) Version() uint64                    { return 1 }
func (s *singleNode) Owner(_, _ string) (string, string) { return s.address, "" }
func (s *singleNode) Incarnation(string) string          { return "" }
func (s *singleNode) Members() []string                  { return []string{s.address} }
