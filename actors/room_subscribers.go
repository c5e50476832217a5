package actors

import (
	"iter"
	"maps"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
)

// seats is who is subscribed to a room: connections, by their user.
type seats struct {
	users  map[poker.UserID]map[string]*actor.PID // by the pid's id
	conns  map[string]poker.UserID
	sorted map[string][]*actor.PID // by the address of their node; nil when that has changed
}

func newSeats() seats {
	return seats{users: map[poker.UserID]map[string]*actor.PID{}, conns: map[string]poker.UserID{}}
}

func (s *seats) add(conn *actor.PID, user poker.UserID) {
	s.conns[conn.Id] = user
	if s.users[user] == nil {
		s.users[user] = map[string]*actor.PID{}
	}
	s.users[user][conn.Id] = conn
	s.sorted = nil
}

// remove reports whose connection it was and whether it was their last one.
func (s *seats) remove(conn *actor.PID) (user poker.UserID, last bool) {
	user, ok := s.conns[conn.Id]
	if !ok {
		return "", false
	}
	s.sorted = nil
	delete(s.conns, conn.Id)
	delete(s.users[user], conn.Id)
	if len(s.users[user]) > 0 {
		return user, false
	}
	delete(s.users, user)
	return user, true
}

func (s *seats) has(conn *actor.PID) bool {
	_, ok := s.conns[conn.Id]
	return ok
}

func (s *seats) of(user poker.UserID) map[string]*actor.PID { return s.users[user] }

// all yields every connection with its user.
func (s *seats) all() iter.Seq2[*actor.PID, poker.UserID] {
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

// nodes are all connections by the address of their node, to be read only.
func (s *seats) nodes() map[string][]*actor.PID {
	if s.sorted == nil {
		s.sorted = map[string][]*actor.PID{}
		for conn := range s.all() {
			s.sorted[conn.Address] = append(s.sorted[conn.Address], conn)
		}
	}
	return s.sorted
}

func (s *seats) empty() bool { return len(s.conns) == 0 }
