package poker_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/pokey/poker"
)

// show prints a snapshot: the room, what is going on if anything is, the
// members, and the summary.
func show(s *poker.Snapshot) []string {
	state := "hidden"
	if s.Revealed {
		state = "revealed"
	}
	lines := []string{fmt.Sprintf("version %d, round %d, %s, owner %q, topic %s, deck %s, estimates %d",
		s.Version, s.Round, state, s.Owner, topic(s.Topic), s.Deck.Name, s.Estimates)}
	var now []string
	add := func(given bool, format string, a ...any) {
		if given {
			now = append(now, fmt.Sprintf(format, a...))
		}
	}
	add(s.RevealedBy != "", "revealed by %s", s.RevealedBy)
	add(s.Code != "", "code %s", s.Code)
	add(s.Locked, "locked")
	add(s.OfferedTo != "", "offered to %s", s.OfferedTo)
	add(s.Successor != poker.Successor{}, "%s goes on in %s", s.Successor.By, s.Successor.Room)
	add(s.OwnerAwaySince != 0, "owner away since %s", clock(s.OwnerAwaySince))
	add(s.SucceedAt != 0, "may go on without from %s", clock(s.SucceedAt))
	add(s.Agreed != "", "agreed %s", s.Agreed)
	add(s.RevealAt != 0, "reveals at %s", clock(s.RevealAt))
	add(s.TimerEnds != 0, "timer until %s", clock(s.TimerEnds))
	add(s.Undo != "", "undo %s until %s", s.Undo, clock(s.UndoUntil))
	add(s.Finished != 0, "finished %d", s.Finished)
	add(s.Amended != 0, "amended %d", s.Amended)
	add(len(s.Topics) != 0, "topics %s", topics(s.Topics))
	add(s.Ahead != nil, "ahead %v", s.Ahead)
	add(s.Options.AutoReveal, "auto-reveal")
	add(s.Options.LateEstimates != poker.LateAllowed, "late estimates %s", s.Options.LateEstimates)
	add(s.Options.StandIn, "stand-in")
	if len(now) > 0 {
		lines = append(lines, strings.Join(now, ", "))
	}
	for _, m := range s.Members {
		lines = append(lines, member(m))
	}
	for _, w := range s.Waiting {
		lines = append(lines, fmt.Sprintf("? %s %q%s waits", w.ID, w.Name, mark(w.Mark)))
	}
	if s.Summary != nil {
		lines = append(lines, summary(s.Summary))
	}
	return lines
}

func member(m poker.MemberView) string {
	line := fmt.Sprintf("- %s %q%s %s", m.ID, m.Name, mark(m.Mark), m.Role)
	for _, flag := range []struct {
		set  bool
		text string
	}{
		{m.Unnamed, "unnamed"},
		{!m.Online, "offline"},
		{m.Deputy, "deputy"},
		{m.StandIn, "stands in"},
		{m.Estimated && m.Vote == nil, "has estimated"},
		{m.Vote != nil, vote(m.Vote)},
		{m.Ahead > 0, fmt.Sprintf("ahead %d", m.Ahead)},
	} {
		if flag.set {
			line += ", " + flag.text
		}
	}
	return line
}

// mark is empty for none.
func mark(m poker.Mark) string {
	return strings.TrimRight(" "+strings.TrimSpace(m.Colour+" "+m.Emoji), " ")
}

func vote(v *poker.Vote) string {
	switch {
	case v == nil:
		return "no estimate"
	case v.Comment == "":
		return "estimate " + v.Value
	}
	return fmt.Sprintf("estimate %s %q", v.Value, v.Comment)
}

func summary(s *poker.Summary) string {
	line := fmt.Sprintf("votes %d:", s.Votes)
	for _, c := range s.Distribution {
		line += fmt.Sprintf(" %s×%d", c.Value, c.Count)
		if c.Step > 0 {
			line += fmt.Sprintf("@%d", c.Step)
		}
	}
	return line + fmt.Sprintf("; mean %s, median %s, min %s, max %s, spread %s, consensus %v, lowest %s, highest %s, recommended %s",
		or(s.Mean), or(s.Median), or(s.Min), or(s.Max), or(s.Spread), s.Consensus, some(s.Lowest), some(s.Highest), some(s.Recommended))
}

// topic is a story as [story] reads it, without what is not known.
func topic(s poker.Story) string {
	return strconv.Quote(strings.TrimRight(strings.Join([]string{s.Title, s.Key, s.URL, s.Estimate}, "|"), "|"))
}

func topics(all []poker.Story) string {
	quoted := make([]string, len(all))
	for i, s := range all {
		quoted[i] = topic(s)
	}
	return "[" + strings.Join(quoted, " ") + "]"
}

// list prints the topics with their ids, and how many have estimated each.
func list(s *poker.Snapshot) []string {
	lines := []string{}
	for i, t := range s.Topics {
		line := fmt.Sprintf("#%d %s", t.ID, topic(t))
		if s.Ahead != nil && s.Ahead[i] > 0 {
			line += fmt.Sprintf(", estimated by %d", s.Ahead[i])
		}
		lines = append(lines, line)
	}
	return lines
}

// ahead prints what a user has estimated ahead, in the order of the topics' ids.
func ahead(votes map[poker.TopicID]poker.Vote) []string {
	lines := []string{}
	for _, id := range slices.Sorted(maps.Keys(votes)) {
		v := votes[id]
		lines = append(lines, fmt.Sprintf("#%d %s", id, vote(&v)))
	}
	return lines
}

func some(card string) string {
	if card == "" {
		return "none"
	}
	return card
}

func or[T int | float64](p *T) string {
	if p == nil {
		return "none"
	}
	return fmt.Sprintf("%.4g", float64(*p))
}

func history(rounds []poker.Finished) []string {
	if len(rounds) == 0 {
		return []string{"no rounds"}
	}
	var lines []string
	for _, f := range rounds {
		line := fmt.Sprintf("round %d %s, deck %s, at %s", f.Round, topic(f.Topic), f.Deck.Name, clock(f.At))
		if f.Agreed != "" {
			line += fmt.Sprintf(", agreed %s (%s)", f.Agreed, or(f.AgreedNumber()))
		}
		if f.RevealedBy != "" {
			line += ", revealed by " + string(f.RevealedBy)
		}
		if f.Hidden > 0 {
			line += fmt.Sprintf(", hidden %d", f.Hidden)
		}
		lines = append(lines, line)
		for _, v := range f.Votes {
			lines = append(lines, fmt.Sprintf("- %s %q, %s", v.User, v.Name, vote(&v.Vote)))
		}
		if s := f.Summary(); s != nil {
			lines = append(lines, summary(s))
		}
	}
	return lines
}

// clock tells a time as the time since the story began.
func clock(at poker.Millis) string {
	if at == 0 {
		return "never"
	}
	return (time.Duration(at-start) * time.Millisecond).String()
}
