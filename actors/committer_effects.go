package actors

// effects are what others see of a change: answers, events, messages to other actors.
// They wait until the change is committed, and run in the order in which they were
// queued.
type effects struct {
	queue []func(durable bool)
	spare []func(durable bool) // the space of those that have run
}

// after queues an effect. It will be told whether everything that was changed before
// it is durable.
func (e *effects) after(effect func(durable bool)) { e.queue = append(e.queue, effect) }

// run runs all effects, and those that they queue.
func (e *effects) run(durable bool) {
	for len(e.queue) > 0 {
		queue := e.queue
		e.queue, e.spare = e.spare, nil
		for _, effect := range queue {
			effect(durable)
		}
		if clear(queue); cap(queue) <= keptEffects {
			e.spare = queue[:0]
		}
	}
}

// keptEffects is for how many effects the space is kept: an estimate has three.
const keptEffects = 8

// drop forgets all effects.
func (e *effects) drop() { e.queue = nil }

func (e *effects) empty() bool { return len(e.queue) == 0 }
