package protocol

import (
	"time"

	"example.com/pokey/poker"
)

// NewRoomHistory is the history of a room as clients see it, oldest round first. It
// shares no memory with rounds.
func NewRoomHistory(room poker.RoomID, rounds []poker.Finished) RoomHistory {
	h := RoomHistory{RoomID: room, Rounds: make([]FinishedRound, len(rounds))}
	for i := range rounds {
		h.Rounds[i] = finishedRound(rounds[i])
	}
	return h
}

func finishedRound(f poker.Finished) FinishedRound {
	round := FinishedRound{
		Round:      f.Round,
		Topic:      f.Topic,
		FinishedAt: time.UnixMilli(int64(f.At)).UTC().Format(secondsLayout),
		Deck:       f.Deck.Name,
		Estimates:  make([]FinishedEstimate, len(f.Votes)),
		Hidden:     f.Hidden,
		Summary:    newSummary(f.Summary()),
	}
	if f.Agreed != "" {
		round.Agreed = new(f.Agreed)
	}
	for i, v := range f.Votes {
		round.Estimates[i] = FinishedEstimate{UserID: v.User, Name: v.Name, Value: v.Vote.Value, Comment: v.Vote.Comment}
	}
	return round
}
