package actors

import (
	"iter"
	"maps"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
)

// subscribers are the connections that have joined a room, by their user.
type subscribers struct {
	users map[poker.UserID]map[string]*actor.PID // by the name of the connection
	conns map[string]poker.UserID
	nodes map[string][]*actor.PID // by the address of their node; nil if outdated
}

func newSubscribers() *subscribers {
	return &subscribers{users: map[poker.UserID]map[string]*actor.PID{}, conns: map[string]poker.UserID{}}
}

func (s *subscribers) add(conn *actor.PID, user poker.UserID) {
	s.conns[conn.Id] = user
	if s.users[user] == nil {
		s.users[user] = map[string]*actor.PID{}
	}
	s.users[user][conn.Id] = conn
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
	delete(s.users[user], conn.Id)
	if len(s.users[user]) > 0 {
		return user, false
	}
	delete(s.users, user)
	return user, true
}

// removeUser returns the connections that the user had.
func (s *subscribers) removeUser(user poker.UserID) []*actor.PID {
	var conns []*actor.PID
	for _, conn := range s.users[user] {
		conns = append(conns, conn)
	}
	for _, conn := range conns {
		s.remove(conn)
	}
	return conns
}

func (s *subscribers) has(conn *actor.PID) bool {
	_, ok := s.conns[conn.Id]
	return ok
}

// of returns the connections of a user by their names. The caller must not change it.
func (s *subscribers) of(user poker.UserID) map[string]*actor.PID { return s.users[user] }

// all yields every connection with its user.
func (s *subscribers) all() iter.Seq2[*actor.PID, poker.UserID] {
	return func(yield func(*actor.PID, poker.UserID) bool) {
		for user, conns := range s.users {
			for conn := range maps.Values(conns) {
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
