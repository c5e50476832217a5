package history

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"strings"

	"github.com/anishathalye/porcupine"
)

// state is a room as the model has it. It is compared with ==.
type state struct {
	round    uint32
	revealed bool
	looked   bool   // it has been revealed in this round
	topic    uint32 // its number
	cells    string // four bytes for each user: what cell and withCell say
}

// A cell holds one of these, or an estimate's number plus estimated.
const (
	absent uint32 = iota
	observing
	waiting // an estimator without an estimate
	estimated
)

func (s state) cell(user int) uint32 { return binary.BigEndian.Uint32([]byte(s.cells[4*user:])) }

func (s state) withCell(user int, value uint32) state {
	cells := []byte(s.cells)
	binary.BigEndian.PutUint32(cells[4*user:], value)
	s.cells = string(cells)
	return s
}

// roomModel is the sequential specification of one room: the answers that a single
// writer would give to its requests, and the reads that would see them.
type roomModel struct {
	owner   string
	users   map[string]int // users who send requests, numbered
	numbers map[[2]string]uint32
	topics  map[string]uint32 // zero for none
	lenient bool              // a refusal of what was sent again may be untrue
}

// step is one operation on the model: a request or a read.
type step struct {
	op      *Op
	read    *read
	crashes bool // it is neither, but a crash
	// of a request: its user's and its estimate's number
	user     int
	estimate uint32
	topic    uint32 // its number
}

func newRoomModel(r *room, lenient bool) *roomModel {
	m := &roomModel{owner: r.owner, users: make(map[string]int), numbers: make(map[[2]string]uint32), topics: map[string]uint32{"": 0}, lenient: lenient}
	for _, op := range r.ops {
		if _, known := m.users[op.User]; !known {
			m.users[op.User] = len(m.users)
		}
		if _, known := m.topics[op.Value]; !known && op.Kind == SetTopic {
			m.topics[op.Value] = uint32(len(m.topics))
		}
		content := [2]string{op.Value, op.Comment}
		if _, known := m.numbers[content]; !known && op.Kind == Estimate {
			m.numbers[content] = uint32(len(m.numbers))
		}
	}
	return m
}

// operations are the room's requests and reads for the checker.
func (m *roomModel) operations(r *room) []porcupine.Operation {
	var all []porcupine.Operation
	for _, op := range r.ops {
		end := op.Return
		if op.Outcome == Unknown {
			end = math.MaxInt64
		}
		input := step{op: op, user: m.users[op.User], estimate: m.numbers[[2]string{op.Value, op.Comment}], topic: m.topics[op.Value]}
		all = append(all, porcupine.Operation{Input: input, Call: op.Call, Return: end})
	}
	for i := range r.reads {
		all = append(all, porcupine.Operation{Input: step{read: &r.reads[i]}, Call: r.reads[i].call, Return: r.reads[i].at})
	}
	return all
}

var hashSeed = maphash.MakeSeed()

func (m *roomModel) porcupine() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return m.empty() },
		Step: func(s, input, _ any) (bool, any) {
			from, in := s.(state), input.(step)
			if in.read != nil {
				return m.shows(from, in.read), from
			}
			to, code := m.apply(from, in)
			return m.accepts(in.op, code, from, to)
		},
		Hash: func(s any) uint64 { return maphash.Comparable(hashSeed, s.(state)) },
	}
}

func (m *roomModel) empty() state {
	return state{round: 1, cells: strings.Repeat("\x00\x00\x00\x00", len(m.users))}
}

// accepts compares what the client was told with what the model says: the code
// of its refusal, or none.
func (m *roomModel) accepts(op *Op, code string, from, to state) (bool, any) {
	switch op.Outcome {
	case Unknown:
		return true, to // to is from when the model refuses
	case Durable, Applied:
		return code == "", to
	case Refused:
	}
	switch op.Code {
	case "rate_limited", "unavailable", "storage_full", "internal":
		return true, from
	case code:
		return true, from
	}
	return m.lenient && op.Sent > 1, to
}

// apply returns the state after a request, or the same state and the code of the
// refusal.
func (m *roomModel) apply(s state, in step) (state, string) {
	cell := s.cell(in.user)
	switch {
	case in.op.Kind == Join:
		return s.join(in), ""
	case in.op.Kind == Estimate || in.op.Kind == Withdraw:
		if cell == absent {
			return s, "not_member"
		}
		if cell == observing {
			return s, "not_estimator"
		}
	case in.op.User != m.owner && cell == absent:
		return s, "not_member"
	case in.op.User != m.owner:
		return s, "not_owner"
	}
	if in.op.Round != 0 && uint32(in.op.Round) != s.round {
		return s, "stale_round"
	}
	switch in.op.Kind {
	case Estimate:
		return s.withCell(in.user, estimated+in.estimate), ""
	case Withdraw:
		return s.withCell(in.user, waiting), ""
	case Reveal:
		s.revealed, s.looked = true, true
	case Hide:
		s.revealed = false
	case Clear:
		return s.next(), ""
	case SetTopic:
		s.topic = in.topic
	case Join:
	}
	return s, ""
}

// lookedBy is who has revealed the round: nobody but the owner may.
func (m *roomModel) lookedBy(s state) string {
	if s.looked {
		return m.owner
	}
	return ""
}

func (s state) join(in step) state {
	cell := s.cell(in.user)
	switch {
	case in.op.Observe:
		return s.withCell(in.user, observing)
	case cell == absent || cell == observing:
		return s.withCell(in.user, waiting)
	}
	return s
}

func (s state) next() state {
	s.round++
	s.revealed, s.looked = false, false
	for user := range len(s.cells) / 4 {
		if s.cell(user) >= estimated {
			s = s.withCell(user, waiting)
		}
	}
	return s
}

// shows reports whether a read may be of the state.
func (m *roomModel) shows(s state, r *read) bool {
	if r.own != nil {
		if uint32(r.own.Round) != s.round {
			return false
		}
		user, asks := m.users[r.user]
		if !r.own.Given || !asks {
			return !r.own.Given && (!asks || s.cell(user) < estimated)
		}
		cell := s.cell(user)
		number, known := m.numbers[[2]string{r.own.Value, r.own.Comment}]
		return known && cell == estimated+number
	}
	if uint32(r.room.Round) != s.round || r.room.Revealed != s.revealed {
		return false
	}
	if r.room.RevealedBy != m.lookedBy(s) {
		return false
	}
	if topic, known := m.topics[r.room.Topic]; !known || topic != s.topic {
		return false
	}
	for id, user := range m.users {
		cell := s.cell(user)
		member, there := r.room.Members[id]
		if there != (cell != absent) || member.Estimated != (cell >= estimated) {
			return false
		}
		if member.Shown {
			number, known := m.numbers[[2]string{member.Value, member.Comment}]
			if !known || cell != estimated+number {
				return false
			}
		}
	}
	return true
}
