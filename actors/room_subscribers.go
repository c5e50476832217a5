package actors

import (
	"iter"
	"slices"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
)

// subscribers are the connections that have joined a room, by their user.
type subscribers struct {
	users map[poker.UserID][]*actor.PID // few each
	conns map[string]poker.UserID       // by the name of the connection
	nodes map[string][]*actor.PID       // by the address of their node; nil if outdated
}

func newSubscribers() *subscribers {
	return &subscribers{users: map[poker.UserID][]*actor.PID{}, conns: map[string]poker.UserID{}}
}

// add adds a connection, or takes it for the user's again.
func (s *subscribers) add(conn *actor.PID, user poker.UserID) {
	s.remove(conn)
	s.conns[conn.Id] = user
	s.users[user] = append(s.users[user], conn)
	s.nodes = nil
}

// remove returns the user of the connection, and whether it was that user's last one.
func (s *subscribers) remove(conn *actor.PID) (user poker.UserID, last bool) {
	user, ok := s.conns[conn.Id]
	if !ok {
		return "", false
	}
	s.nodes = nil
	delete(s.conns, conn.Id)
	if left := slices.DeleteFunc(s.users[user], func(c *actor.PID) bool { return c.Id == conn.Id }); len(left) > 0 {
		s.users[user] = left
		return user, false
	}
	delete(s.users, user)
	return user, true
}

// removeUser returns the connections that the user had.
func (s *subscribers) removeUser(user poker.UserID) []*actor.PID {
	conns := slices.Clone(s.users[user])
	for _, conn := range conns {
		s.remove(conn)
	}
	return conns
}

func (s *subscribers) has(conn *actor.PID) bool {
	_, ok := s.conns[conn.Id]
	return ok
}

// of returns the connections of a user. The caller must not change or keep it.
func (s *subscribers) of(user poker.UserID) []*actor.PID { return s.users[user] }

// all yields every connection with its user.
func (s *subscribers) all() iter.Seq2[*actor.PID, poker.UserID] {
	return func(yield func(*actor.PID, poker.UserID) bool) {
		for user, conns := range s.users {
			for _, conn := range conns {
				if !yield(conn, user) {
					return
				}
			}
		}
	}
}

// byNode returns all connections by the address of their node. The caller must not
// change it.
func (s *subscribers) byNode() map[string][]*actor.PID {
	if s.nodes == nil {
		s.nodes = map[string][]*actor.PID{}
		for conn := range s.all() {
			s.nodes[conn.Address] = append(s.nodes[conn.Address], conn)
		}
	}
	return s.nodes
}

func (s *subscribers) empty() bool { return len(s.conns) == 0 }
