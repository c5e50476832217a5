package hostile

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// Attack is one thing that the attacker did again and again.
type Attack struct {
	Name    string `json:"name"`
	Done    int64  `json:"done"`    // requests or connections that were taken
	Refused int64  `json:"refused"` // or refused, by an answer, a status or a close
}

// attack is everything that the attacker does, from one address.
type attack struct {
	sites   []*client.Site // of the nodes, all from that address
	room    string         // whose link it has
	cancel  context.CancelFunc
	working sync.WaitGroup
	moves   []*move
}

// move is one attack under way.
type move struct {
	*attack
	name          string
	done, refused atomic.Int64
}

// moves are the attacks by their names, with how many do each at a time and how
// long each rests before it is done again. The bound is what an address may do, so
// there is no point in more.
var moves = []struct {
	name  string
	count int
	rest  time.Duration
	do    func(*move, context.Context) error
}{
	{"long histories that nobody reads", 1, time.Second, (*move).histories},
	{"a full room with the longest texts", 1, time.Second, (*move).fullRoom},
	{"a flood of rooms", 2, 50 * time.Millisecond, (*move).rooms},
	{"idle HTTP connections", 1, 5 * time.Second, (*move).idle},
	{"half a handshake", 4, 100 * time.Millisecond, (*move).half},
	{"handshakes", 2, 20 * time.Millisecond, (*move).handshakes},
	{"page loads", 2, 20 * time.Millisecond, (*move).pages},
	{"ghosts in somebody's room", 2, 50 * time.Millisecond, (*move).ghosts},
	{"hostile texts", 1, 100 * time.Millisecond, (*move).texts},
	{"peeping", 1, 100 * time.Millisecond, (*move).peep},
	{"removed and back", 1, 100 * time.Millisecond, (*move).rejoin},
	{"rooms offered", 1, 100 * time.Millisecond, (*move).offers},
	{"floods of messages", 2, 200 * time.Millisecond, (*move).flood},
	{"forgotten and signed out", 1, 500 * time.Millisecond, (*move).forgetting},
}

func named(name string) bool {
	for _, m := range moves {
		if m.name == name {
			return true
		}
	}
	return false
}

// startAttack begins.
func (r *run) startAttack(ctx context.Context, room string) (*attack, error) {
	ctx, cancel := context.WithCancel(ctx)
	a := &attack{room: room, cancel: cancel}
	for i := range r.servers.URLs {
		site, err := r.from(i, 1, 1)
		if err != nil {
			cancel()
			return nil, err
		}
		a.sites = append(a.sites, site)
	}
	for _, kind := range moves {
		if r.Only != "" && r.Only != kind.name {
			continue
		}
		m := &move{attack: a, name: kind.name}
		a.moves = append(a.moves, m)
		for range kind.count {
			a.working.Go(func() {
				for ctx.Err() == nil {
					m.took(kind.do(m, ctx))
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

func (a *attack) result() (all []Attack) {
	for _, m := range a.moves {
		all = append(all, Attack{m.name, m.done.Load(), m.refused.Load()})
	}
	return all
}

// took counts how something went.
func (m *move) took(err error) {
	switch {
	case errors.Is(err, errOver):
	case err != nil:
		m.refused.Add(1)
	default:
		m.done.Add(1)
	}
}

// errOver says that a move ended with the attack and counts for nothing.
var errOver = errors.New("over")

// site is one of the nodes, another each time.
func (m *move) site() *client.Site { return m.sites[int(m.done.Load()+m.refused.Load())%len(m.sites)] }

// enter connects somebody new.
func (m *move) enter(ctx context.Context) (*person, error) { return arrive(ctx, m.site()) }

// enterAll connects as many as it can, at most n, and reads for them until the
// returned function is called.
func (m *move) enterAll(ctx context.Context, n int) (all []*person, leave func()) {
	for range n {
		p, err := m.enter(ctx)
		if err != nil {
			m.refused.Add(1)
			break
		}
		all = append(all, p)
	}
	return all, func() {
		for _, p := range all {
			p.close()
		}
	}
}

// drain reads for people until they are closed.
func drain(people []*person) {
	for _, p := range people {
		p.conn.SetReadDeadline(time.Time{})
		go func() {
			for {
				if _, err := p.conn.Read(); err != nil {
					return
				}
			}
		}()
	}
}

// room has somebody make a room.
func (m *move) newRoom(p *person, cards ...string) (string, error) {
	reply, err := p.ask(client.CreateRoom("x", cards))
	return reply.RoomID, err
}

// all asks for one thing after the other until one is refused.
func (m *move) all(ctx context.Context, p *person, requests ...client.Request) error {
	for _, r := range slices.All(requests) {
		if ctx.Err() != nil {
			return errOver
		}
		_, err := p.ask(r)
		if err != nil && !errors.As(err, new(refusal)) {
			return err // the connection is gone
		}
		m.took(err)
	}
	return nil
}
