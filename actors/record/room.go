package record

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"google.golang.org/protobuf/proto"

	"example.com/pokey/poker"
)

// The names of a room's parts, besides those of members and rounds.
const (
	SettingsPart = "settings"
	TopicsPart   = "topics"
	UndoPart     = "undo"
)

// errForm is the error about data that no version has written.
var errForm = errors.New("record: not in the stored form")

// The kinds of undo, as the rules name them.
var undoKinds = map[string]Undo_Kind{"reveal": Undo_REVEAL, "clear": Undo_CLEAR}

func undoName(k Undo_Kind) string {
	for name, kind := range undoKinds {
		if kind == k {
			return name
		}
	}
	return ""
}

// encode cannot fail: every text of ours is valid UTF-8.
func encode(m proto.Message) []byte {
	data, err := proto.Marshal(m)
	if err != nil {
		panic(errForm) // the error might quote a text
	}
	return data
}

// EncodeRoom returns a room's record, which is small.
func EncodeRoom(s *poker.State) []byte {
	m := &Room{
		Version:    s.Version,
		Round:      uint64(s.Round),
		Revealed:   s.Revealed,
		RevealedBy: string(s.RevealedBy),
		Agreed:     s.Agreed,
		RevealAt:   int64(s.RevealAt),
		TimerEnds:  int64(s.TimerEnds),
		AwaySince:  int64(s.AwaySince),
		StandIn:    string(s.StandIn),
		Locked:     s.Locked,
		OfferedTo:  string(s.OfferedTo),
		HandedOver: s.HandedOver,
		Closed:     s.Closed,
		Amended:    uint64(s.Amended),
		Successor:  successorOf(s.Successor),
		Code:       s.Code,
		LastTopic:  uint64(s.LastTopic),
	}
	if u := s.Undo; u != nil {
		m.Undo = &Undo{
			Kind: undoKinds[u.What], Until: int64(u.Until),
			Revealed: u.Revealed, RevealedBy: string(u.RevealedBy), Agreed: u.Agreed, Successor: successorOf(u.Successor),
			Taken: uint64(u.Taken),
		}
	}
	return encode(m)
}

// decodeRoom fills s from the data of EncodeRoom.
func decodeRoom(data []byte, s *poker.State) error {
	m := &Room{}
	if err := proto.Unmarshal(data, m); err != nil {
		return fmt.Errorf("%w: %d bytes", errForm, len(data))
	}
	if m.GetRound() > math.MaxInt32 || m.GetAmended() > math.MaxInt32 || m.GetLastTopic() > maxTopicID {
		return fmt.Errorf("%w: round %d, amended %d times, topic %d", errForm, m.GetRound(), m.GetAmended(), m.GetLastTopic())
	}
	s.Version, s.Round = m.GetVersion(), int(m.GetRound())
	s.Revealed, s.RevealedBy = m.GetRevealed(), poker.UserID(m.GetRevealedBy())
	s.Agreed = m.GetAgreed()
	s.RevealAt, s.TimerEnds = poker.Millis(m.GetRevealAt()), poker.Millis(m.GetTimerEnds())
	s.AwaySince, s.StandIn = poker.Millis(m.GetAwaySince()), poker.UserID(m.GetStandIn())
	s.Locked, s.OfferedTo = m.GetLocked(), poker.UserID(m.GetOfferedTo())
	s.Amended, s.Successor = int(m.GetAmended()), ofSuccessor(m.GetSuccessor())
	s.HandedOver, s.Closed = m.GetHandedOver(), m.GetClosed()
	s.Code, s.LastTopic = m.GetCode(), poker.TopicID(m.GetLastTopic())
	if u := m.GetUndo(); u != nil {
		s.Undo = &poker.UndoState{
			What: undoName(u.GetKind()), Until: poker.Millis(u.GetUntil()),
			Revealed: u.GetRevealed(), RevealedBy: poker.UserID(u.GetRevealedBy()), Agreed: u.GetAgreed(),
			Successor: ofSuccessor(u.GetSuccessor()), Taken: poker.TopicID(u.GetTaken()),
		}
	}
	return nil
}

// EncodeSettings returns the part [SettingsPart].
func EncodeSettings(s *poker.State) []byte {
	return encode(&Settings{
		Epoch:      s.Epoch,
		Owner:      string(s.Owner),
		CreatedAt:  int64(s.CreatedAt),
		Topic:      s.Topic.Title,
		Story:      storyOf(s.Topic),
		Deck:       deckOf(s.Deck),
		AutoReveal: s.Options.AutoReveal,
		LateLocked: s.Options.LateEstimates == poker.LateLocked,
		StandIn:    s.Options.StandIn,
		Banned:     Texts(s.Banned),
	})
}

func decodeSettings(data []byte, s *poker.State) error {
	m := &Settings{}
	if err := proto.Unmarshal(data, m); err != nil || m.GetEpoch() == "" {
		return fmt.Errorf("%w: settings of %d bytes", errForm, len(data))
	}
	s.Epoch, s.Owner = m.GetEpoch(), poker.UserID(m.GetOwner())
	s.CreatedAt, s.Topic = poker.Millis(m.GetCreatedAt()), ofStory(m.GetTopic(), m.GetStory())
	s.Deck = ofDeck(m.GetDeck())
	s.Options = poker.Options{AutoReveal: m.GetAutoReveal(), LateEstimates: poker.LateAllowed, StandIn: m.GetStandIn()}
	if m.GetLateLocked() {
		s.Options.LateEstimates = poker.LateLocked
	}
	s.Banned = IDs[poker.UserID](m.GetBanned())
	return nil
}

// EncodeStart encodes what a room begins with when a member goes on, for another node.
func EncodeStart(s poker.Settings) (settings, topics []byte) {
	state := &poker.State{Epoch: "start", Topic: s.Topic, Topics: s.Topics, Deck: s.Deck, Options: s.Options}
	return EncodeSettings(state), EncodeTopics(state)
}

// DecodeStart decodes what [EncodeStart] has encoded.
func DecodeStart(settings, topics []byte) (poker.Settings, error) {
	var s poker.State
	if err := decodeSettings(settings, &s); err != nil {
		return poker.Settings{}, err
	}
	if err := decodeTopics(topics, &s); err != nil {
		return poker.Settings{}, err
	}
	return poker.Settings{Topic: s.Topic, Topics: s.Topics, Deck: s.Deck, Options: s.Options}, nil
}

// EncodeTopics returns the part [TopicsPart], empty if there are no topics.
func EncodeTopics(s *poker.State) []byte {
	titles, stories := storiesOf(s.Topics)
	return encode(&Topics{Topics: titles, Stories: stories})
}

func decodeTopics(data []byte, s *poker.State) error {
	m := &Topics{}
	if err := proto.Unmarshal(data, m); err != nil {
		return fmt.Errorf("%w: topics of %d bytes", errForm, len(data))
	}
	s.Topics = ofStories(m.GetTopics(), m.GetStories())
	return nil
}

// EncodeUndo returns the part [UndoPart], empty unless a clear can be undone.
func EncodeUndo(s *poker.State) []byte {
	if !Undoable(s) {
		return nil
	}
	m := &Before{Topic: s.Undo.Topic.Title, Story: storyOf(s.Undo.Topic), Which: UndoTopics(s)}
	if m.Which == Before_OWN {
		m.Topics, m.Stories = storiesOf(s.Undo.Topics)
	}
	return encode(m)
}

// UndoTopics says how the topics that an undo would restore follow from the current ones.
// Mostly they do, so that the list, which may be long, is stored once.
func UndoTopics(s *poker.State) Before_Topics {
	before, now := s.Undo.Topics, s.Topics
	switch {
	case Same(before, now):
		return Before_SAME
	case len(before) == len(now)+1 && before[0] == s.Topic && Same(before[1:], now):
		return Before_NEXT
	}
	return Before_OWN
}

// Same reports whether two lists are equal. It is fast if they share their elements.
func Same[T comparable](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || slices.Equal(a, b))
}

// decodeUndo fills s from the data of EncodeUndo. Everything else in s has been filled.
func decodeUndo(data []byte, s *poker.State) error {
	m := &Before{}
	if err := proto.Unmarshal(data, m); err != nil {
		return fmt.Errorf("%w: an undo of %d bytes", errForm, len(data))
	}
	s.Undo.Topic = ofStory(m.GetTopic(), m.GetStory())
	switch m.GetWhich() {
	case Before_OWN:
		s.Undo.Topics = ofStories(m.GetTopics(), m.GetStories())
	case Before_SAME:
		s.Undo.Topics = s.Topics
	case Before_NEXT:
		s.Undo.Topics = append([]poker.Story{s.Topic}, s.Topics...)
	}
	return nil
}

// Undoable reports whether the clear of the previous round can still be undone.
func Undoable(s *poker.State) bool {
	return s.Undo != nil && undoKinds[s.Undo.What] == Undo_CLEAR
}

func successorOf(s poker.Successor) *Successor {
	if s == (poker.Successor{}) {
		return nil
	}
	return &Successor{Room: string(s.Room), By: string(s.By)}
}

func ofSuccessor(s *Successor) poker.Successor {
	return poker.Successor{Room: poker.RoomID(s.GetRoom()), By: poker.UserID(s.GetBy())}
}

func deckOf(d poker.Deck) *Deck { return &Deck{Name: d.Name, Cards: d.Cards} }

func ofDeck(d *Deck) poker.Deck { return poker.Deck{Name: d.GetName(), Cards: d.GetCards()} }

func convert[To, From ~string](from []From) []To {
	if len(from) == 0 {
		return nil
	}
	to := make([]To, len(from))
	for i, v := range from {
		to[i] = To(v)
	}
	return to
}
