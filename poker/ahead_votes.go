package poker

import (
	"maps"
	"slices"
)

// take moves a topic of the list to the table, and what was estimated ahead with it. The
// caller takes it off the list.
func (r *Room) take(topic Story) []Event {
	events := r.setTopic(topic)
	if undo := r.state.Undo; undo != nil {
		undo.Taken = topic.ID
	}
	for _, v := range r.votesAhead(topic.ID) {
		m := r.state.Members[v.User]
		m.Vote = &v.Vote
		r.put(v.User, m)
		events = append(events, Estimated{v.User})
	}
	return events
}

// setAside makes the round's estimates ones that were made ahead. That they do may not
// depend on them, so a reason for which there is no room is shortened.
func (r *Room) setAside(topic TopicID) []Event {
	if topic == 0 {
		return nil
	}
	var events []Event
	for _, u := range r.order {
		m := r.state.Members[u]
		if m.Vote == nil {
			continue
		}
		vote := *m.Vote
		vote.Comment = shorten(vote.Comment, max(AheadBytes-m.aheadSize(topic)-aheadOverhead-len(vote.Value), 0))
		r.setAhead(u, topic, &vote)
		events = append(events, AheadChanged{u})
	}
	return append(events, r.dropEstimates(func(Member, Vote) bool { return true })...)
}

// aheadSize is what [AheadBytes] limits, without one topic.
func (m Member) aheadSize(without TopicID) int {
	size := 0
	for id, v := range m.Ahead {
		if id != without {
			size += aheadOverhead + len(v.Value) + len(v.Comment)
		}
	}
	return size
}

// setAhead sets what a member has estimated ahead; a nil vote takes it away.
func (r *Room) setAhead(u UserID, topic TopicID, vote *Vote) {
	m := r.state.Members[u]
	switch {
	case vote == nil:
		if delete(m.Ahead, topic); len(m.Ahead) == 0 {
			m.Ahead = nil
		}
	case m.Ahead == nil:
		m.Ahead = map[TopicID]Vote{topic: *vote}
	default:
		m.Ahead[topic] = *vote
	}
	r.put(u, m)
	r.ahead = nil
}

// dropAhead removes everything that was estimated ahead.
func (r *Room) dropAhead() []Event {
	var events []Event
	for _, u := range r.order {
		if m := r.state.Members[u]; m.Ahead != nil {
			m.Ahead = nil
			r.put(u, m)
			events = append(events, AheadChanged{u})
		}
	}
	r.ahead = nil
	return events
}

// dropUnlisted removes what was estimated ahead of topics that are no longer on the list.
func (r *Room) dropUnlisted() {
	r.ahead = nil
	here := make(map[TopicID]bool, len(r.state.Topics))
	for _, t := range r.state.Topics {
		here[t.ID] = true
	}
	for u, m := range r.state.Members {
		for id := range m.Ahead {
			if !here[id] {
				r.setAhead(u, id, nil)
			}
		}
	}
}

// countAhead returns how many have estimated each topic of the list, nil if nobody has
// any. The result is never changed.
func (r *Room) countAhead() []int {
	if r.ahead == nil {
		r.ahead = make([]int, len(r.state.Topics))
		place := make(map[TopicID]int, len(r.state.Topics))
		for i, t := range r.state.Topics {
			place[t.ID] = i
		}
		for _, m := range r.state.Members {
			if m.Role == Estimator {
				for id := range m.Ahead {
					r.ahead[place[id]]++
				}
			}
		}
	}
	if !slices.ContainsFunc(r.ahead, func(n int) bool { return n > 0 }) {
		return nil
	}
	return r.ahead
}

// countAhead returns how many topics of the list an estimator has estimated.
func (m Member) countAhead() int {
	if m.Role != Estimator {
		return 0
	}
	return len(m.Ahead)
}

// OwnAhead returns a copy of what the user has estimated ahead. It must only reach that
// user's own connections.
func (r *Room) OwnAhead(u UserID) map[TopicID]Vote { return maps.Clone(r.state.Members[u].Ahead) }

func listed(topics []Story, id TopicID) bool {
	return id != 0 && slices.ContainsFunc(topics, func(t Story) bool { return t.ID == id })
}
