package fakeserver

import (
	"crypto/rand"
	"encoding/json"
	"maps"
)

func (s *Server) handle(c *session, q request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.Request != "ping" && s.occasion("busy", s.options.Faults.Unavailable) {
		c.send(mustJSON(map[string]any{"event": "error", "id": q.ID, "code": "unavailable", "retryable": true}))
		return
	}
	switch q.Request {
	case "ping":
		c.answer(q, "", nil)
	case "createRoom":
		s.create(c, q)
	case "joinRoom":
		s.join(c, q)
	case "leaveRoom":
		delete(c.joined, q.RoomID)
		c.answer(q, "", map[string]any{"durable": true})
		c.send(mustJSON(map[string]any{"event": "roomLeft", "roomId": q.RoomID, "reason": "left"}))
	default:
		s.change(c, q)
	}
}

func (c *session) answer(q request, code string, more map[string]any) {
	if q.ID == "" && code == "" {
		return
	}
	event := map[string]any{"event": "ok", "id": q.ID}
	maps.Copy(event, more)
	if code != "" {
		event = map[string]any{"event": "error", "id": q.ID, "code": code, "retryable": false}
	}
	c.send(mustJSON(event))
}

func (s *Server) create(c *session, q request) {
	deck := struct{ Cards []string }{[]string{"1", "2", "3", "5", "8", "13"}}
	if q.Deck != nil && string(q.Deck) != `"fibonacci"` && json.Unmarshal(q.Deck, &deck) != nil {
		c.answer(q, "invalid_deck", nil)
		return
	}
	r := &room{
		ID: "r" + rand.Text(), Owner: c.user, Epoch: rand.Text()[:8], Round: 1, Cards: deck.Cards,
		Members: make(map[string]*member), Answers: make(map[string]answer),
	}
	s.rooms[r.ID] = r
	s.commit(r, r.view(false))
	c.answer(q, "", map[string]any{"durable": true, "roomId": r.ID})
}

func (s *Server) join(c *session, q request) {
	r := s.rooms[q.RoomID]
	if r == nil {
		c.answer(q, "room_not_found", nil)
		return
	}
	before := r.view(false)
	m := r.Members[c.user]
	if m == nil {
		m = &member{Role: "estimator"}
		r.Members[c.user] = m
	}
	if q.Role != "" {
		m.Role = q.Role
	}
	m.Online = true
	if string(mustJSON(before)) != string(mustJSON(r.view(false))) {
		s.commit(r, before)
	}
	c.joined[r.ID] = true
	c.answer(q, "", map[string]any{"durable": true})
	c.send(status(r, false))
	s.own(c, r)
}

// own sends the user's own estimate.
func (s *Server) own(c *session, r *room) {
	event := map[string]any{"event": "ownEstimate", "roomId": r.ID, "round": r.Round, "value": nil, "comment": ""}
	if e := r.Members[c.user].Estimate; e != nil {
		event["value"], event["comment"] = e.Value, e.Comment
	}
	c.send(mustJSON(event))
}

// change handles a request that changes a room.
func (s *Server) change(c *session, q request) {
	f := s.options.Faults
	r := s.rooms[q.RoomID]
	if r == nil {
		c.answer(q, "not_member", nil)
		return
	}
	key := c.user + " " + q.ID
	if old, seen := r.Answers[key]; seen && q.ID != "" && !f.ForgetRequests {
		c.answer(q, old.Code, map[string]any{"durable": true})
		return
	}
	if q.Request == "estimate" && s.occasion("lose", f.LoseAck) {
		c.answer(q, "", map[string]any{"durable": true})
		return
	}
	if q.Request == "estimate" && q.Value != nil && s.occasion("log", f.LeakInLog) {
		s.options.Log.Printf("estimate %s", *q.Value)
	}
	before := r.view(false)
	code := r.apply(c.user, q)
	if code == "" && q.Request == "estimate" && s.occasion("reveal", f.SelfReveal) {
		r.turn(true, r.Owner)
	}
	if code == "" {
		r.remember(key, answer{Code: code})
		s.commit(r, before)
	}
	if s.occasion("connection", f.DropConnection) {
		_ = c.ws.CloseNow()
		return
	}
	c.answer(q, code, map[string]any{"durable": true})
	if code == "" && (q.Request == "estimate" || q.Request == "clear") {
		for other := range s.sessions {
			if other.joined[r.ID] && (other.user == c.user || q.Request == "clear") {
				s.own(other, r)
			}
		}
	}
}
