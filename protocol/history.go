package protocol

import (
	"encoding/json"
	"slices"
	"sort"
	"time"

	"example.com/pokey/poker"
)

// The limits of a page of the history.
const (
	HistoryPage  = 20        // rounds, if the client does not say
	MaxHistory   = 50        // rounds, whatever the client says
	historyBytes = 250 << 10 // of all rounds; the rest of the event fits into what is left of MaxEvent
)

// MaxEvent is the length limit of an event, in bytes, except for statuses and
// patches.
const MaxEvent = 256 << 10

// EncodeHistory returns a roomHistory with the newest of the rounds, which are in
// ascending order of their numbers. It has only rounds below before, unless that is
// zero, and at most limit of them: [HistoryPage] if that is zero, never more than
// [MaxHistory], and only as many as fit into [MaxEvent].
func EncodeHistory(room poker.RoomID, rounds []poker.Finished, before, limit int) []byte {
	if limit == 0 {
		limit = HistoryPage
	}
	limit = min(limit, MaxHistory)
	if before > 0 {
		rounds = rounds[:sort.Search(len(rounds), func(i int) bool { return rounds[i].Round >= before })]
	}
	h := RoomHistory{RoomID: room, Rounds: []json.RawMessage{}}
	size := 0
	for len(rounds) > 0 && len(h.Rounds) < limit {
		last := len(rounds) - 1
		round := marshal(finishedRound(rounds[last]))
		if size += len(round) + 1; size > historyBytes {
			break
		}
		h.Rounds = append(h.Rounds, round)
		rounds = rounds[:last]
	}
	slices.Reverse(h.Rounds)
	h.More = len(rounds) > 0
	return Encode(h)
}

func finishedRound(f poker.Finished) FinishedRound {
	round := FinishedRound{
		Round:      f.Round,
		Topic:      f.Topic.Title,
		Key:        f.Topic.Key,
		URL:        f.Topic.URL,
		FinishedAt: time.UnixMilli(int64(f.At)).UTC().Format(secondsLayout),
		Deck:       f.Deck.Name,
		Estimates:  make([]FinishedEstimate, len(f.Votes)),
		Hidden:     f.Hidden,
		RevealedBy: f.RevealedBy,
		Summary:    newSummary(f.Summary()),
	}
	if f.Agreed != "" {
		round.Agreed = new(f.Agreed)
		round.AgreedNumber = finite(f.AgreedNumber())
	}
	for i, v := range f.Votes {
		round.Estimates[i] = FinishedEstimate{UserID: v.User, Name: v.Name, Value: v.Vote.Value, Comment: v.Vote.Comment}
	}
	return round
}
