package actors

import (
	"slices"
	"time"

	"example.com/pokey/poker"
)

// A user's record says when the user expires. While the user is connected, that moment
// is kept in the future, so that the end of a process loses no timer: the sweep finds
// records whose time has run out and wakes their users, who then expire.

// renewals is into how many parts the expiry is divided. The record of a connected user is
// written again after each, with a time that is one part later than the expiry.
const renewals = 8

// departInterval is how long rooms may take to answer before they are told again.
const departInterval = 5 * time.Second

func (a *userActor) encode() image {
	return image{data: a.record.encode(), expires: a.expires()}
}

// expires is when the sweep may find the record.
func (a *userActor) expires() time.Time {
	switch {
	case a.record.Forgotten:
		return time.Now() // so that the sweep goes on with it after a crash
	case a.tombstone():
		return a.tombstoneEnd()
	case len(a.conns) > 0:
		return time.Now().Add(a.node.UserExpiry + a.node.UserExpiry/renewals)
	case a.lastSeen.IsZero():
		return time.Now().Add(a.node.UserExpiry)
	default:
		return a.lastSeen.Add(a.node.UserExpiry)
	}
}

// resume goes on with the time that the record says.
func (a *userActor) resume(expires time.Time) {
	if a.tombstone() {
		return // its time is not the user's
	}
	a.lastSeen = expires.Add(-a.node.UserExpiry)
	a.timer.arm(time.Until(expires), expire{})
}

// renew moves the expiry ahead while the user is connected.
func (a *userActor) renew() {
	if !a.record.blank() {
		a.commits.markDirty()
	}
	a.timer.arm(a.node.UserExpiry/renewals, renew{})
}

// expire ends the user: the rooms that the user owns close, and the user leaves the
// others. The record is removed only when all rooms have done that, so an expiry that a
// crash interrupts starts again.
func (a *userActor) expire() {
	if len(a.conns) > 0 || a.leaving != nil {
		return
	}
	a.leaving = &departure{}
	for _, room := range slices.Concat(a.record.Owned, a.record.Rooms, a.record.Left, a.record.Closed) {
		if !slices.Contains(a.leaving.rooms, room) {
			a.leaving.rooms = append(a.leaving.rooms, room)
		}
	}
	a.depart()
}

// depart tells the rooms that have not answered, or ends the departure.
func (a *userActor) depart() {
	if a.leaving == nil {
		return
	}
	if len(a.leaving.rooms) == 0 {
		a.timer.stop()
		a.leaveTombstone()
		return
	}
	for _, room := range a.leaving.rooms {
		a.node.tellRoom(room, departed{a.id})
	}
	a.timer.arm(departInterval, departAgain{})
}

func (a *userActor) roomGone(room poker.RoomID) {
	if a.leaving == nil {
		return
	}
	if i := slices.Index(a.leaving.rooms, room); i >= 0 {
		a.leaving.rooms = slices.Delete(a.leaving.rooms, i, i+1)
		if len(a.leaving.rooms) == 0 {
			a.depart()
		}
	}
}

// gone reports whether there is no such user any more.
func (a *userActor) gone() bool {
	return a.record.Forgotten || a.record.blank() && len(a.conns) == 0
}

// tombstone reports whether the record only says which sessions are void, and some of
// these may be alive.
func (a *userActor) tombstone() bool {
	return a.record.blank() && a.record.NotBefore != 0 && time.Now().Before(a.tombstoneEnd())
}

// tombstoneEnd is when every session that the record calls void has ended by itself.
func (a *userActor) tombstoneEnd() time.Time {
	return time.Unix(a.record.NotBefore, 0).Add(a.node.SessionLife)
}

// leaveTombstone ends a departure: the record is removed, or becomes a tombstone.
func (a *userActor) leaveTombstone() {
	a.record = userRecord{NotBefore: a.record.NotBefore}
	if !a.tombstone() {
		a.commits.remove()
		return
	}
	a.leaving.over = true
	a.commits.markDirty()
}
