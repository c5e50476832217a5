package poker

// Code returns the room's short code, empty if it has none.
func (r *Room) Code() string { return r.state.Code }

// The code stays as long as the room lives: whoever has written it down can use it.
func (c ShowCode) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, 0); err != nil {
		return nil, err
	}
	if c.Code == "" || r.state.Code != "" {
		return nil, nil
	}
	r.state.Code = c.Code
	return []Event{Changed{AspectCode}}, nil
}
