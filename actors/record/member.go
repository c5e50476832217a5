package record

import (
	"fmt"
	"math"
	"strings"

	"google.golang.org/protobuf/proto"

	"example.com/pokey/poker"
)

// Requests are the recent requests of one user that changed the room.
type Requests struct {
	Digests []byte       // eight bytes each, oldest first
	At      poker.Millis // when the last of them came
}

const memberPrefix = "m-"

// MemberPart returns the name of a user's part of a room.
func MemberPart(u poker.UserID) string { return memberPrefix + string(u) }

// memberName returns the user whose part it is.
func memberName(part string) (poker.UserID, bool) {
	u, ok := strings.CutPrefix(part, memberPrefix)
	return poker.UserID(u), ok && u != ""
}

// The roles as they are stored.
var roles = map[poker.Role]Member_Role{poker.Estimator: Member_ESTIMATOR, poker.Observer: Member_OBSERVER}

func roleName(r Member_Role) poker.Role {
	for name, role := range roles {
		if role == r {
			return name
		}
	}
	return ""
}

// EncodeMember returns a user's part of a room, empty if there is nothing to keep, and the
// round of the oldest estimate in it, zero if there is none.
func EncodeMember(s *poker.State, u poker.UserID, r Requests) (data []byte, voted int) {
	object := new(struct { // one, since it is made for each estimate
		member Member
		vote   Vote
	})
	m := &object.member
	if len(r.Digests) > 0 {
		m.Requests, m.Requested = r.Digests, int64(r.At)
	}
	if member, ok := s.Members[u]; ok {
		m.Role, m.Name = roles[member.Role], member.Name
		m.Colour, m.Emoji = member.Mark.Colour, member.Mark.Emoji
		m.Online, m.Deputy = member.Online, member.Deputy
		m.Since, m.AwaySince = int64(member.Since), int64(member.AwaySince)
		m.Estimated = member.Estimated
		voted = m.addVotes(s, u, member.Vote, &object.vote)
	}
	return encode(m), voted
}

// addVotes adds a member's estimate of the current round, and the one of the previous
// round that an undo would restore. Mostly there is only one of them, which goes to
// first.
func (m *Member) addVotes(s *poker.State, u poker.UserID, now *poker.Vote, first *Vote) (oldest int) {
	if now != nil {
		m.Vote, oldest = first.set(*now, s.Round), s.Round
	}
	if !Undoable(s) {
		return oldest
	}
	before, ok := s.Undo.Votes[u]
	switch {
	case !ok:
		return oldest
	case now == nil:
		m.Vote = first.set(before, s.Round-1)
	default:
		m.Before = new(Vote).set(before, s.Round-1)
	}
	return s.Round - 1
}

func (v *Vote) set(to poker.Vote, round int) *Vote {
	v.Round, v.Value, v.Comment = uint64(round), to.Value, to.Comment
	return v
}

// decodeMember adds a member to s from the data of EncodeMember. It returns the user's
// requests, and the round of the oldest estimate in the part, whether that is current or
// not.
func decodeMember(data []byte, s *poker.State, u poker.UserID) (r Requests, voted int, err error) {
	m := &Member{}
	if err := proto.Unmarshal(data, m); err != nil || max(m.GetVote().GetRound(), m.GetBefore().GetRound()) > math.MaxInt32 {
		return Requests{}, 0, fmt.Errorf("%w: a member of %d bytes", errForm, len(data))
	}
	if n := len(m.GetRequests()); n > 0 && n%8 == 0 {
		r = Requests{Digests: m.GetRequests(), At: poker.Millis(m.GetRequested())}
	}
	if m.GetRole() == Member_NONE {
		return r, 0, nil
	}
	member := poker.Member{
		Name:      m.GetName(),
		Mark:      poker.Mark{Colour: m.GetColour(), Emoji: m.GetEmoji()},
		Role:      roleName(m.GetRole()),
		Online:    m.GetOnline(),
		Deputy:    m.GetDeputy(),
		Since:     poker.Millis(m.GetSince()),
		Estimated: m.GetEstimated(),
		AwaySince: poker.Millis(m.GetAwaySince()),
	}
	for _, v := range []*Vote{m.GetVote(), m.GetBefore()} {
		if v == nil {
			continue
		}
		voted = int(v.GetRound()) // what was before stands behind
		vote := poker.Vote{Value: v.GetValue(), Comment: v.GetComment()}
		switch {
		case voted == s.Round:
			member.Vote = &vote
		case voted == s.Round-1 && Undoable(s):
			s.Undo.Votes[u] = vote
		}
	}
	s.Members[u] = member
	return r, voted, nil
}
