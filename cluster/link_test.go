package cluster

import (
	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func send(n *Node, address, id string) {
	n.conf.System.Root.Send(actor.NewPID(address, id), wrapperspb.String("x"))
}
