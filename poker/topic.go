package poker

import "slices"

// Limits of the list of topics to come.
const (
	TopicsLength = 200      // topics
	TopicsBytes  = 64 << 10 // of all their texts; more than fits in one message of a client
)

func (c SetTopic) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, 0); err != nil {
		return nil, err
	}
	topic, err := c.Topic.clean()
	if err != nil {
		return nil, err
	}
	return r.setTopic(topic), nil
}

func (c SetTopics) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, 0); err != nil {
		return nil, err
	}
	topics, err := cleanTopics(nil, c.Topics)
	if err != nil {
		return nil, err
	}
	return r.setTopics(topics), nil
}

func (c AddTopics) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, 0); err != nil {
		return nil, err
	}
	topics, err := cleanTopics(r.state.Topics, c.Topics)
	if err != nil {
		return nil, err
	}
	r.addToUndo(topics[len(r.state.Topics):])
	return r.setTopics(topics), nil
}

// addToUndo keeps an undo from losing topics that were added since. One that would
// bring back too many is no longer possible.
func (r *Room) addToUndo(more []Story) {
	undo := r.state.Undo
	if undo == nil || undo.What != undoClear {
		return
	}
	topics, err := cleanTopics(undo.Topics, more)
	if err != nil {
		r.state.Undo = nil
		return
	}
	undo.Topics = topics
}

// cleanTopics returns a new list: those there are, and more behind them.
func cleanTopics(topics, more []Story) ([]Story, error) {
	if len(topics)+len(more) > TopicsLength {
		return nil, ErrInvalidTopic
	}
	all, size := slices.Grow(slices.Clone(topics), len(more)), 0
	for _, t := range topics {
		size += t.size()
	}
	for _, t := range more {
		topic, err := t.clean()
		if err != nil {
			return nil, err
		}
		if size += topic.size(); topic.Title == "" || size > TopicsBytes {
			return nil, ErrInvalidTopic
		}
		all = append(all, topic)
	}
	return all, nil
}

func (c NextTopic) apply(r *Room, now Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, c.Round); err != nil {
		return nil, err
	}
	if c.Place > 0 {
		return r.pickTopic(c.Place-1, now)
	}
	topic, rest := Story{}, r.state.Topics
	if len(rest) > 0 {
		topic, rest = rest[0], rest[1:]
	}
	events := r.clear(now)
	events = append(events, r.setTopic(topic)...)
	return append(events, r.setTopics(rest)...), nil
}

// pickTopic moves the i-th topic to the table. One that nobody has estimated is not
// lost by that.
func (r *Room) pickTopic(i int, now Millis) ([]Event, error) {
	if i >= len(r.state.Topics) {
		return nil, ErrInvalidTopic
	}
	topic, old := r.state.Topics[i], r.state.Topic
	rest := slices.Delete(slices.Clone(r.state.Topics), i, i+1)
	if r.tally.estimates == 0 && !r.state.Revealed && old.Title != "" {
		rest = slices.Insert(rest, 0, old)
	}
	events := r.clear(now)
	events = append(events, r.setTopic(topic)...)
	return append(events, r.setTopics(rest)...), nil
}

func (r *Room) setTopic(topic Story) []Event {
	if topic == r.state.Topic {
		return nil
	}
	r.state.Topic = topic
	return []Event{Changed{AspectTopic}}
}

// setTopics keeps the slice, which nobody changes any more.
func (r *Room) setTopics(topics []Story) []Event {
	if slices.Equal(topics, r.state.Topics) {
		return nil
	}
	r.state.Topics = topics
	return []Event{Changed{AspectTopics}}
}
