package hostile

import (
	"context"
	"strings"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// What is done inside rooms.

var (
	longest     = strings.Repeat("👩‍👩‍👧‍👦", 4096/25) // 25 bytes each, one grapheme
	longestName = "A" + strings.Repeat("👩‍👩‍👧‍👦", 7)
	hostile     = []string{
		"__proto__", "constructor", "toString", "hasOwnProperty", "=1+1", "@everyone", "</script>", "<img src=x>", "\u202eevil",
		"5\u200b", "\u00ad5", "a\u0300\u0301\u0302\u0303\u0304\u0305", strings.Repeat("x", 10_000), "\ufeff", "½", "",
	}
)

// histories fills a history with the longest reasons and has it sent to many who
// do not read (A1, A6).
func (m *move) histories(ctx context.Context) error {
	people, leave := m.enterAll(ctx, 15)
	defer leave()
	if len(people) < 2 {
		return nil
	}
	owner := people[0]
	room, err := m.newRoom(owner, "1", "2", "3")
	if err != nil {
		return err
	}
	for _, p := range people {
		if err := p.say(client.JoinRoom(room, "")); err != nil {
			return err
		}
	}
	drain(people[1:])
	for range 15 {
		for _, p := range people[1:] {
			_ = p.say(about("estimate", room, "value", "3", "comment", longest)) // to nobody's knowledge if it fails
		}
		if err := m.all(ctx, owner, about("reveal", room), about("clear", room)); err != nil {
			return err
		}
		if !tick(ctx, 300*time.Millisecond) {
			return errOver
		}
	}
	readers, leaveReaders := m.enterAll(ctx, 20)
	defer leaveReaders()
	for _, p := range readers {
		p.conn.SetReceiveBuffer(4096)
		_ = p.say(client.JoinRoom(room, ""))
	}
	for range 25 {
		for _, p := range readers {
			m.took(p.say(about("history", room, "limit", 50)))
		}
		if !tick(ctx, 200*time.Millisecond) {
			return errOver
		}
	}
	return nil
}

// fullRoom makes the largest room there can be and has it shown whole again and
// again (A2, A5).
func (m *move) fullRoom(ctx context.Context) error {
	people, leave := m.enterAll(ctx, 90)
	defer leave()
	if len(people) < 5 {
		return nil
	}
	owner := people[0]
	room, err := m.newRoom(owner)
	if err != nil {
		return err
	}
	for _, p := range people {
		_ = p.say(client.Request{"request": "setName", "name": longestName})
		_ = p.say(client.JoinRoom(room, ""))
		_ = p.say(about("estimate", room, "value", strings.Repeat("9", 16), "comment", longest))
	}
	drain(people[1:])
	deaf := people[len(people)-3:]
	for _, p := range deaf {
		p.conn.SetReceiveBuffer(4096)
	}
	if err := m.all(ctx, owner, about("reveal", room)); err != nil {
		return err
	}
	for range 100 { // at the rate of messages
		for _, p := range people[len(people)-20:] {
			m.took(p.say(client.JoinRoom(room, "")))
		}
		if !tick(ctx, 100*time.Millisecond) {
			return errOver
		}
	}
	return nil
}

// texts says everything hostile there is (B1, B7).
func (m *move) texts(ctx context.Context) error {
	p, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer p.close()
	room, err := m.newRoom(p)
	if err != nil {
		return err
	}
	if err := m.all(ctx, p, client.JoinRoom(room, "")); err != nil {
		return err
	}
	for _, text := range hostile {
		err := m.all(ctx, p,
			client.Request{"request": "setName", "name": text}, about("setTopic", room, "topic", text),
			about("estimate", room, "value", text, "comment", text), about("setTopics", room, "topics", []string{text, text}),
			about("setDeck", room, "deck", map[string]any{"name": text, "cards": []string{text, text + "1"}}),
			about("reveal", room), about("history", room), about("clear", room))
		if err != nil {
			return err
		}
		if !tick(ctx, time.Second) {
			return errOver
		}
	}
	return nil
}

// peep reveals and hides, and changes the deck card by card (B2, B3).
func (m *move) peep(ctx context.Context) error {
	p, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer p.close()
	room, err := m.newRoom(p, "1", "2", "3")
	if err != nil {
		return err
	}
	if err := m.all(ctx, p, client.JoinRoom(room, "")); err != nil {
		return err
	}
	for range 20 {
		err := m.all(ctx, p, about("estimate", room, "value", "2"), about("reveal", room), about("hide", room),
			about("setDeck", room, "deck", map[string]any{"name": "x", "cards": []string{"1", "3"}}),
			about("setDeck", room, "deck", map[string]any{"name": "x", "cards": []string{"1", "2", "3"}}),
			about("undo", room), about("clear", room))
		if err != nil {
			return err
		}
		if !tick(ctx, 700*time.Millisecond) {
			return errOver
		}
	}
	return nil
}

// rejoin is removed and comes back (B4).
func (m *move) rejoin(ctx context.Context) error {
	people, leave := m.enterAll(ctx, 2)
	defer leave()
	if len(people) < 2 {
		return nil
	}
	owner, other := people[0], people[1]
	room, err := m.newRoom(owner, "1", "2")
	if err != nil {
		return err
	}
	if err := m.all(ctx, owner, client.JoinRoom(room, "")); err != nil {
		return err
	}
	for i := range 30 {
		if err := m.all(ctx, other, client.JoinRoom(room, "")); err != nil {
			return err
		}
		remove := about("removeMember", room, "userId", other.userID)
		if i == 20 {
			remove["forGood"] = true
		}
		if err := m.all(ctx, owner, remove, about("lockRoom", room, "locked", i%2 == 0), about("removeAway", room)); err != nil {
			return err
		}
		if !tick(ctx, 300*time.Millisecond) {
			return errOver
		}
	}
	return nil
}

// offers hands rooms to and fro, and closes them (B5).
func (m *move) offers(ctx context.Context) error {
	people, leave := m.enterAll(ctx, 2)
	defer leave()
	if len(people) < 2 {
		return nil
	}
	for range 10 {
		room, err := m.newRoom(people[0], "1", "2")
		if err != nil {
			return err
		}
		for _, p := range people {
			if err := m.all(ctx, p, client.JoinRoom(room, "")); err != nil {
				return err
			}
		}
		for i := range 6 {
			from, to := people[i%2], people[1-i%2]
			if err := m.all(ctx, from, about("transferRoom", room, "userId", to.userID)); err != nil {
				return err
			}
			if err := m.all(ctx, to, about("acceptRoom", room)); err != nil {
				return err
			}
		}
		if err := m.all(ctx, people[0], about("closeRoom", room)); err != nil {
			return err
		}
		if !tick(ctx, time.Second) {
			return errOver
		}
	}
	return nil
}

// ghosts join the room whose link there is, and hang up (B4).
func (m *move) ghosts(ctx context.Context) error {
	p, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer p.close()
	return m.all(ctx, p, client.JoinRoom(m.room, ""))
}
