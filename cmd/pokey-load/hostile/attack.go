package hostile

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// attack is everything that the attacker does, from one address.
type attack struct {
	sites    []*client.Site // of the nodes, all from that address
	room     string         // id of the attacked room
	cancel   context.CancelFunc
	working  sync.WaitGroup
	attempts []*attempt
}

// attempt is a kind of attack under way.
type attempt struct {
	*attack
	tally
	turns atomic.Int64
}

// attempts are the kinds of attack, each with how many run at a time and the pause
// before one is repeated. More would achieve nothing, because the limits per
// address bound them all.
var attempts = []struct {
	name  string
	count int
	rest  time.Duration
	do    func(*attempt, context.Context) error
}{
	{"long histories that nobody reads", 1, time.Second, (*attempt).histories},
	{"a full room with the longest texts", 1, time.Second, (*attempt).fullRoom},
	{"a flood of rooms", 2, 50 * time.Millisecond, (*attempt).rooms},
	{"idle HTTP connections", 1, 5 * time.Second, (*attempt).idle},
	{"half a handshake", 4, 100 * time.Millisecond, (*attempt).half},
	{"handshakes", 2, 20 * time.Millisecond, (*attempt).handshakes},
	{"page loads", 2, 20 * time.Millisecond, (*attempt).pages},
	{"ghosts in somebody's room", 2, 50 * time.Millisecond, (*attempt).ghosts},
	{"hostile texts", 1, 100 * time.Millisecond, (*attempt).texts},
	{"peeping", 1, 100 * time.Millisecond, (*attempt).peep},
	{"removed and back", 1, 100 * time.Millisecond, (*attempt).rejoin},
	{"rooms offered", 1, 100 * time.Millisecond, (*attempt).offers},
	{"floods of messages", 2, 200 * time.Millisecond, (*attempt).flood},
	{"forgotten and signed out", 1, 500 * time.Millisecond, (*attempt).forgetting},
}

func isAttack(name string) bool {
	for _, m := range attempts {
		if m.name == name {
			return true
		}
	}
	return false
}

// headStart is the advantage of the attacks that need many connections, before the
// others use up the connections of the address.
const headStart = time.Second

// begin begins.
func (o orders) begin(ctx context.Context) (*attack, error) {
	ctx, cancel := context.WithCancel(ctx)
	a := &attack{room: o.Room, cancel: cancel}
	for _, url := range o.URLs {
		site, err := from(url, 1, 1)
		if err != nil {
			cancel()
			return nil, err
		}
		a.sites = append(a.sites, site)
	}
	for i, kind := range attempts {
		if o.Only != "" && o.Only != kind.name {
			continue
		}
		m := &attempt{attack: a, tally: tally{found: Attack{Name: kind.name}}}
		a.attempts = append(a.attempts, m)
		for range kind.count {
			a.working.Go(func() {
				if i > 1 && !tick(ctx, headStart) {
					return
				}
				for ctx.Err() == nil {
					if err := kind.do(m, ctx); ctx.Err() == nil {
						m.countEnd(err)
					}
					if !tick(ctx, kind.rest) {
						return
					}
				}
			})
		}
	}
	return a, nil
}

// end ends it. It may be called again.
func (a *attack) end() {
	a.cancel()
	a.working.Wait()
	for _, site := range a.sites {
		site.CloseIdle()
	}
}

func (a *attack) results() (all []Attack) {
	for _, m := range a.attempts {
		all = append(all, m.result())
	}
	return all
}

// errOver is returned by an attempt that ended with the attack; it is not counted.
var errOver = errors.New("over")

// site returns the nodes in turn.
func (m *attempt) site() *client.Site { return m.sites[int(m.turns.Add(1))%len(m.sites)] }

// enter connects a new user.
func (m *attempt) enter(ctx context.Context) (*person, error) { return arrive(ctx, m.site()) }

// gathering is how long an attack that needs many people waits for more than the
// minimum. Without it, the attack would never begin on a slow machine.
const gathering = 4 * time.Second

// enterAll connects as many as it can while they gather, at most n and at least so
// many, until the returned function is called.
func (m *attempt) enterAll(ctx context.Context, n, least int) (all []*person, leave func(), err error) {
	leave = func() {
		for _, p := range all {
			p.close()
		}
	}
	for began := time.Now(); len(all) < n && (len(all) < least || time.Since(began) < gathering); {
		p, err := m.enter(ctx)
		switch {
		case ctx.Err() != nil:
			return all, leave, errOver
		case err != nil && len(all) < least:
			return all, leave, &setUpError{fmt.Sprintf("%d of %d got in", len(all), n), err}
		case err != nil:
			m.count(err)
			return all, leave, nil
		}
		all = append(all, p)
	}
	return all, leave, nil
}

// newRoom lets a person create a room and join it.
func (m *attempt) newRoom(ctx context.Context, p *person, cards ...string) (string, error) {
	reply, err := p.ask(client.CreateRoom("x", cards))
	if err != nil {
		return "", &setUpError{"createRoom", err}
	}
	return reply.RoomID, m.require(ctx, p, client.JoinRoom(reply.RoomID, ""))
}

// require sends requests that the attack needs to succeed, one after the other. It
// repeats those that are refused for the moment.
func (m *attempt) require(ctx context.Context, p *person, requests ...client.Request) error {
	for _, r := range requests {
		for try := 0; ; try++ {
			reply, err := p.ask(r)
			if err == nil {
				break
			}
			if !reply.Retryable || try == 5 {
				return &setUpError{fmt.Sprint(r["request"]), err}
			}
			if !tick(ctx, 300*time.Millisecond) {
				return errOver
			}
		}
	}
	return nil
}

// requireEach lets all people send the requests at the same time.
func (m *attempt) requireEach(ctx context.Context, people []*person, requests ...client.Request) error {
	errs := make([]error, len(people))
	var asking sync.WaitGroup
	for i, p := range people {
		asking.Go(func() { errs[i] = m.require(ctx, p, requests...) })
	}
	asking.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// try sends requests one after the other, and counts those accepted and those
// refused. The error is the end of the connection.
func (m *attempt) try(ctx context.Context, p *person, requests ...client.Request) error {
	for _, r := range requests {
		if ctx.Err() != nil {
			return errOver
		}
		_, err := p.ask(r)
		if err != nil && !errors.As(err, new(refusal)) {
			return err
		}
		m.count(err)
	}
	return nil
}
