package actors

import (
	"errors"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// This is the only file that knows both the requests of the protocol and the commands of
// the rules.

// commandOf returns the command for a request. Requests about a connection rather than its
// room have none.
func commandOf(by poker.UserID, r protocol.RoomRequest) poker.Command {
	switch r := r.(type) {
	case protocol.Estimate:
		if r.Value == nil {
			return poker.Withdraw{By: by, Round: r.Round}
		}
		return poker.Estimate{By: by, Round: r.Round, Value: *r.Value, Comment: r.Comment}
	case protocol.Reveal:
		return poker.Reveal{By: by, Round: r.Round}
	case protocol.Hide:
		return poker.Hide{By: by, Round: r.Round}
	case protocol.Clear:
		return poker.Clear{By: by, Round: r.Round}
	case protocol.SetTopic:
		return poker.SetTopic{By: by, Topic: r.Topic}
	case protocol.SetRole:
		return poker.SetRole{By: by, Role: r.Role}
	case protocol.SetDeck:
		return poker.SetDeck{By: by, Deck: r.Deck}
	case protocol.SetOptions:
		return setOptions(by, r.Options)
	case protocol.Undo:
		return poker.Undo{By: by, Round: r.Round}
	case protocol.Settle:
		return poker.Settle{By: by, Round: r.Round, Value: valueOf(r.Value)}
	case protocol.AmendRound:
		return poker.AmendRound{By: by, Round: r.Finished, Agreed: valueOf(r.Value)}
	case protocol.SetTopics:
		return poker.SetTopics{By: by, Topics: r.Topics}
	case protocol.AddTopics:
		return poker.AddTopics{By: by, Topics: r.Topics}
	case protocol.NextTopic:
		place := 0
		if r.Index != nil {
			place = *r.Index + 1
		}
		return poker.NextTopic{By: by, Round: r.Round, Place: place}
	case protocol.EstimateAhead:
		if r.Value == nil {
			return poker.WithdrawAhead{By: by, Topic: r.TopicID}
		}
		return poker.EstimateAhead{By: by, Topic: r.TopicID, Value: *r.Value, Comment: r.Comment}
	case protocol.RevealAhead:
		return poker.RevealAhead{By: by, Round: r.Round}
	case protocol.SetDeputy:
		return poker.SetDeputy{By: by, User: r.UserID, Deputy: r.Deputy}
	case protocol.StartTimer:
		return poker.StartTimer{By: by, Seconds: r.Seconds}
	case protocol.StopTimer:
		return poker.StopTimer{By: by}
	}
	return membershipCommandOf(by, r)
}

// membershipCommandOf returns the command for a request about the members or the owner of a
// room. For AcceptRoom see acceptRoom.
func membershipCommandOf(by poker.UserID, r protocol.RoomRequest) poker.Command {
	switch r := r.(type) {
	case protocol.TransferRoom:
		return poker.Transfer{By: by, To: r.UserID}
	case protocol.RemoveMember:
		return poker.Remove{By: by, User: r.UserID, ForGood: r.ForGood}
	case protocol.RemoveAway:
		return poker.RemoveAway{By: by}
	case protocol.AdmitUser:
		return poker.Admit{By: by, User: r.UserID, Refuse: !r.Admitted}
	case protocol.LockRoom:
		return poker.Lock{By: by, Locked: r.Locked}
	case protocol.CloseRoom:
		return poker.Close{By: by}
	}
	panic("actors: a request without a command")
}

// valueOf is empty for nothing agreed.
func valueOf(agreed *string) string {
	if agreed == nil {
		return ""
	}
	return *agreed
}

func setOptions(by poker.UserID, o protocol.OptionsPatch) poker.SetOptions {
	return poker.SetOptions{By: by, AutoReveal: o.AutoReveal, LateEstimates: o.LateEstimates, StandIn: o.StandIn}
}

// codes are the protocol's codes for the refusals of the rules.
var codes = []struct {
	err  error
	code protocol.Code
}{
	{poker.ErrNotMember, protocol.NotMember},
	{poker.ErrNotOwner, protocol.NotOwner},
	{poker.ErrNotEstimator, protocol.NotEstimator},
	{poker.ErrStaleRound, protocol.StaleRound},
	{poker.ErrRoomFull, protocol.RoomFull},
	{poker.ErrRoomLocked, protocol.RoomLocked},
	{poker.ErrNotAdmitted, protocol.NotAdmitted},
	{poker.ErrRoomClosed, protocol.RoomNotFound},
	{poker.ErrInvalidName, protocol.InvalidName},
	{poker.ErrInvalidMark, protocol.InvalidMark},
	{poker.ErrInvalidTopic, protocol.InvalidTopic},
	{poker.ErrInvalidDeck, protocol.InvalidDeck},
	{poker.ErrInvalidEstimate, protocol.InvalidEstimate},
	{poker.ErrInvalidRole, protocol.InvalidRole},
	{poker.ErrInvalidOption, protocol.InvalidOption},
	{poker.ErrUnknownMember, protocol.UnknownMember},
	{poker.ErrNotRevealed, protocol.NotRevealed},
	{poker.ErrEstimatesFixed, protocol.EstimatesFixed},
	{poker.ErrUnknownRound, protocol.UnknownRound},
	{poker.ErrNothingToUndo, protocol.NothingToUndo},
	{poker.ErrUnknownTopic, protocol.UnknownTopic},
	{poker.ErrTooMuchAhead, protocol.AheadFull},
}

func codeOf(err error) protocol.Code {
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	return protocol.Internal
}
