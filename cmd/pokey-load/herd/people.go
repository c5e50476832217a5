package herd

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// people are those who leave and return.
type people struct {
	all []*person

	cancel  context.CancelFunc
	running sync.WaitGroup

	mu       sync.Mutex
	from     time.Time // when they were expected back
	waiting  int
	gaps     []time.Duration
	back     chan struct{} // closed when nobody is waited for
	expelled int           // told not to come back
}

// person is a member of one room, who connects to the next node when one does not answer,
// as a proxy would have it.
type person struct {
	people  *people
	sites   []*client.Site
	at      int // the node
	session client.Session
	room    string

	awaited bool // back is not known yet; guarded by people.mu
}

// arrivals is how many people arrive at a time.
const arrivals = 16

// arrive lets everybody come and join.
func (r *run) arrive(ctx context.Context) (*people, error) {
	p := new(people)
	rooms := make(chan int)
	errs := make([]error, arrivals)
	ctx, p.cancel = context.WithCancel(ctx)
	var arriving sync.WaitGroup
	for i := range errs {
		arriving.Go(func() {
			for number := range rooms {
				if errs[i] == nil {
					errs[i] = p.open(ctx, r, number)
				}
			}
		})
	}
	for i := range r.Rooms {
		rooms <- i
	}
	close(rooms)
	arriving.Wait()
	for _, err := range errs {
		if err != nil {
			p.leave()
			return p, err
		}
	}
	return p, nil
}

// patience is how long each step of arriving may take.
const patience = time.Minute

// open lets the members of one room come, the first of whom makes it.
func (p *people) open(ctx context.Context, r *run, number int) error {
	step, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	room := ""
	for i := range r.Members {
		at := (number + i) % len(r.servers.Sites)
		session, err := r.servers.Sites[at].NewSession(step)
		if err != nil {
			return err
		}
		c := &person{people: p, sites: r.servers.Sites, at: at, session: session}
		connected := c.connect(ctx)
		if room == "" {
			made, err := connected.Do(step, client.CreateRoom("fibonacci", []string{"1", "2", "3"}))
			if err != nil || !made.OK {
				return fmt.Errorf("createRoom: %s %w", made.Code, err)
			}
			room = made.RoomID
		}
		c.room = room
		if reply, err := connected.Do(step, client.JoinRoom(room, "estimator")); err != nil || !reply.OK {
			return fmt.Errorf("joinRoom: %s %w", reply.Code, err)
		}
		p.mu.Lock()
		p.all = append(p.all, c)
		p.mu.Unlock()
	}
	return nil
}

// connect lets the person be there until ctx ends.
func (c *person) connect(ctx context.Context) *client.Client {
	connected := client.New(client.Config{Dial: c.dial, Persistent: true, Silence: silence, Patience: silence, Hooks: client.Hooks{Status: func(int, client.Room) { c.people.sees(c) }}})
	c.people.running.Go(func() {
		if connected.Run(ctx) != nil {
			c.people.mu.Lock()
			c.people.expelled++
			c.people.mu.Unlock()
		}
	})
	return connected
}

// silence is the page's patience with a server that says nothing.
const silence = 20 * time.Second

// dialPatience is the page's for a connection to come about.
const dialPatience = 8 * time.Second

func (c *person) dial(ctx context.Context) (*client.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	conn, err := c.sites[c.at].Dial(ctx, c.session)
	if err != nil {
		c.people.mu.Lock() // who is at which node is looked at when one is lost
		defer c.people.mu.Unlock()
		c.at = (c.at + 1) % len(c.sites)
	}
	return conn, err
}

// sees notes that somebody sees their room.
func (p *people) sees(c *person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.awaited {
		c.awaited = false
		p.gaps = append(p.gaps, time.Since(p.from))
		if p.waiting--; p.waiting == 0 {
			close(p.back)
		}
	}
}

// leave lets everybody go.
func (p *people) leave() {
	p.cancel()
	p.running.Wait()
}

// comeBack lets all who have left return at the same moment, and returns how many.
func (p *people) comeBack(ctx context.Context) int {
	p.expect(func(*person) bool { return true })
	ctx, p.cancel = context.WithCancel(ctx)
	for _, c := range p.all {
		connected := c.connect(ctx)
		p.running.Go(func() { _, _ = connected.Do(ctx, client.JoinRoom(c.room, "estimator")) })
	}
	return len(p.all)
}

// lose says that a node is about to be lost, and returns how many people are there.
func (p *people) lose(node int) int {
	return p.expect(func(c *person) bool { return c.at == node })
}

// expect waits from now on for some of the people.
func (p *people) expect(is func(*person) bool) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.from, p.gaps, p.back = time.Now(), nil, make(chan struct{})
	for _, c := range p.all {
		if c.awaited = is(c); c.awaited {
			p.waiting++
		}
	}
	return p.waiting
}

// returned says how the return of so many went.
func (p *people) returned(expected int) Returned {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := Returned{Expected: expected, Missing: p.waiting, Expelled: p.expelled}
	if n := len(p.gaps); n > 0 {
		slices.Sort(p.gaps)
		r.P50, r.P99, r.Last = p.gaps[n/2], p.gaps[n*99/100], p.gaps[n-1]
	}
	return r
}
