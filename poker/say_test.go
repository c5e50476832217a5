package poker_test

import (
	"strconv"
	"strings"

	"example.com/pokey/poker"
)

// saying is a line such as "bob estimate 5 round=2".
type saying struct {
	by    poker.UserID
	verb  string
	args  []string
	round int
}

// arg is the i-th argument, empty if there is none.
func (s saying) arg(i int) string {
	if i < len(s.args) {
		return s.args[i]
	}
	return ""
}

// number is the i-th argument as a number, 0 if there is none.
func (s saying) number(i int) int {
	n, _ := strconv.Atoi(s.arg(i))
	return n
}

func (s saying) user() poker.UserID { return poker.UserID(s.arg(0)) }

var verbs = map[string]func(s saying) poker.Command{
	"join":       func(s saying) poker.Command { return poker.Join{By: s.by, Name: s.arg(0), Role: poker.Role(s.arg(1))} },
	"wait":       saying.wait,
	"admit":      func(s saying) poker.Command { return poker.Admit{By: s.by, User: s.user()} },
	"refuse":     func(s saying) poker.Command { return poker.Admit{By: s.by, User: s.user(), Refuse: true} },
	"mark":       func(s saying) poker.Command { return poker.SetMark{By: s.by, Mark: s.mark(0)} },
	"disconnect": func(s saying) poker.Command { return poker.Disconnect{By: s.by} },
	"leave":      func(s saying) poker.Command { return poker.Leave{By: s.by} },
	"rename":     func(s saying) poker.Command { return poker.Rename{By: s.by, Name: s.arg(0)} },
	"role":       func(s saying) poker.Command { return poker.SetRole{By: s.by, Role: poker.Role(s.arg(0))} },
	"estimate": func(s saying) poker.Command {
		return poker.Estimate{By: s.by, Round: s.round, Value: s.arg(0), Comment: s.arg(1)}
	},
	"withdraw":   func(s saying) poker.Command { return poker.Withdraw{By: s.by, Round: s.round} },
	"reveal":     func(s saying) poker.Command { return poker.Reveal{By: s.by, Round: s.round} },
	"hide":       func(s saying) poker.Command { return poker.Hide{By: s.by, Round: s.round} },
	"clear":      func(s saying) poker.Command { return poker.Clear{By: s.by, Round: s.round} },
	"undo":       func(s saying) poker.Command { return poker.Undo{By: s.by, Round: s.round} },
	"settle":     func(s saying) poker.Command { return poker.Settle{By: s.by, Round: s.round, Value: s.arg(0)} },
	"amend":      func(s saying) poker.Command { return poker.AmendRound{By: s.by, Round: s.number(0), Agreed: s.arg(1)} },
	"next":       func(s saying) poker.Command { return poker.NextTopic{By: s.by, Round: s.round, Place: s.number(0)} },
	"topic":      func(s saying) poker.Command { return poker.SetTopic{By: s.by, Topic: story(s.arg(0))} },
	"topics":     func(s saying) poker.Command { return poker.SetTopics{By: s.by, Topics: stories(s.args)} },
	"add-topics": func(s saying) poker.Command { return poker.AddTopics{By: s.by, Topics: stories(s.args)} },
	"ahead": func(s saying) poker.Command {
		return poker.EstimateAhead{By: s.by, Topic: poker.TopicID(s.number(0)), Value: s.arg(1), Comment: s.arg(2)}
	},
	"withdraw-ahead": func(s saying) poker.Command {
		return poker.WithdrawAhead{By: s.by, Topic: poker.TopicID(s.number(0))}
	},
	"reveal-ahead": func(s saying) poker.Command { return poker.RevealAhead{By: s.by, Round: s.round} },
	"deck":         func(s saying) poker.Command { return poker.SetDeck{By: s.by, Deck: s.deck()} },
	"options":      saying.options,
	"deputy": func(s saying) poker.Command {
		return poker.SetDeputy{By: s.by, User: s.user(), Deputy: s.arg(1) != "no"}
	},
	"transfer": func(s saying) poker.Command { return poker.Transfer{By: s.by, To: s.user()} },
	"succeed":  func(s saying) poker.Command { return poker.Succeed{By: s.by, Room: poker.RoomID(s.arg(0))} },
	"accept":   func(s saying) poker.Command { return poker.Accept{By: s.by, First: s.arg(0) == "first"} },
	"remove": func(s saying) poker.Command {
		return poker.Remove{By: s.by, User: s.user(), ForGood: s.arg(1) == "for-good"}
	},
	"remove-away": func(s saying) poker.Command { return poker.RemoveAway{By: s.by} },
	"code":        func(s saying) poker.Command { return poker.ShowCode{By: s.by, Code: s.arg(0)} },
	"lock":        func(s saying) poker.Command { return poker.Lock{By: s.by, Locked: s.arg(0) != "no"} },
	"close":       func(s saying) poker.Command { return poker.Close{By: s.by} },
	"timer":       saying.timer,
	"stop-timer":  func(s saying) poker.Command { return poker.StopTimer{By: s.by} },
}

// mark reads a colour and, behind it, an emoji.
func (s saying) mark(i int) poker.Mark { return poker.Mark{Colour: s.arg(i), Emoji: s.arg(i + 1)} }

// wait reads a name, a role and where they come from, as a number, and then a mark.
func (s saying) wait() poker.Command {
	return poker.Join{
		By: s.by, Name: s.arg(0), Role: poker.Role(s.arg(1)), Wait: true, Origin: uint64(s.number(2)), Mark: s.mark(3),
	}
}

// story reads "title|key|url|estimate", of which all but the title may be missing, and
// before it "#" and an id, which may be missing as well.
func story(text string) poker.Story {
	if id, rest, ok := strings.Cut(text, " "); ok && strings.HasPrefix(id, "#") {
		n, _ := strconv.Atoi(id[1:])
		s := story(rest)
		s.ID = poker.TopicID(n)
		return s
	}
	parts := append(strings.Split(text, "|"), "", "", "")
	return poker.Story{Title: parts[0], Key: parts[1], URL: parts[2], Estimate: parts[3]}
}

func stories(texts []string) []poker.Story {
	all := make([]poker.Story, len(texts))
	for i, text := range texts {
		all[i] = story(text)
	}
	return all
}

func (s saying) deck() poker.Deck {
	if deck, ok := poker.Preset(s.arg(0)); ok {
		return deck
	}
	return poker.Deck{Name: s.arg(0), Cards: s.args[1:]}
}

func (s saying) options() poker.Command {
	c := poker.SetOptions{By: s.by}
	for _, a := range s.args {
		key, value, _ := strings.Cut(a, "=")
		switch key {
		case "auto":
			c.AutoReveal = new(value == "on")
		case "late":
			c.LateEstimates = new(poker.LateEstimates(value))
		case "stand-in":
			c.StandIn = new(value == "on")
		}
	}
	return c
}

func (s saying) timer() poker.Command {
	seconds, _ := strconv.Atoi(s.arg(0))
	return poker.StartTimer{By: s.by, Seconds: seconds}
}

// split breaks a line into words; a word in quotes is a Go string.
func split(line string) ([]string, error) {
	var words []string
	for {
		line = strings.TrimLeft(line, " ")
		if line == "" {
			return words, nil
		}
		if line[0] != '"' {
			word, rest, _ := strings.Cut(line, " ")
			words, line = append(words, word), rest
			continue
		}
		quoted, err := strconv.QuotedPrefix(line)
		if err != nil {
			return nil, err
		}
		word, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, err
		}
		words, line = append(words, word), line[len(quoted):]
	}
}
