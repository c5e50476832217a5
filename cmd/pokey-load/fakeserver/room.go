package fakeserver

import (
	"encoding/json"
	"slices"
)

// room is a room's whole state, and its record on disk.
type room struct {
	ID       string
	Owner    string
	Epoch    string
	Version  uint64
	Round    int
	Revealed bool
	Looked   string // the user who revealed the round
	Cards    []string
	Members  map[string]*member
	Answers  map[string]answer // by user and request id
	Order    []string          // the keys of Answers, oldest first
}

type member struct {
	Role     string
	Online   bool
	Estimate *estimate
}

type estimate struct {
	Value   string `json:"value"`
	Comment string `json:"comment"`
}

type answer struct {
	Code string // empty for ok
}

const keptAnswers = 64

func (r *room) remember(key string, a answer) {
	r.Answers[key] = a
	if r.Order = append(r.Order, key); len(r.Order) > keptAnswers {
		delete(r.Answers, r.Order[0])
		r.Order = r.Order[1:]
	}
}

// request is any request; fields that it lacks are nil or zero.
type request struct {
	Request string          `json:"request"`
	ID      string          `json:"id"`
	RoomID  string          `json:"roomId"`
	Role    string          `json:"role"`
	Round   int             `json:"round"`
	Value   *string         `json:"value"`
	Comment string          `json:"comment"`
	Deck    json.RawMessage `json:"deck"`
}

// apply does what the request asks of the room and returns the code of a
// refusal, or "".
func (r *room) apply(user string, q request) string {
	m := r.Members[user]
	switch q.Request {
	case "estimate":
		switch {
		case m == nil:
			return "not_member"
		case m.Role != "estimator":
			return "not_estimator"
		case q.Round != 0 && q.Round != r.Round:
			return "stale_round"
		case q.Value == nil:
			m.Estimate = nil
		case len(r.Cards) > 0 && !slices.Contains(r.Cards, *q.Value), *q.Value == "", len(*q.Value) > 16:
			return "invalid_estimate"
		default:
			m.Estimate = &estimate{Value: *q.Value, Comment: q.Comment}
		}
		return ""
	case "reveal", "hide", "clear":
		switch {
		case m == nil && user != r.Owner:
			return "not_member"
		case user != r.Owner:
			return "not_owner"
		case q.Round != 0 && q.Round != r.Round:
			return "stale_round"
		}
		r.turn(q.Request == "reveal", user)
		if q.Request == "clear" {
			r.clear()
		}
		return ""
	}
	return "unknown_request"
}

func (r *room) turn(up bool, user string) {
	r.Revealed = up
	if up && r.Looked == "" {
		r.Looked = user
	}
}

func (r *room) clear() {
	r.Round++
	r.Looked = ""
	for _, m := range r.Members {
		m.Estimate = nil
	}
}

type roomView struct {
	ID        string                 `json:"id"`
	Epoch     string                 `json:"epoch"`
	OwnerID   string                 `json:"ownerId"`
	Revealed  bool                   `json:"revealed"`
	Round     int                    `json:"round"`
	Estimates int                    `json:"estimates"`
	Topic     string                 `json:"topic"`
	Looked    string                 `json:"revealedBy,omitempty"`
	Deck      map[string]any         `json:"deck"`
	Members   map[string]*memberView `json:"members"`
	Summary   any                    `json:"summary"`
}

type memberView struct {
	Name      string    `json:"name"`
	Role      string    `json:"role"`
	Online    bool      `json:"online"`
	Estimated bool      `json:"estimated"`
	Estimate  *estimate `json:"estimate,omitempty"`
}

// view is the room as every member may see it; leak makes it show hidden
// estimates too.
func (r *room) view(leak bool) roomView {
	v := roomView{
		ID: r.ID, Epoch: r.Epoch, OwnerID: r.Owner, Revealed: r.Revealed, Round: r.Round, Looked: r.Looked,
		Deck:    map[string]any{"name": "deck", "cards": r.Cards},
		Members: make(map[string]*memberView),
	}
	for id, m := range r.Members {
		shown := &memberView{Name: "Somebody", Role: m.Role, Online: m.Online, Estimated: m.Estimate != nil}
		if m.Estimate != nil {
			v.Estimates++
			if r.Revealed || leak {
				shown.Estimate = m.Estimate
			}
		}
		v.Members[id] = shown
	}
	if r.Revealed {
		v.Summary = map[string]any{"votes": v.Estimates}
	}
	return v
}

// generic is the view as JSON values, for diff.
func (v roomView) generic() map[string]any {
	var out map[string]any
	if err := json.Unmarshal(mustJSON(v), &out); err != nil {
		panic(err)
	}
	return out
}

// diff is the RFC 7396 patch that makes a into b, and whether there can be one.
func diff(a, b map[string]any) (patch map[string]any, ok bool) {
	patch = make(map[string]any)
	for k := range a {
		if _, kept := b[k]; !kept {
			patch[k] = nil
		}
	}
	for k, after := range b {
		before, had := a[k]
		was, isObject := before.(map[string]any)
		is, stays := after.(map[string]any)
		switch {
		case isObject && stays:
			inner, ok := diff(was, is)
			if !ok {
				return nil, false
			}
			if len(inner) > 0 {
				patch[k] = inner
			}
		case had && string(mustJSON(before)) == string(mustJSON(after)):
		case after == nil:
			return nil, false
		default:
			patch[k] = after
		}
	}
	return patch, true
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
