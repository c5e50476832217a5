package actors

import (
	"context"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// codeClaimed says that a record of a code names the room now, which a facilitator has
// asked for.
type codeClaimed struct {
	command
	code string
	err  error
}

// showCode gives the room a short code unless it has one. The code's record comes first:
// a code that members see can be entered.
func (a *roomActor) showCode(m command) {
	if _, err := a.decide(poker.ShowCode{By: m.user}); err != nil { // it changes nothing yet
		a.replies.refuse(m.caller, codeOf(err))
		return
	}
	if a.room.Code() != "" {
		a.replies.accept(m.caller)
		return
	}
	a.commits.record.inBackground(func(ctx context.Context) any {
		code, err := a.node.claimCode(ctx, a.id)
		return codeClaimed{m, code, err}
	})
}

// codeClaimed gives the room the code. If it has another one by now, that one stays, and
// the sweep removes the record of this one.
func (a *roomActor) codeClaimed(m codeClaimed) {
	switch {
	case m.err != nil:
		a.replies.refuse(m.caller, protocol.Unavailable)
	case a.room == nil:
		a.replies.refuse(m.caller, protocol.NotMember)
	default:
		a.ask(m.command, poker.ShowCode{By: m.user, Code: m.code})
	}
}
