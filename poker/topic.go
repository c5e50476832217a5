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
	topic.ID = r.state.Topic.ID
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
	return r.setTopics(r.identify(topics, r.state.Topics)), nil
}

func (c AddTopics) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, 0); err != nil {
		return nil, err
	}
	topics, err := cleanTopics(r.state.Topics, c.Topics)
	if err != nil {
		return nil, err
	}
	more := topics[len(r.state.Topics):]
	for i := range more {
		more[i].ID = r.newTopicID()
	}
	r.addToUndo(more)
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
		topic.ID = t.ID
		all = append(all, topic)
	}
	return all, nil
}

// identify gives each topic of a new list its id. One that was on the old list keeps its
// own: it is the one with the id that it names, or else the first with its title and key
// that no other topic is. The rest get new ones. It changes the new list.
func (r *Room) identify(topics, old []Story) []Story {
	type text struct{ title, key string }
	free := make(map[TopicID]bool, len(old))
	for _, t := range old {
		free[t.ID] = t.ID != 0
	}
	for i, t := range topics {
		if !free[t.ID] {
			topics[i].ID = 0
		}
		free[t.ID] = false
	}
	like := make(map[text][]TopicID)
	for _, t := range old {
		if free[t.ID] {
			like[text{t.Title, t.Key}] = append(like[text{t.Title, t.Key}], t.ID)
		}
	}
	for i, t := range topics {
		if t.ID != 0 {
			continue
		}
		if same := like[text{t.Title, t.Key}]; len(same) > 0 {
			topics[i].ID, like[text{t.Title, t.Key}] = same[0], same[1:]
		} else {
			topics[i].ID = r.newTopicID()
		}
	}
	return topics
}

func (r *Room) newTopicID() TopicID {
	r.state.LastTopic++
	return r.state.LastTopic
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
	events = append(events, r.take(topic)...)
	return append(events, r.setTopics(rest)...), nil
}

// pickTopic moves the i-th topic to the table. One whose estimates nobody has seen is not
// lost by that, and neither are they.
func (r *Room) pickTopic(i int, now Millis) ([]Event, error) {
	if i >= len(r.state.Topics) {
		return nil, ErrInvalidTopic
	}
	topic, old := r.state.Topics[i], r.state.Topic
	rest := slices.Delete(slices.Clone(r.state.Topics), i, i+1)
	undo := r.asItIs(now)
	var events []Event
	if !r.state.Revealed && old.Title != "" && (r.tally.estimates == 0 || r.state.RevealedBy == "") {
		if old.ID == 0 {
			old.ID = r.newTopicID()
		}
		events = r.setAside(old.ID)
		rest = slices.Insert(rest, 0, old)
	}
	events = append(events, r.endRound(now, undo)...)
	events = append(events, r.take(topic)...)
	return append(events, r.setTopics(rest)...), nil
}

func (r *Room) setTopic(topic Story) []Event {
	if topic == r.state.Topic {
		return nil
	}
	r.state.Topic = topic
	return []Event{Changed{AspectTopic}}
}

// setTopics keeps the slice, which nobody changes any more. What was estimated ahead of
// topics that are not in it is dropped.
func (r *Room) setTopics(topics []Story) []Event {
	if slices.Equal(topics, r.state.Topics) {
		return nil
	}
	r.state.Topics = topics
	r.dropUnlisted()
	return []Event{Changed{AspectTopics}}
}
