package hostile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// linkedRoom is another user's room whose link the attacker has.
type linkedRoom struct {
	id      string
	owner   *person
	stopped chan struct{}
	cancel  context.CancelFunc
	site    *client.Site
}

func (r *run) openLinked(ctx context.Context) (*linkedRoom, error) {
	site, err := r.from(0, 3, 1)
	if err != nil {
		return nil, err
	}
	owner, err := arrive(ctx, site)
	site.CloseIdle()
	if err != nil {
		return nil, err
	}
	created, err := owner.insist(client.CreateRoom("fibonacci", []string{"1", "2", "3"}))
	if err == nil {
		_, err = owner.insist(client.JoinRoom(created.RoomID, ""))
	}
	if err != nil {
		owner.close()
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	l := &linkedRoom{id: created.RoomID, owner: owner, stopped: make(chan struct{}), cancel: cancel, site: site}
	go func() { // pings are answered while somebody reads
		defer close(l.stopped)
		for tick(ctx, time.Second) {
			if _, err := owner.ask(client.Request{"request": "ping"}); err != nil {
				return
			}
		}
	}()
	return l, nil
}

// stillWorks lets the owner play a round and a colleague join, with the room as the
// attacker left it. It returns what went wrong.
func (l *linkedRoom) stillWorks(ctx context.Context) string {
	l.cancel()
	<-l.stopped
	for _, step := range []client.Request{about("clear", l.id), about("estimate", l.id, "value", "3"), about("reveal", l.id)} {
		if _, err := l.owner.insist(step); err != nil {
			return fmt.Sprintf("%s: %v", step["request"], err)
		}
	}
	if err := l.joinAsNewUser(ctx); err != nil {
		return fmt.Sprintf("a colleague joins: %v", err)
	}
	return ""
}

// cleanUp lets the owner do what owners can do about an attacker: lock the room,
// remove the members who are away, unlock it. It returns what went wrong. Call it
// after [linkedRoom.stillWorks].
func (l *linkedRoom) cleanUp(ctx context.Context) string {
	ask := func(r client.Request) error {
		_, err := l.owner.insist(r)
		return err
	}
	if err := ask(about("lockRoom", l.id, "locked", true)); err != nil {
		return fmt.Sprintf("lockRoom: %v", err)
	}
	if err := l.joinAsNewUser(ctx); !errors.Is(err, refusal{"room_locked"}) {
		return fmt.Sprintf("somebody joins while it is locked: got %v, want room_locked", err)
	}
	if err := ask(about("removeAway", l.id)); err != nil {
		return fmt.Sprintf("removeAway: %v", err)
	}
	if err := ask(about("lockRoom", l.id, "locked", false)); err != nil {
		return fmt.Sprintf("lockRoom: %v", err)
	}
	if err := l.joinAsNewUser(ctx); err != nil {
		return fmt.Sprintf("a colleague joins: %v", err)
	}
	return ""
}

// joinAsNewUser lets a new user join.
func (l *linkedRoom) joinAsNewUser(ctx context.Context) error {
	p, err := arrive(ctx, l.site)
	l.site.CloseIdle()
	if err != nil {
		return err
	}
	defer p.close()
	_, err = p.insist(client.JoinRoom(l.id, ""))
	return err
}

func (l *linkedRoom) close() {
	l.cancel()
	<-l.stopped
	l.owner.close()
}
