package load

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// joinPatience is how long the last member may take to see the others, for
// each thousand connections there are.
const joinPatience = 60 * time.Second

// setUp connects everybody, makes the rooms and waits until all members of each
// see each other.
func (r *run) setUp(ctx context.Context) error {
	var err error
	if r.bare, err = r.usage(); err != nil {
		return err
	}
	began := time.Now()
	if err := r.connectAll(ctx); err != nil {
		return err
	}
	if err := r.each(ctx, func(room *room) error { return r.open(ctx, room) }); err != nil {
		return err
	}
	patience := time.NewTimer(joinPatience * time.Duration(1+r.Rooms*r.Members/1000))
	defer patience.Stop()
	for i, room := range r.rooms {
		select {
		case <-room.ready:
		case <-patience.C:
			return fmt.Errorf("room %d is not complete; %d connections lost %s", i, r.losses.count.Load(), r.losses.why())
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	r.setUpFor = time.Since(began)
	if err := client.Pause(ctx, r.Rest); err != nil {
		return err
	}
	r.joined, err = r.usage()
	return err
}

// connectAll makes the rooms' members, each with a session and a connection.
func (r *run) connectAll(ctx context.Context) error {
	for range r.Rooms {
		shape, err := r.newShape()
		if err != nil {
			return err
		}
		room := &room{shape: shape, ready: make(chan struct{}), members: make([]*member, r.Members)}
		for i := range room.members {
			room.members[i] = &member{room: room, number: i, joining: true}
		}
		r.rooms = append(r.rooms, room)
	}
	work := make(chan *member)
	go func() {
		defer close(work)
		for _, room := range r.rooms {
			for _, m := range room.members {
				work <- m
			}
		}
	}()
	return r.parallel(func() error {
		var failed error
		for m := range work { // to the end, so that the feeding ends
			if failed == nil && ctx.Err() == nil {
				m.conn, m.userID, failed = connect(ctx, r.siteOf(m))
			}
		}
		return failed
	})
}

// siteOf is where a member goes.
func (r *run) siteOf(m *member) *client.Site {
	if len(r.Sites) == 0 {
		return r.Site
	}
	return r.Sites[m.number%len(r.Sites)]
}

// each calls f for every room.
func (r *run) each(ctx context.Context, f func(*room) error) error {
	work := make(chan *room, len(r.rooms))
	for _, room := range r.rooms {
		work <- room
	}
	close(work)
	return r.parallel(func() error {
		for room := range work {
			if err := errors.Join(ctx.Err(), f(room)); err != nil {
				return err
			}
		}
		return nil
	})
}

// parallel runs f in as many goroutines as there are dialers.
func (r *run) parallel(f func() error) error {
	errs := make([]error, r.Dialers)
	var working sync.WaitGroup
	for i := range errs {
		working.Go(func() { errs[i] = f() })
	}
	working.Wait()
	for _, err := range errs {
		if err != nil {
			return err // one says enough
		}
	}
	return nil
}

// maxPlacings is how many rooms are made to have one where it is wanted.
const maxPlacings = 100

// create makes rooms until one is where it is wanted.
func (r *run) create(ctx context.Context, owner *member) (roomID string, err error) {
	for i := range maxPlacings {
		roomID, err := createRoom(owner.conn, "create"+strconv.Itoa(i))
		if err != nil || r.Placed == nil {
			return roomID, err
		}
		placed, err := r.Placed(ctx)
		if err != nil || placed {
			return roomID, err
		}
	}
	return "", errors.New("no room is where it is wanted")
}

// open makes the room and lets its members in and read.
func (r *run) open(ctx context.Context, room *room) error {
	room.reader.index = make(map[string]int, len(room.members))
	for i, m := range room.members {
		room.reader.index[m.userID] = i
	}
	var err error
	if room.id, err = r.create(ctx, room.members[0]); err != nil {
		return err
	}
	join := client.JoinRoom(room.id, "estimator").Encode("join")
	for _, m := range room.members {
		r.reading.Go(func() { r.losses.note(m.read()) })
		if err := m.conn.Write(join); err != nil {
			return fmt.Errorf("joinRoom: %w", err)
		}
	}
	return nil
}
