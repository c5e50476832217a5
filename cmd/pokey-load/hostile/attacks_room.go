package hostile

import (
	"context"
	"strings"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// Attacks inside rooms.

var (
	longest     = strings.Repeat("👩‍👩‍👧‍👦", 4096/25) // 25 bytes each, one grapheme
	longestName = "A" + strings.Repeat("👩‍👩‍👧‍👦", 7)
	hostile     = []string{
		"__proto__", "constructor", "toString", "hasOwnProperty", "=1+1", "@everyone", "</script>", "<img src=x>", "\u202eevil",
		"5\u200b", "\u00ad5", "a\u0300\u0301\u0302\u0303\u0304\u0305", strings.Repeat("x", 10_000), "\ufeff", "½", "",
	}
)

// histories fills a history with the longest reasons and requests it for many people
// who do not read, and some who do and count the answers (A1, A6).
func (m *attempt) histories(ctx context.Context) error {
	people, leave, err := m.enterAll(ctx, 15, 2)
	defer leave()
	if err != nil {
		return err
	}
	owner := people[0]
	room, err := m.newRoom(ctx, owner, "1", "2", "3")
	if err != nil {
		return err
	}
	if err := m.requireEach(ctx, people[1:], client.JoinRoom(room, "")); err != nil {
		return err
	}
	m.drain(people[1:])
	readers, leaveReaders, err := m.enterAll(ctx, 20, 2)
	defer leaveReaders()
	if err != nil {
		return err
	}
	if err := m.requireEach(ctx, readers, client.JoinRoom(room, "")); err != nil {
		return err
	}
	deaf := readers[len(readers)/4+1:]
	for _, p := range deaf {
		p.conn.SetReceiveBuffer(4096)
	}
	m.drain(readers[:len(readers)/4+1])
	defer m.missing(readers)
	defer m.catchUp(deaf)
	for i := range 40 {
		if i < 15 {
			for _, p := range people[1:] {
				_ = p.say(about("estimate", room, "value", "3", "comment", longest)) // the reader counts refusals
			}
			if err := m.require(ctx, owner, about("reveal", room), about("clear", room)); err != nil {
				return err
			}
		}
		for _, p := range readers {
			_ = p.tell(about("history", room, "limit", 50)) // closed connections are counted in the end
		}
		if !tick(ctx, 300*time.Millisecond) {
			return errOver
		}
	}
	return nil
}

// fullRoom makes the largest possible room and requests its whole status again and
// again, also for people who do not read (A2, A5). The statuses are counted.
func (m *attempt) fullRoom(ctx context.Context) error {
	people, leave, err := m.enterAll(ctx, 90, 5)
	defer leave()
	if err != nil {
		return err
	}
	owner := people[0]
	room, err := m.newRoom(ctx, owner)
	if err != nil {
		return err
	}
	err = m.requireEach(ctx, people, client.Request{"request": "setName", "name": longestName}, client.JoinRoom(room, ""),
		about("estimate", room, "value", strings.Repeat("9", 16), "comment", longest))
	if err != nil {
		return err
	}
	if err := m.require(ctx, owner, about("reveal", room)); err != nil {
		return err
	}
	deaf := people[len(people)-3:]
	for _, p := range deaf {
		p.conn.SetReceiveBuffer(4096)
	}
	m.drain(people[1 : len(people)-3])
	again := people[max(1, len(people)-20):]
	defer m.missing(again)
	defer m.catchUp(deaf)
	for range 100 { // at the rate of messages
		for _, p := range again {
			_ = p.tell(client.JoinRoom(room, ""))
		}
		if !tick(ctx, 100*time.Millisecond) {
			return errOver
		}
	}
	return nil
}

// texts sends all hostile texts (B1, B7).
func (m *attempt) texts(ctx context.Context) error {
	p, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer p.close()
	room, err := m.newRoom(ctx, p)
	if err != nil {
		return err
	}
	for _, text := range hostile {
		err := m.try(ctx, p,
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
func (m *attempt) peep(ctx context.Context) error {
	p, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer p.close()
	room, err := m.newRoom(ctx, p, "1", "2", "3")
	if err != nil {
		return err
	}
	for range 20 {
		err := m.try(ctx, p, about("estimate", room, "value", "2"), about("reveal", room), about("hide", room),
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
func (m *attempt) rejoin(ctx context.Context) error {
	people, leave, err := m.enterAll(ctx, 2, 2)
	defer leave()
	if err != nil {
		return err
	}
	owner, other := people[0], people[1]
	room, err := m.newRoom(ctx, owner, "1", "2")
	if err != nil {
		return err
	}
	for i := range 30 {
		if err := m.try(ctx, other, client.JoinRoom(room, "")); err != nil {
			return err
		}
		remove := about("removeMember", room, "userId", other.userID)
		if i == 20 {
			remove["forGood"] = true
		}
		if err := m.try(ctx, owner, remove, about("lockRoom", room, "locked", i%2 == 0), about("removeAway", room)); err != nil {
			return err
		}
		if !tick(ctx, 300*time.Millisecond) {
			return errOver
		}
	}
	return nil
}

// offers transfers rooms back and forth, and closes them (B5).
func (m *attempt) offers(ctx context.Context) error {
	people, leave, err := m.enterAll(ctx, 2, 2)
	defer leave()
	if err != nil {
		return err
	}
	for range 10 {
		room, err := m.newRoom(ctx, people[0], "1", "2")
		if err != nil {
			return err
		}
		if err := m.require(ctx, people[1], client.JoinRoom(room, "")); err != nil {
			return err
		}
		for i := range 6 {
			from, to := people[i%2], people[1-i%2]
			if err := m.try(ctx, from, about("transferRoom", room, "userId", to.userID)); err != nil {
				return err
			}
			if err := m.try(ctx, to, about("acceptRoom", room)); err != nil {
				return err
			}
		}
		if err := m.try(ctx, people[0], about("closeRoom", room)); err != nil {
			return err
		}
		if !tick(ctx, time.Second) {
			return errOver
		}
	}
	return nil
}

// ghosts join the attacked room and disconnect (B4).
func (m *attempt) ghosts(ctx context.Context) error {
	p, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer p.close()
	return m.try(ctx, p, client.JoinRoom(m.room, ""))
}
