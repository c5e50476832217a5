package poker

// Touch makes a new version of a room in which nothing has changed, for a
// caller that adds something of its own to what it shows of the room.
func (r *Room) Touch() { r.state.Version++ }

// Members is how many members the room has, online or not.
func (r *Room) Members() int { return len(r.state.Members) }
