package record

import (
	"example.com/pokey/poker"
)

// Loaded is the content of a room's record and parts.
type Loaded struct {
	State    poker.State
	Requests map[poker.UserID]Requests
	Voted    map[poker.UserID]int // the rounds of the estimates in members' parts
	Odd      []string             // the names of parts that do not fit the room, and were left out
}

// Decode reads the record and the parts of the room id. It leaves out parts that cannot be
// decoded or do not fit: a room can do without a member or a round. It fails if the record
// or the settings cannot be decoded.
func Decode(id poker.RoomID, data []byte, parts []Part) (*Loaded, error) {
	l := &Loaded{Requests: map[poker.UserID]Requests{}, Voted: map[poker.UserID]int{}}
	s := &l.State
	s.ID, s.Members = id, map[poker.UserID]poker.Member{}
	if err := decodeRoom(data, s); err != nil {
		return nil, err
	}
	if Undoable(s) {
		s.Undo.Votes = map[poker.UserID]poker.Vote{}
	}
	settings, undo, pieces := []byte(nil), []byte(nil), map[int][]piece{}
	ahead := map[poker.UserID][]byte{}
	for _, p := range parts {
		if u, ok := aheadName(p.Name); ok {
			ahead[u] = p.Data // for when the members and the topics are known
			continue
		}
		switch {
		case p.Name == SettingsPart:
			settings = p.Data
		case p.Name == UndoPart && Undoable(s):
			undo = p.Data
		case l.part(p, pieces) != nil:
			l.Odd = append(l.Odd, p.Name)
		}
	}
	if err := decodeSettings(settings, s); err != nil {
		return nil, err
	}
	if Undoable(s) && decodeUndo(undo, s) != nil {
		l.Odd = append(l.Odd, UndoPart)
	}
	for u, data := range ahead {
		if decodeAhead(data, s, u) != nil {
			l.Odd = append(l.Odd, AheadPart(u))
		}
	}
	s.History = join(pieces)
	for excess := len(s.History) - poker.HistoryLength; excess > 0; excess-- {
		l.odd(pieces[s.History[0].Round], s.History[0].Round)
		s.History = s.History[1:]
	}
	for round, all := range pieces {
		if all[0].n != 0 {
			l.odd(all, round)
		}
	}
	return l, nil
}

func (l *Loaded) odd(pieces []piece, round int) {
	for _, p := range pieces {
		l.Odd = append(l.Odd, RoundPart(round, p.n))
	}
}

// part reads a part other than the settings and the undo.
func (l *Loaded) part(p Part, pieces map[int][]piece) error {
	s := &l.State
	if p.Name == TopicsPart {
		return decodeTopics(p.Data, s)
	}
	if u, ok := memberName(p.Name); ok {
		requests, voted, err := decodeMember(p.Data, s, u)
		if len(requests.Digests) > 0 {
			l.Requests[u] = requests
		}
		if voted != 0 {
			l.Voted[u] = voted
		}
		return err
	}
	if round, n, ok := roundName(p.Name); ok && round < s.Round {
		f, err := decodeRound(p.Data, round)
		if err == nil {
			pieces[round] = append(pieces[round], piece{n, f})
		}
		return err
	}
	return errForm
}
