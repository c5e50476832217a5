package actors

import (
	"maps"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
)

// usersActor is the registry of user actors.
type usersActor struct{ registry }

func newUsers(n *node) *usersActor {
	return &usersActor{newRegistry(n, userKind, usersName, func(id string) actor.Actor { return newUser(n, poker.UserID(id)) })}
}

// Receive handles what concerns all users, and leaves the rest to the registry.
func (a *usersActor) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case findOwner:
		for id := range a.active {
			if a.node.Keys.Owns(id, string(m.room)) {
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

func newRooms(n *node) *roomsActor {
	return &roomsActor{
		registry:  newRegistry(n, roomKind, roomsName, func(id string) actor.Actor { return newRoom(n, poker.RoomID(id)) }),
		ownerless: map[poker.RoomID]struct{}{},
	}
}

// Receive handles what concerns all rooms, and leaves the rest to the registry.
func (a *roomsActor) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case ownerless:
		if m.yes {
			a.ownerless[m.room] = struct{}{}
		} else {
			delete(a.ownerless, m.room)
		}
	case viewChanged:
		maps.DeleteFunc(a.ownerless, func(id poker.RoomID, _ struct{}) bool { return !a.node.owns(roomKind, string(id)) })
		a.receive(ctx)
	case findRooms:
		for id := range a.ownerless {
			if a.node.Keys.Owns(string(m.user), string(id)) {
				a.node.tellUser(m.user, claim{id})
			}
		}
	default:
		a.receive(ctx)
	}
}
