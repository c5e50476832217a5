package game

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"example.com/pokey/cmd/pokey-load/client"
)

// An auditing connection joins auditBatch rooms, because a server may well limit
// that, and atATime of them audit at a time.
const (
	auditBatch = 8
	atATime    = 4
)

// RoomsPerAuditor is how many rooms one user audits, because a server may well
// limit that, too.
const RoomsPerAuditor = 5 * auditBatch

// Audit reads all rooms as somebody who comes fresh to them, as an observer by
// the clients that are made of the configurations: one for each
// [RoomsPerAuditor] rooms.
func (g *Game) Audit(ctx context.Context, auditors []client.Config) error {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	type batch struct {
		auditor client.Config
		rooms   []*Room
	}
	rooms := g.Rooms()
	batches := make(chan batch, len(rooms))
	for i, some := range slices.Collect(slices.Chunk(rooms, auditBatch)) {
		batches <- batch{auditors[i*auditBatch/RoomsPerAuditor], some}
	}
	close(batches)
	var auditing sync.WaitGroup
	errs := make([]error, atATime)
	for i := range errs {
		auditing.Go(func() {
			for batch := range batches {
				errs[i] = errors.Join(errs[i], g.auditSome(ctx, batch.auditor, batch.rooms))
			}
		})
	}
	auditing.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

func (g *Game) auditSome(ctx context.Context, auditor client.Config, rooms []*Room) error {
	ctx, cancel := context.WithCancel(ctx)
	c := client.New(auditor)
	var running sync.WaitGroup
	running.Go(func() { _ = c.Run(ctx) })
	defer running.Wait()
	defer cancel()
	for _, room := range rooms {
		if err := g.join(ctx, c, room.ID, true); err != nil {
			return fmt.Errorf("room %s: %w", room.ID, err)
		}
		for {
			_, known, changed := c.Room(room.ID)
			if known {
				break
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return fmt.Errorf("room %s: no status: %w", room.ID, ctx.Err())
			}
		}
	}
	return nil
}
