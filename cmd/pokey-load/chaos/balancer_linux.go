package chaos

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// balancer stands for the load balancer in front of the nodes, which looks after
// them all the time, offers a connection that a node refuses to the next one, and breaks off those
// to a node that does not answer.
type balancer struct {
	cluster *cluster
	sites   []*client.Site // in the order of nodeNames

	mu       sync.Mutex
	backends []backend
}

type backend struct {
	open  bool // takes new connections
	fails int  // checks in a row
	down  chan struct{}
	conns map[*client.Conn]struct{}
}

// A node that fails maxFails checks in a row is down.
const (
	checkEvery = time.Second
	maxFails   = 2
	// dialPatience is the page's for a connection to come about.
	dialPatience = 8 * time.Second
)

func newBalancer(c *cluster) (*balancer, error) {
	b := &balancer{cluster: c}
	var addresses []string
	for _, name := range nodeNames {
		addresses = append(addresses, "http://"+c.address(name, webPort))
		b.backends = append(b.backends, backend{open: true, down: make(chan struct{}), conns: make(map[*client.Conn]struct{})})
	}
	var err error
	b.sites, err = client.NewSites(addresses, client.SiteOptions{AllowRemote: true}) // remote, but in the lab
	return b, err
}

// check looks after the nodes until ctx ends.
func (b *balancer) check(ctx context.Context) {
	var checking sync.WaitGroup
	for i, name := range nodeNames {
		checking.Go(func() {
			tick := time.NewTicker(checkEvery)
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
					b.judge(i, b.cluster.readiness(ctx, name))
				}
			}
		})
	}
	checking.Wait()
}

// judge takes note of a check's result.
func (b *balancer) judge(node, status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	back := &b.backends[node]
	if status != 0 {
		back.open, back.fails = status == http.StatusOK, 0
		return
	}
	if back.fails++; back.fails < maxFails {
		return
	}
	back.open = false
	close(back.down)
	back.down = make(chan struct{})
	for conn := range back.conns {
		conn.Reset()
	}
	clear(back.conns)
}

// candidates are the nodes to try, the preferred one first; all of them if none
// seems to take connections.
func (b *balancer) candidates(preferred int) []int {
	b.mu.Lock()
	defer b.mu.Unlock()
	var open, all []int
	for k := range b.backends {
		i := (preferred + k) % len(b.backends)
		all = append(all, i)
		if b.backends[i].open {
			open = append(open, i)
		}
	}
	if len(open) == 0 {
		return all
	}
	return open
}

// dial opens a connection, and says on which node.
func (b *balancer) dial(ctx context.Context, session client.Session, preferred int) (conn *client.Conn, node int, err error) {
	for _, node = range b.candidates(preferred) {
		conn, err = b.dialNode(ctx, session, node)
		if err == nil {
			return conn, node, nil
		}
		if refused, ok := errors.AsType[*client.HandshakeError](err); ok && refused.Status != http.StatusServiceUnavailable {
			return nil, node, err
		}
	}
	return nil, node, err
}

func (b *balancer) dialNode(ctx context.Context, session client.Session, node int) (*client.Conn, error) {
	b.mu.Lock()
	down := b.backends[node].down
	b.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	go func() {
		select {
		case <-down:
			cancel()
		case <-ctx.Done():
		}
	}()
	conn, err := b.sites[node].Dial(ctx, session)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.backends[node].conns[conn] = struct{}{}
	return conn, nil
}

// ended forgets a connection.
func (b *balancer) ended(conn *client.Conn, node int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.backends[node].conns, conn)
}
