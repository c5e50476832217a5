package record

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	"example.com/pokey/poker"
)

const roundPrefix = "r-"

// roundSize is after how many bytes of estimates the next part of a round begins: etcd takes
// 1.5 MiB at once, and many members may give long reasons.
const roundSize = 256 << 10

// Part is a part of a record. One without data is to be removed.
type Part struct {
	Name string
	Data []byte
}

// EncodeRound returns a finished round as one part or, if it is large, several.
func EncodeRound(f *poker.Finished) (parts []Part) {
	m := &Round{
		Round:      uint64(f.Round),
		Topic:      f.Topic.Title,
		Story:      storyOf(f.Topic),
		Deck:       deckOf(f.Deck),
		At:         int64(f.At),
		Agreed:     f.Agreed,
		Hidden:     uint64(f.Hidden),
		RevealedBy: string(f.RevealedBy),
	}
	size := 0
	add := func() {
		parts = append(parts, Part{Name: RoundPart(f.Round, len(parts)), Data: encode(m)})
		m, size = &Round{Round: uint64(f.Round)}, 0
	}
	for _, v := range f.Votes {
		if size >= roundSize {
			add()
		}
		m.Votes = append(m.Votes, &FinishedVote{
			User: string(v.User), Name: v.Name, Value: v.Vote.Value, Comment: v.Vote.Comment,
		})
		size += len(v.User) + len(v.Name) + len(v.Vote.Value) + len(v.Vote.Comment)
	}
	add()
	return parts
}

// RoundPart returns the name of a part of a round, counted from zero.
func RoundPart(round, piece int) string {
	name := roundPrefix + strconv.Itoa(round)
	if piece > 0 {
		name += "." + strconv.Itoa(piece)
	}
	return name
}

// roundName returns the round of a part, and the number of the part within the round.
func roundName(name string) (round, piece int, ok bool) {
	number, ok := strings.CutPrefix(name, roundPrefix)
	if !ok {
		return 0, 0, false
	}
	first, rest, more := strings.Cut(number, ".")
	round, err := strconv.Atoi(first)
	if err == nil && more {
		piece, err = strconv.Atoi(rest)
	}
	return round, piece, err == nil && round > 0 && name == RoundPart(round, piece)
}

func decodeRound(data []byte, round int) (*poker.Finished, error) {
	m := &Round{}
	if err := proto.Unmarshal(data, m); err != nil || m.GetRound() != uint64(round) || m.GetHidden() > math.MaxInt32 {
		return nil, fmt.Errorf("%w: a round of %d bytes", errForm, len(data))
	}
	f := &poker.Finished{
		Round:      round,
		Topic:      ofStory(m.GetTopic(), m.GetStory()),
		Deck:       ofDeck(m.GetDeck()),
		At:         poker.Millis(m.GetAt()),
		Agreed:     m.GetAgreed(),
		Hidden:     int(m.GetHidden()),
		RevealedBy: poker.UserID(m.GetRevealedBy()),
	}
	for _, v := range m.GetVotes() {
		f.Votes = append(f.Votes, poker.FinishedVote{
			User: poker.UserID(v.GetUser()), Name: v.GetName(),
			Vote: poker.Vote{Value: v.GetValue(), Comment: v.GetComment()},
		})
	}
	return f, nil
}

// piece is a decoded part of a round.
type piece struct {
	n     int
	round *poker.Finished
}

// join joins the pieces of each round, oldest round first. It leaves out rounds without a
// first piece.
func join(pieces map[int][]piece) (history []poker.Finished) {
	for _, all := range pieces {
		slices.SortFunc(all, func(a, b piece) int { return a.n - b.n })
		if all[0].n != 0 {
			continue
		}
		f := all[0].round
		for _, p := range all[1:] {
			f.Votes = append(f.Votes, p.round.Votes...)
		}
		history = append(history, *f)
	}
	slices.SortFunc(history, func(a, b poker.Finished) int { return a.Round - b.Round })
	return history
}
