package poker

import "slices"

// This is how stories are estimated ahead, in any order, and revealed together. An
// estimate of a topic of the list waits with its member, as hidden as any, until the
// topic becomes the round's or all that were made ahead are revealed.

// AheadBytes limits what a room keeps of one member's estimates that were made ahead, in
// bytes of text and [aheadOverhead] for each. Values of rounds that wait on the list come
// on top of it, if need be.
const AheadBytes = 16 << 10

// aheadOverhead is an estimate of the bytes that go with the texts of an estimate.
const aheadOverhead = 16

func (c EstimateAhead) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	m, err := r.mustEstimate(c.By, 0)
	if err != nil {
		return nil, err
	}
	vote, err := r.state.Deck.vote(c.Value, c.Comment)
	if err != nil {
		return nil, err
	}
	if !listed(r.state.Topics, c.Topic) {
		return nil, ErrUnknownTopic
	}
	if m.aheadSize(c.Topic)+aheadOverhead+len(vote.Value)+len(vote.Comment) > AheadBytes {
		return nil, ErrTooMuchAhead
	}
	m.Estimated = true
	r.put(c.By, m)
	r.setAhead(c.By, c.Topic, &vote)
	r.keepAhead(c.Topic)
	return []Event{EstimatedAhead{c.By, c.Topic}}, nil
}

func (c WithdrawAhead) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	m, err := r.mustEstimate(c.By, 0)
	if err != nil {
		return nil, err
	}
	if !listed(r.state.Topics, c.Topic) {
		return nil, ErrUnknownTopic
	}
	if _, ok := m.Ahead[c.Topic]; !ok {
		return nil, nil
	}
	r.setAhead(c.By, c.Topic, nil)
	r.keepAhead(c.Topic)
	return []Event{EstimatedAhead{c.By, c.Topic}}, nil
}

// keepAhead ends an undo that would lose an estimate of a topic or bring one back: that
// of a clear after which the topic came onto the list.
func (r *Room) keepAhead(topic TopicID) {
	if undo := r.state.Undo; undo != nil && undo.What == undoClear && !listed(undo.Topics, topic) {
		r.state.Undo = nil
	}
}

func (c RevealAhead) apply(r *Room, now Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, c.Round); err != nil {
		return nil, err
	}
	if r.countAhead() == nil {
		return nil, nil
	}
	var events []Event
	ends := r.tally.estimates > 0
	if ends {
		r.reveal(now, c.By)
		events = r.clear(now)
	}
	rest := r.finishAhead(now, c.By, ends)
	events = append(events, Cleared{r.state.Round})
	if ends {
		var topic Story
		if len(rest) > 0 {
			topic, rest = rest[0], rest[1:]
		}
		events = append(events, r.take(topic)...)
	}
	r.state.Undo = nil
	return append(events, r.setTopics(rest)...), nil
}

// finishAhead makes a finished round of each topic that somebody has estimated, as many
// as the history surely keeps beside the round that ended with them: how many may not
// depend on what stays hidden. It returns the other topics.
func (r *Room) finishAhead(now Millis, by UserID, ended bool) (rest []Story) {
	s, counts := &r.state, r.countAhead()
	history, n, size := slices.Clone(s.History), 0, 0
	if ended {
		n, size = 1, history[len(history)-1].Size()
	}
	for i, topic := range s.Topics {
		if counts[i] == 0 || n == HistoryLength || size+RoundBytes > HistoryBytes {
			rest = append(rest, topic)
			continue
		}
		f := Finished{Round: s.Round, Topic: topic.unlisted(), Deck: s.Deck, At: now, RevealedBy: by, Votes: r.votesAhead(topic.ID)}
		f.Agreed = unanimous(f.Deck, f.given)
		f = f.fit()
		history = append(history, f)
		n, size = n+1, size+f.Size()
		s.Round++
	}
	s.History = trimHistory(history)
	return rest
}

// given are the estimates of a finished round.
func (f Finished) given(yield func(Vote) bool) {
	for _, v := range f.Votes {
		if !yield(v.Vote) {
			return
		}
	}
}

// votesAhead are the estimates of a topic of the list that count.
func (r *Room) votesAhead(topic TopicID) []FinishedVote {
	var votes []FinishedVote
	for _, u := range r.order {
		m := r.state.Members[u]
		if v, ok := m.Ahead[topic]; ok && m.Role == Estimator {
			votes = append(votes, FinishedVote{User: u, Name: displayed(m.Name), Vote: v})
		}
	}
	return votes
}
