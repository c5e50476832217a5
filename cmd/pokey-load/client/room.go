package client

import (
	"encoding/json"
	"hash/fnv"
)

// Room is a copy of a room's state as one connection saw it.
type Room struct {
	ID       string
	Version  uint64
	Epoch    string
	OwnerID  string
	Revealed bool
	Round    int
	Topic    string
	// RevealedBy is who first revealed the round; empty as long as nobody has.
	RevealedBy string
	// Estimates is the count that the room states.
	Estimates int
	Members   map[string]Member // by user id
	// Unsaved says that the server could not save it yet.
	Unsaved bool
	// HasSummary says that there is one.
	HasSummary bool
	// Digest is the same for two copies with the same content, version aside.
	Digest uint64
}

// Member is a member of a [Room].
type Member struct {
	Role      string
	Online    bool
	Estimated bool
	Shown     bool   // whether the estimate itself is there
	Value     string // of the estimate, if shown
	Comment   string
}

// merge applies an RFC 7396 merge patch to target and returns the result, which
// may be target itself, changed.
func merge(target, patch any) any {
	fields, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	object, ok := target.(map[string]any)
	if !ok {
		object = make(map[string]any, len(fields))
	}
	for name, value := range fields {
		if value == nil {
			delete(object, name)
			continue
		}
		object[name] = merge(object[name], value)
	}
	return object
}

// replica is a room's state as JSON that statuses replace and patches change.
type replica struct {
	version uint64
	doc     map[string]any
}

// room reads the replica. Fields that are missing or of another type are zero.
func (r *replica) room(id string) (Room, error) {
	if r.doc["summary"] == nil && r.doc != nil {
		r.doc["summary"] = nil // one that a patch has removed means the same
	}
	canonical, err := json.Marshal(r.doc) // keys are sorted
	if err != nil {
		return Room{}, err
	}
	var read struct {
		Epoch     string `json:"epoch"`
		OwnerID   string `json:"ownerId"`
		Revealed  bool   `json:"revealed"`
		Round     int    `json:"round"`
		Topic     string `json:"topic"`
		Looked    string `json:"revealedBy"`
		Estimates int    `json:"estimates"`
		Members   map[string]struct {
			Role      string `json:"role"`
			Online    bool   `json:"online"`
			Estimated bool   `json:"estimated"`
			Estimate  *struct {
				Value   string `json:"value"`
				Comment string `json:"comment"`
			} `json:"estimate"`
		} `json:"members"`
		Saved   *bool            `json:"saved"`
		Summary *json.RawMessage `json:"summary"`
	}
	if err := json.Unmarshal(canonical, &read); err != nil {
		return Room{}, err
	}
	out := Room{
		ID: id, Version: r.version, Epoch: read.Epoch, OwnerID: read.OwnerID, Revealed: read.Revealed,
		Round: read.Round, Topic: read.Topic, RevealedBy: read.Looked, Estimates: read.Estimates, Unsaved: read.Saved != nil && !*read.Saved, HasSummary: read.Summary != nil,
		Members: make(map[string]Member, len(read.Members)),
	}
	for id, m := range read.Members {
		member := Member{Role: m.Role, Online: m.Online, Estimated: m.Estimated}
		if m.Estimate != nil {
			member.Shown, member.Value, member.Comment = true, m.Estimate.Value, m.Estimate.Comment
		}
		out.Members[id] = member
	}
	hash := fnv.New64a()
	_, _ = hash.Write(canonical)
	out.Digest = hash.Sum64()
	return out, nil
}
