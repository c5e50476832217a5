package actors

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/pokey/actors/record"
	"example.com/pokey/identity"
	"example.com/pokey/poker"
	"example.com/pokey/store"
)

// A room's short code is in two places: the room has it, and a record of the code, which
// any node finds, names the room. The room's word counts. So a record that a crash or the
// end of a room has left behind opens nothing, and the sweep removes it.

const (
	codeKind = "code"
	// codeLife is how long the record of a code stays before the sweep asks whether its
	// room still has it.
	codeLife = time.Hour
	// codeTries is how many codes a room tries. Even if a million rooms had one, a code
	// would be taken once in a thousand times.
	codeTries = 3
)

func codeKey(code string) string { return codeKind + "/" + code }

// claimCode returns a code that no room has and whose record names this room from now on.
func (n *node) claimCode(ctx context.Context, room poker.RoomID) (string, error) {
	for range codeTries {
		code := identity.NewCode()
		_, err := n.Store.Commit(ctx, store.Record{Key: codeKey(code), Expires: time.Now().Add(codeLife), Data: record.EncodeCode(room)})
		if !errors.Is(err, store.ErrConflict) {
			return code, err
		}
	}
	return "", store.ErrConflict
}

// ResolveCode returns the room whose short code somebody has written, and false if no
// room has that code. It reads the store twice.
func (s *System) ResolveCode(ctx context.Context, text string) (poker.RoomID, bool, error) {
	code, ok := identity.ReadCode(text)
	if !ok {
		return "", false, nil
	}
	room, _, err := s.roomOfCode(ctx, code)
	return room, room != "", err
}

// roomOfCode returns the room that has the code, empty if none has, and the revision of
// the code's record.
func (n *node) roomOfCode(ctx context.Context, code string) (poker.RoomID, store.Revision, error) {
	found, err := n.Store.Load(ctx, codeKey(code))
	if err != nil {
		return "", 0, notThere(err)
	}
	room := record.DecodeCode(found.Data)
	kept, err := n.Store.Load(ctx, roomKind+"/"+string(room))
	if err != nil {
		return "", found.Revision, notThere(err)
	}
	if record.CodeOf(kept.Data) != code {
		return "", found.Revision, nil
	}
	return room, found.Revision, nil
}

// notThere returns nil for a record that is missing or damaged.
func notThere(err error) error {
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrCorrupt) {
		return nil
	}
	return fmt.Errorf("find the room of a code: %w", err)
}

// sweepCode keeps the record of a code whose time has run out if its room still has the
// code, and removes it otherwise.
func (n *node) sweepCode(ctx context.Context, code string) {
	room, rev, err := n.roomOfCode(ctx, code)
	switch {
	case err != nil:
	case room != "":
		_, err = n.Store.Commit(ctx, store.Record{Key: codeKey(code), Revision: rev, Expires: time.Now().Add(codeLife), Data: record.EncodeCode(room)})
	default:
		err = n.Store.Delete(ctx, codeKey(code), rev)
	}
	if err != nil && !errors.Is(err, store.ErrConflict) && ctx.Err() == nil {
		n.Log.Warn("a short code cannot be checked", "err", err)
	}
}
