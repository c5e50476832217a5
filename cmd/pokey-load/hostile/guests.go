package hostile

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// Newcomers are people of other addresses who came during the attack.
type Newcomers struct {
	Came    int           `json:"came"`
	Failed  int           `json:"failed"`
	Why     string        `json:"why,omitempty"` // the first did
	Longest time.Duration `json:"longest"`       // from the page to an estimate of their own
}

// newcomers come one after the other.
type newcomers struct {
	Newcomers
	cancel context.CancelFunc
	coming sync.WaitGroup
}

// startNewcomers lets one come twice a second.
func (r *run) startNewcomers(ctx context.Context) *newcomers {
	ctx, cancel := context.WithCancel(ctx)
	n := &newcomers{cancel: cancel}
	n.coming.Go(func() {
		for i := 0; tick(ctx, 500*time.Millisecond); i++ {
			began := time.Now()
			err := r.visit(ctx, i)
			if ctx.Err() != nil {
				return
			}
			n.Came++
			n.Longest = max(n.Longest, time.Since(began))
			if err != nil {
				if n.Failed++; n.Failed == 1 {
					n.Why = err.Error()
				}
			}
		}
	})
	return n
}

func (n *newcomers) end() Newcomers {
	n.cancel()
	n.coming.Wait()
	return n.Newcomers
}

// guest has the i-th guest of a group, each from an address of their own, fetch the
// page and do something while they are there.
func (r *run) guest(ctx context.Context, group byte, i int, do func(*person) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	site, err := r.from(i%r.Nodes, group, byte(1+i%200))
	if err != nil {
		return err
	}
	defer site.CloseIdle()
	p, err := arrive(ctx, site)
	if err != nil {
		return fmt.Errorf("let in: %w", err)
	}
	defer p.close()
	return do(p)
}

// visit is one newcomer: the page, a room, an estimate, and gone.
func (r *run) visit(ctx context.Context, i int) error {
	return r.guest(ctx, 2, i, newcomer)
}

func newcomer(p *person) error {
	created, err := p.ask(client.CreateRoom("fibonacci", []string{"1", "2", "3"}))
	if err != nil {
		return fmt.Errorf("createRoom: %w", err)
	}
	for _, step := range []client.Request{
		client.JoinRoom(created.RoomID, ""), about("estimate", created.RoomID, "value", "2"), about("reveal", created.RoomID), {"request": "forgetMe"},
	} {
		if _, err := p.ask(step); err != nil && step["request"] != "forgetMe" { // one address may do that so often
			return fmt.Errorf("%s: %w", step["request"], err)
		}
	}
	return nil
}

// linked is a room of somebody else whose link the attacker has.
type linked struct {
	id      string
	owner   *person
	stopped chan struct{}
	cancel  context.CancelFunc
	site    *client.Site
}

func (r *run) openLinked(ctx context.Context) (*linked, error) {
	site, err := r.from(0, 3, 1)
	if err != nil {
		return nil, err
	}
	owner, err := arrive(ctx, site)
	site.CloseIdle()
	if err != nil {
		return nil, err
	}
	created, err := owner.ask(client.CreateRoom("fibonacci", []string{"1", "2", "3"}))
	if err == nil {
		_, err = owner.ask(client.JoinRoom(created.RoomID, ""))
	}
	if err != nil {
		owner.close()
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	l := &linked{id: created.RoomID, owner: owner, stopped: make(chan struct{}), cancel: cancel, site: site}
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

// stillWorks has the owner do what they came for and a colleague join, with the
// room as the attacker left it, and says what went wrong.
func (l *linked) stillWorks(ctx context.Context) string {
	l.cancel()
	<-l.stopped
	for _, step := range []client.Request{about("clear", l.id), about("estimate", l.id, "value", "3"), about("reveal", l.id)} {
		if _, err := l.owner.ask(step); err != nil {
			return fmt.Sprintf("%s: %v", step["request"], err)
		}
	}
	if err := l.joins(ctx); err != nil {
		return fmt.Sprintf("a colleague joins: %v", err)
	}
	return ""
}

// cleansed has the owner do what owners can about an attacker: let nobody new in,
// remove who is away, let people in again. It says what went wrong. It comes after
// [linked.stillWorks].
func (l *linked) cleansed(ctx context.Context) string {
	ask := func(r client.Request) error {
		_, err := l.owner.ask(r)
		return err
	}
	if err := ask(about("lockRoom", l.id, "locked", true)); err != nil {
		return fmt.Sprintf("lockRoom: %v", err)
	}
	if err := l.joins(ctx); !errors.Is(err, refusal{"room_locked"}) {
		return fmt.Sprintf("somebody joins while it is locked: got %v, want room_locked", err)
	}
	if err := ask(about("removeAway", l.id)); err != nil {
		return fmt.Sprintf("removeAway: %v", err)
	}
	if err := ask(about("lockRoom", l.id, "locked", false)); err != nil {
		return fmt.Sprintf("lockRoom: %v", err)
	}
	if err := l.joins(ctx); err != nil {
		return fmt.Sprintf("a colleague joins: %v", err)
	}
	return ""
}

// joins has somebody new join.
func (l *linked) joins(ctx context.Context) error {
	p, err := arrive(ctx, l.site)
	l.site.CloseIdle()
	if err != nil {
		return err
	}
	defer p.close()
	_, err = p.ask(client.JoinRoom(l.id, ""))
	return err
}

func (l *linked) close() {
	l.cancel()
	<-l.stopped
	l.owner.close()
}
