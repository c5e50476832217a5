package actors

import (
	"maps"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
)

// usersActor is the registry of user actors.
type usersActor struct{ registry }

func newUsers(sys *node) *usersActor {
	return &usersActor{newRegistry(sys, userKind, usersName, func(id string) actor.Actor { return newUser(sys, poker.UserID(id)) })}
}

// Receive handles what concerns all users; the rest is any registry's.
func (a *usersActor) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case findOwner:
		for id := range a.active {
			if a.sys.Keys.Owns(id, string(m.room)) {
				a.deliver(ctx, addressed{id: id, message: claim(m)})
				return
			}
		}
	default:
		a.receive(ctx)
	}
}

// roomsActor is the registry of room actors.
type roomsActor struct {
	registry
	ownerless map[poker.RoomID]struct{}
}

func newRooms(sys *node) *roomsActor {
	return &roomsActor{
		registry:  newRegistry(sys, roomKind, roomsName, func(id string) actor.Actor { return newRoom(sys, poker.RoomID(id)) }),
		ownerless: map[poker.RoomID]struct{}{},
	}
}

// Receive handles what concerns all rooms; the rest is any registry's.
func (a *roomsActor) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case ownerless:
		if m.yes {
			a.ownerless[m.room] = struct{}{}
		} else {
			delete(a.ownerless, m.room)
		}
	case viewChanged:
		maps.DeleteFunc(a.ownerless, func(id poker.RoomID, _ struct{}) bool { return !a.sys.owns(roomKind, string(id)) })
		a.receive(ctx)
	case findRooms:
		for id := range a.ownerless {
			if a.sys.Keys.Owns(string(m.user), string(id)) {
				a.sys.tellUser(m.user, claim{id})
			}
		}
	default:
		a.receive(ctx)
	}
}
