package poker_test

import (
	"errors"
	"reflect"
	"testing"

	"example.com/pokey/poker"
)

// askers are everybody there can be: the owner as a member and from outside, a
// deputy, the stand-in, an estimator, an observer and a stranger.
var askers = []poker.UserID{"olga", "olga", "dee", "sid", "ada", "obi", "eve"}

const outside = 1 // where in askers the owner is not a member

// TestOnlyThoseWhoMayDoIt asks for everything in the name of everybody.
func TestOnlyThoseWhoMayDoIt(t *testing.T) {
	const standInAt = start + poker.StandInDelay
	var (
		notMember, notOwner, notEstimator = poker.ErrNotMember, poker.ErrNotOwner, poker.ErrNotEstimator
		unknown                           = poker.ErrUnknownRound

		facilitators = []error{nil, nil, nil, nil, notOwner, notOwner, notMember}
		owner        = []error{nil, nil, notOwner, notOwner, notOwner, notOwner, notMember}
		members      = []error{nil, notMember, nil, nil, nil, nil, notMember}
		estimators   = []error{nil, notMember, nil, nil, nil, notEstimator, notMember}
		noHistory    = []error{unknown, unknown, unknown, unknown, notOwner, notOwner, notMember} // whoever may is told
		nobodyWaits  = []error{poker.ErrUnknownMember, poker.ErrUnknownMember, poker.ErrUnknownMember, poker.ErrUnknownMember, notOwner, notOwner, notMember}
		anybody      = []error{nil, nil, nil, nil, nil, nil, nil}
		offered      = []error{notOwner, notMember, notOwner, notOwner, nil, notOwner, notMember} // ada
	)
	for _, test := range []struct {
		ask  func(by poker.UserID) poker.Command
		want []error // in the order of askers
	}{
		{func(by poker.UserID) poker.Command { return poker.Reveal{By: by} }, facilitators},
		{func(by poker.UserID) poker.Command { return poker.Hide{By: by} }, facilitators},
		{func(by poker.UserID) poker.Command { return poker.Clear{By: by} }, facilitators},
		{func(by poker.UserID) poker.Command { return poker.NextTopic{By: by} }, facilitators},
		{func(by poker.UserID) poker.Command { return poker.Undo{By: by} }, facilitators},
		{func(by poker.UserID) poker.Command { return poker.Settle{By: by, Value: "5"} }, facilitators},
		{func(by poker.UserID) poker.Command { return poker.SetTopic{By: by, Topic: poker.Story{Title: "Topic"}} }, facilitators},
		{func(by poker.UserID) poker.Command {
			return poker.SetTopics{By: by, Topics: stories([]string{"Topic"})}
		}, facilitators},
		{func(by poker.UserID) poker.Command {
			return poker.AddTopics{By: by, Topics: stories([]string{"Topic"})}
		}, facilitators},
		{func(by poker.UserID) poker.Command { return poker.AmendRound{By: by, Round: 1, Agreed: "5"} }, noHistory},
		{func(by poker.UserID) poker.Command { return poker.StartTimer{By: by, Seconds: 60} }, facilitators},
		{func(by poker.UserID) poker.Command { return poker.StopTimer{By: by} }, facilitators},
		{func(by poker.UserID) poker.Command { return poker.SetDeck{By: by, Deck: poker.Deck{Name: "free"}} }, owner},
		{func(by poker.UserID) poker.Command { return poker.SetOptions{By: by, AutoReveal: new(true)} }, owner},
		{func(by poker.UserID) poker.Command { return poker.SetDeputy{By: by, User: "ada", Deputy: true} }, owner},
		{func(by poker.UserID) poker.Command { return poker.Transfer{By: by, To: "bob"} }, owner},
		{func(by poker.UserID) poker.Command { return poker.Remove{By: by, User: "bob"} }, owner},
		{func(by poker.UserID) poker.Command { return poker.Remove{By: by, User: "bob", ForGood: true} }, owner},
		{func(by poker.UserID) poker.Command { return poker.Succeed{By: by, Room: "next"} }, members},
		{func(by poker.UserID) poker.Command { return poker.Close{By: by} }, owner},
		{func(by poker.UserID) poker.Command { return poker.ShowCode{By: by, Code: "k7m2qx"} }, facilitators},
		{func(by poker.UserID) poker.Command { return poker.Lock{By: by, Locked: true} }, facilitators},
		{func(by poker.UserID) poker.Command { return poker.RemoveAway{By: by} }, facilitators},
		{func(by poker.UserID) poker.Command { return poker.Admit{By: by, User: "walt"} }, nobodyWaits},
		{func(by poker.UserID) poker.Command { return poker.Admit{By: by, User: "walt", Refuse: true} }, nobodyWaits},
		{func(by poker.UserID) poker.Command {
			return poker.SetMark{By: by, Mark: poker.Mark{Colour: "red"}}
		}, members},
		{func(by poker.UserID) poker.Command { return poker.Accept{By: by} }, offered},
		{func(by poker.UserID) poker.Command { return poker.Estimate{By: by, Value: "5"} }, estimators},
		{func(by poker.UserID) poker.Command { return poker.Withdraw{By: by} }, estimators},
		{func(by poker.UserID) poker.Command { return poker.EstimateAhead{By: by, Topic: 1, Value: "5"} }, estimators},
		{func(by poker.UserID) poker.Command { return poker.WithdrawAhead{By: by, Topic: 1} }, estimators},
		{func(by poker.UserID) poker.Command { return poker.RevealAhead{By: by} }, facilitators},
		{func(by poker.UserID) poker.Command { return poker.SetRole{By: by, Role: poker.Observer} }, members},
		{func(by poker.UserID) poker.Command { return poker.Rename{By: by, Name: "Name"} }, members},
		{func(by poker.UserID) poker.Command { return poker.Leave{By: by} }, members},
		{func(by poker.UserID) poker.Command { return poker.Disconnect{By: by} }, members},
		{func(by poker.UserID) poker.Command { return poker.Join{By: by, Name: "Name"} }, anybody},
	} {
		for i, by := range askers {
			room := everybody(t, standInAt, i != outside)
			c := test.ask(by)
			before := whole(room)
			_, err := room.Apply(standInAt, c, poker.Limits{})
			if !errors.Is(err, test.want[i]) {
				t.Errorf("%T by asker %d, %s: %v, want %v", c, i, by, err, test.want[i])
			}
			if err != nil && !reflect.DeepEqual(before, whole(room)) {
				t.Errorf("%T by asker %d, %s, was refused and changed the room", c, i, by)
			}
		}
	}
}

// everybody makes a room with all the askers but the stranger, just revealed.
func everybody(t *testing.T, now poker.Millis, ownerJoins bool) *poker.Room {
	room := poker.NewRoom("kitchen", "e1", "olga", start, poker.DefaultDeck())
	apply(t, room, start, poker.SetOptions{By: "olga", StandIn: new(true)})
	for i, u := range []poker.UserID{"sid", "dee", "ada", "bob"} {
		apply(t, room, start+poker.Millis(i), poker.Join{By: u, Name: string(u)})
	}
	apply(t, room, start, poker.SetTopics{By: "olga", Topics: stories([]string{"Topic"})})
	apply(t, room, start, poker.EstimateAhead{By: "bob", Topic: 1, Value: "3"})
	apply(t, room, start, poker.Join{By: "obi", Name: "obi", Role: poker.Observer})
	apply(t, room, start, poker.SetDeputy{By: "olga", User: "dee", Deputy: true})
	apply(t, room, start, poker.Disconnect{By: "dee"})
	if ownerJoins {
		apply(t, room, start, poker.Join{By: "olga", Name: "Olga"})
		apply(t, room, start, poker.Disconnect{By: "olga"})
	}
	apply(t, room, now, poker.Tick{})
	apply(t, room, now, poker.Reveal{By: "sid"})
	apply(t, room, now, poker.Transfer{By: "olga", To: "ada"})
	return room
}

// apply does what must not be refused.
func apply(t testing.TB, room *poker.Room, now poker.Millis, c poker.Command) {
	t.Helper()
	if _, err := room.Apply(now, c, poker.Limits{}); err != nil {
		t.Fatalf("%T: got %v, want it accepted", c, err)
	}
}
