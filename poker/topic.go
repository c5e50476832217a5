package poker

import "slices"

// Bounds of the list of topics to come.
const (
	TopicsLength = 200      // topics
	TopicsBytes  = 64 << 10 // of all of them; more than fits in one message of a client
)

func (c SetTopic) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, 0); err != nil {
		return nil, err
	}
	topic, err := CleanTopic(c.Topic)
	if err != nil {
		return nil, err
	}
	return r.setTopic(topic), nil
}

func (c SetTopics) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, 0); err != nil {
		return nil, err
	}
	if len(c.Topics) > TopicsLength {
		return nil, ErrInvalidTopic
	}
	topics, size := make([]string, len(c.Topics)), 0
	for i, t := range c.Topics {
		topic, err := CleanTopic(t)
		if err != nil {
			return nil, err
		}
		if size += len(topic); topic == "" || size > TopicsBytes {
			return nil, ErrInvalidTopic
		}
		topics[i] = topic
	}
	return r.setTopics(topics), nil
}

func (c NextTopic) apply(r *Room, now Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, c.Round); err != nil {
		return nil, err
	}
	if c.Place > 0 {
		return r.pickTopic(c.Place-1, now)
	}
	topic, rest := "", r.state.Topics
	if len(rest) > 0 {
		topic, rest = rest[0], rest[1:]
	}
	events := r.clear(now)
	events = append(events, r.setTopic(topic)...)
	return append(events, r.setTopics(rest)...), nil
}

// pickTopic moves the i-th topic to the table.
func (r *Room) pickTopic(i int, now Millis) ([]Event, error) {
	if i >= len(r.state.Topics) {
		return nil, ErrInvalidTopic
	}
	topic := r.state.Topics[i]
	rest := slices.Delete(slices.Clone(r.state.Topics), i, i+1)
	var events []Event
	switch {
	case r.tally.estimates > 0 || r.state.Revealed:
		events = r.clear(now)
	case r.state.Topic != "":
		rest = slices.Insert(rest, 0, r.state.Topic)
	}
	events = append(events, r.setTopic(topic)...)
	return append(events, r.setTopics(rest)...), nil
}

func (r *Room) setTopic(topic string) []Event {
	if topic == r.state.Topic {
		return nil
	}
	r.state.Topic = topic
	return []Event{Changed{AspectTopic}}
}

// setTopics keeps the slice, which nobody changes any more.
func (r *Room) setTopics(topics []string) []Event {
	if slices.Equal(topics, r.state.Topics) {
		return nil
	}
	r.state.Topics = topics
	return []Event{Changed{AspectTopics}}
}
