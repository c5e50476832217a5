package hostile

import (
	"context"
	"fmt"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// Newcomers counts people of other addresses who came during the attack.
type Newcomers struct {
	Came    int           `json:"came"`
	Failed  int           `json:"failed"`
	Why     string        `json:"why,omitempty"` // of the first
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

// guest lets the i-th guest of a group, each from its own address, fetch the page,
// connect and do something.
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
	created, err := p.insist(client.CreateRoom("fibonacci", []string{"1", "2", "3"}))
	if err != nil {
		return fmt.Errorf("createRoom: %w", err)
	}
	for _, step := range []client.Request{
		client.JoinRoom(created.RoomID, ""), about("estimate", created.RoomID, "value", "2"), about("reveal", created.RoomID), {"request": "forgetMe"},
	} {
		if _, err := p.insist(step); err != nil && step["request"] != "forgetMe" { // an address may do that only so often
			return fmt.Errorf("%s: %w", step["request"], err)
		}
	}
	return nil
}
