package record

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"example.com/pokey/poker"
)

const aheadPrefix = "a-"

// AheadPart returns the name of the part with what a user has estimated ahead.
func AheadPart(u poker.UserID) string { return aheadPrefix + string(u) }

// aheadName returns the user whose part it is.
func aheadName(part string) (poker.UserID, bool) {
	u, ok := strings.CutPrefix(part, aheadPrefix)
	return poker.UserID(u), ok
}

// EncodeAhead returns what a user has estimated ahead, empty for nothing.
func EncodeAhead(s *poker.State, u poker.UserID) []byte {
	ahead := s.Members[u].Ahead
	if len(ahead) == 0 {
		return nil
	}
	m := &Ahead{Votes: make([]*AheadVote, 0, len(ahead))}
	for _, topic := range slices.Sorted(maps.Keys(ahead)) {
		v := ahead[topic]
		m.Votes = append(m.Votes, &AheadVote{Topic: uint64(topic), Value: v.Value, Comment: v.Comment})
	}
	return encode(m)
}

// decodeAhead adds to a member of s what [EncodeAhead] has encoded. Members and topics
// have been added. It adds nothing if anything does not fit them.
func decodeAhead(data []byte, s *poker.State, u poker.UserID) error {
	m := &Ahead{}
	member, ok := s.Members[u]
	if err := proto.Unmarshal(data, m); err != nil || !ok {
		return fmt.Errorf("%w: estimates of %d bytes", errForm, len(data))
	}
	ahead := make(map[poker.TopicID]poker.Vote, len(m.GetVotes()))
	for _, v := range m.GetVotes() {
		id := topicID(v.GetTopic())
		if id == 0 || !slices.ContainsFunc(s.Topics, func(t poker.Story) bool { return t.ID == id }) {
			return fmt.Errorf("%w: an estimate of an unknown topic", errForm)
		}
		ahead[id] = poker.Vote{Value: v.GetValue(), Comment: v.GetComment()}
	}
	if len(ahead) > 0 {
		member.Ahead = ahead
		s.Members[u] = member
	}
	return nil
}
