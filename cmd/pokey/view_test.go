package main

import (
	"encoding/json"
	"testing"
)

// roomView is a room's status with the fields that tests look at.
type roomView struct {
	Topic      string
	Epoch      string
	Code       string
	OwnerID    string
	OfferedTo  string
	RevealedBy *string
	Round      int
	Revealed   bool
	Estimates  int
	Saved      *bool // nil while everything is saved
	Deck       struct{ Cards []string }
	Topics     []topicView
	Ahead      map[int]int // how many have estimated each topic, by its id
	Options    struct{ AutoReveal bool }
	Members    map[string]*memberView // by user id
	Summary    *struct {
		Votes          int
		Median, Spread float64
	}
}

// memberView is a member of a room in its status.
type memberView struct {
	Name      string
	Online    bool
	Estimated bool
	Ahead     int
	Estimate  *struct{ Value, Comment string } // nil if it is hidden or there is none
}

// topicView is one of the topics to come.
type topicView struct {
	ID    int `json:"topicId"`
	Title string
}

// viewOf reads the room of a status.
func viewOf(t *testing.T, room any) (view roomView) {
	t.Helper()
	data, err := json.Marshal(room)
	if err == nil {
		err = json.Unmarshal(data, &view)
	}
	if err != nil {
		t.Fatalf("status of a room: %v in %s", err, data)
	}
	return view
}
