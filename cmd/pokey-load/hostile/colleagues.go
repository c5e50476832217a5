package hostile

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// Colleagues counts people of other addresses who joined the attacked room while the
// attacker filled it.
type Colleagues struct {
	Came    int            `json:"came"`
	Full    int            `json:"full"`              // found the room full
	Refused map[string]int `json:"refused,omitempty"` // by other codes
	Failed  int            `json:"failed"`            // had no answer
	Why     string         `json:"why,omitempty"`     // the first of those two
	In      int            `json:"in"`                // estimated
	Mean    time.Duration  `json:"mean"`              // from the page to the estimate, of these
	Longest time.Duration  `json:"longest"`
}

// count counts the outcome of a visit.
func (c *Colleagues) count(took time.Duration, err error) {
	c.Came++
	var refused refusal
	switch {
	case err == nil:
		c.In++
		c.Mean += (took - c.Mean) / time.Duration(c.In)
		c.Longest = max(c.Longest, took)
		return
	case errors.As(err, &refused) && refused.code == "room_full":
		c.Full++
		return
	case errors.As(err, &refused):
		if c.Refused == nil {
			c.Refused = map[string]int{}
		}
		c.Refused[refused.code]++
	default:
		c.Failed++
	}
	if c.Why == "" {
		c.Why = err.Error()
	}
}

// colleagues come one after the other.
type colleagues struct {
	Colleagues
	cancel context.CancelFunc
	coming sync.WaitGroup
}

// startColleagues lets one come to the room every second.
func (r *run) startColleagues(ctx context.Context, room string) *colleagues {
	ctx, cancel := context.WithCancel(ctx)
	c := &colleagues{cancel: cancel}
	c.coming.Go(func() {
		for i := 0; tick(ctx, time.Second); i++ {
			began := time.Now()
			if err := r.join(ctx, room, i); ctx.Err() == nil {
				c.count(time.Since(began), err)
			}
		}
	})
	return c
}

func (c *colleagues) end() Colleagues {
	c.cancel()
	c.coming.Wait()
	return c.Colleagues
}

// join is the visit of one colleague: the page, the room, an estimate, and leaving for
// good, so that only the attacker fills the room.
func (r *run) join(ctx context.Context, room string, i int) error {
	return r.guest(ctx, 4, i, func(p *person) error {
		for _, step := range []client.Request{client.JoinRoom(room, ""), about("estimate", room, "value", "2"), client.LeaveRoom(room)} {
			if _, err := p.insist(step); err != nil {
				return fmt.Errorf("%s: %w", step["request"], err)
			}
		}
		return nil
	})
}
