package poker_test

import (
	"fmt"
	"slices"

	"example.com/pokey/poker"
)

// command makes a command of three bytes.
func (g *game) command(op, who, n byte) poker.Command {
	by := users[int(who)%len(users)]
	other := users[int(n)%len(users)]
	round := []int{0, 0, 0, g.room.Round(), 1}[int(n)%5]
	mark := fmt.Sprintf("%s%d", canary, g.steps)
	card := []string{mark, mark, mark, "5", "½", "nonsense and more", "\u202e"}[int(n)%7]
	commands := []poker.Command{
		poker.Join{By: by, Name: []string{"", "Ada", "Bob"}[n%3], Role: []poker.Role{"", "", poker.Estimator, poker.Observer, "judge"}[n%5]},
		poker.Join{By: by, Name: string(by)},
		poker.Disconnect{By: by},
		poker.Leave{By: by},
		poker.Estimate{By: by, Round: round, Value: card, Comment: mark},
		poker.Withdraw{By: by, Round: round},
		poker.Reveal{By: by, Round: round},
		poker.Hide{By: by, Round: round},
		poker.Clear{By: by, Round: round},
		poker.SetTopic{By: by, Topic: story([]string{"", "Login", "Logout|A-1"}[n%3])},
		poker.SetRole{By: by, Role: []poker.Role{poker.Estimator, poker.Observer, "judge"}[n%3]},
		poker.SetOptions{By: by, AutoReveal: new(n&1 > 0), StandIn: new(n&2 > 0), LateEstimates: new([]poker.LateEstimates{poker.LateAllowed, poker.LateLocked, "", "no"}[n>>2&3])},
		poker.SetDeck{By: by, Deck: []poker.Deck{{Name: "free"}, poker.DefaultDeck(), {Name: "half", Cards: []string{"½", "5"}}, {}}[n%4]},
		poker.Undo{By: by, Round: round},
		poker.Settle{By: by, Round: round, Value: []string{"", "5", g.displayed()}[n%3]},
		poker.SetTopics{By: by, Topics: stories([]string{"One", "Two|T-2||5", ""}[:n%4])},
		poker.NextTopic{By: by, Round: round, Place: int(n) % 4},
		poker.SetDeputy{By: by, User: other, Deputy: n&4 > 0},
		poker.Transfer{By: by, To: other},
		poker.Remove{By: by, User: other, ForGood: n&4 > 0},
		poker.Accept{By: by, First: n&1 > 0},
		poker.ShowCode{By: by, Code: []string{"", "k7m2qx", "0000ab"}[n%3]},
		poker.Lock{By: by, Locked: n&1 > 0},
		poker.RemoveAway{By: by},
		poker.Forget{User: by},
		poker.StartTimer{By: by, Seconds: int(n) * 20},
		poker.StopTimer{By: by},
		poker.Tick{},
		poker.Recognise{Owner: by},
		poker.Rename{By: by, Name: []string{"Ada", "Bob", "\u200b"}[n%3]},
		poker.Estimate{By: by, Value: card, Comment: mark},
		poker.AddTopics{By: by, Topics: stories([]string{"Three"})},
		poker.Succeed{By: by, Room: "next"},
		poker.AmendRound{By: by, Round: int(n), Agreed: []string{"", "5", "off the deck"}[n%3]},
		poker.EstimateAhead{By: by, Topic: g.topic(n), Value: card, Comment: mark},
		poker.EstimateAhead{By: by, Topic: g.topic(n), Value: card, Comment: mark},
		poker.WithdrawAhead{By: by, Topic: g.topic(n)},
		poker.RevealAhead{By: by, Round: round},
		poker.SetTopics{By: by, Topics: g.reordered(int(n))},
		nil,
	}
	if c := commands[int(op)%len(commands)]; c != nil {
		return c
	}
	g.now += poker.Millis(n) * 200
	return poker.Tick{}
}

// topic is the id of a topic of the list, if there is one.
func (g *game) topic(n byte) poker.TopicID {
	topics := g.room.Snapshot().Topics
	if len(topics) == 0 || n%8 == 7 {
		return poker.TopicID(n)
	}
	return topics[int(n)%len(topics)].ID
}

// reordered is the list of topics in another order, with one more and perhaps one less.
func (g *game) reordered(n int) []poker.Story {
	topics := slices.Clone(g.room.Snapshot().Topics)
	slices.Reverse(topics)
	if len(topics) > 0 && n%3 == 0 {
		topics = topics[1:]
	}
	return append(topics, story("More"))
}

// displayed is a value that everybody can see, if there is one.
func (g *game) displayed() string {
	for _, m := range g.room.Snapshot().Members {
		if m.Vote != nil {
			return m.Vote.Value
		}
	}
	return ""
}
