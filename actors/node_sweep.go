package actors

import (
	"context"
	"time"

	"example.com/pokey/poker"
)

// At most 60 s may pass between an expiry and the removal of the last trace of it. The
// sweep takes a third of that and leaves the rest to the store.
const (
	sweepInterval = 20 * time.Second
	sweepSoon     = time.Second // after a full batch
	sweepBatch    = 1000        // records
)

// sweep wakes the users and rooms of this node whose time, by their records, has run
// out while they had no actor. So the death of a node loses no timer. Codes are looked
// after at once.
func (n *node) sweep(ctx context.Context) {
	timer := time.NewTimer(sweepInterval)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			if n.wakeExpired(ctx) >= sweepBatch {
				timer.Reset(sweepSoon) // those who came together expire together
			} else {
				timer.Reset(sweepInterval)
			}
		}
	}
}

// wakeExpired wakes at most sweepBatch users and rooms, and returns how many.
func (n *node) wakeExpired(ctx context.Context) int {
	ctx, cancel := context.WithTimeout(ctx, sweepInterval/2)
	defer cancel()
	keys, err := n.Store.Expired(ctx, time.Now(), sweepBatch)
	if err != nil && ctx.Err() == nil {
		n.Log.Warn("the store cannot list what has expired", "err", err)
	}
	for _, key := range keys {
		kind, id := splitKey(key)
		switch {
		case kind == userKind && n.owns(userKind, id):
			n.tellUser(poker.UserID(id), wake{})
		case kind == roomKind && n.owns(roomKind, id):
			n.tellRoom(poker.RoomID(id), wake{})
		case kind == codeKind && n.owns(codeKind, id):
			n.sweepCode(ctx, id)
		}
	}
	return len(keys)
}
