package load

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// Abuse counts what the abusive connections did.
type Abuse struct {
	Stalled  int64 `json:"stalled"`  // connections that joined and stopped reading
	Slow     int64 `json:"slow"`     // connections that joined and read little by little
	Flooding int64 `json:"flooding"` // connections that flooded
	Flooded  int64 `json:"flooded"`  // requests sent by them
	Refused  int64 `json:"refused"`  // attempts that did not get so far
}

// Pauses of abusers, which ignore those that the server asks for.
const (
	stalledLife  = 20 * time.Second // a server has had cause to cut it by then
	abuserPause  = 100 * time.Millisecond
	slowPause    = time.Second // between the messages that a slow one reads
	smallReceive = 4096        // bytes that the kernel shall hold for a stalled connection
)

// abuse is the abusive connections of a run.
type abuse struct {
	site     *client.Site
	rooms    []*room
	working  sync.WaitGroup
	stalled  atomic.Int64
	slow     atomic.Int64
	flooding atomic.Int64
	flooded  atomic.Int64
	refused  atomic.Int64
}

// startAbuse lets abusers work until ctx ends.
func (r *run) startAbuse(ctx context.Context) *abuse {
	a := &abuse{site: cmp.Or(r.Abusers, r.Site), rooms: r.rooms}
	for i := range r.Stalled {
		a.working.Go(func() {
			a.again(ctx, func() {
				if conn := a.join(ctx, a.rooms[i%len(a.rooms)].id); conn != nil {
					a.stall(ctx, conn)
				}
			})
		})
	}
	for i := range r.Slow {
		a.working.Go(func() {
			a.again(ctx, func() {
				if conn := a.join(ctx, a.rooms[i%len(a.rooms)].id); conn != nil {
					a.dawdle(ctx, conn)
				}
			})
		})
	}
	for range r.Flooding {
		a.working.Go(func() { a.again(ctx, func() { a.flood(ctx) }) })
	}
	return a
}

func (a *abuse) result() Abuse {
	return Abuse{Stalled: a.stalled.Load(), Slow: a.slow.Load(), Flooding: a.flooding.Load(), Flooded: a.flooded.Load(), Refused: a.refused.Load()}
}

func (a *abuse) again(ctx context.Context, abuse func()) {
	for client.Pause(ctx, abuserPause) == nil {
		abuse()
	}
}

// join joins a room with a connection that holds little unread; nil if it is
// kept out.
func (a *abuse) join(ctx context.Context, roomID string) *client.Conn {
	conn, _, err := connect(ctx, a.site)
	if err != nil {
		a.refused.Add(1)
		return nil
	}
	conn.SetReceiveBuffer(smallReceive)
	if conn.Write(client.JoinRoom(roomID, "observer").Encode("")) != nil {
		conn.Reset()
		a.refused.Add(1)
		return nil
	}
	return conn
}

// stall joins a room and never reads.
func (a *abuse) stall(ctx context.Context, conn *client.Conn) {
	defer conn.Reset()
	a.stalled.Add(1)
	_ = client.Pause(ctx, stalledLife)
}

// dawdle reads a message a second, until it is cut off.
func (a *abuse) dawdle(ctx context.Context, conn *client.Conn) {
	defer conn.Reset()
	a.slow.Add(1)
	stop := context.AfterFunc(ctx, conn.Reset)
	defer stop()
	for client.Pause(ctx, slowPause) == nil {
		if _, err := conn.Read(); err != nil {
			return
		}
	}
}

// flood sends requests until it is cut off, and reads whatever comes.
func (a *abuse) flood(ctx context.Context) {
	conn, _, err := connect(ctx, a.site)
	if err != nil {
		a.refused.Add(1)
		return
	}
	a.flooding.Add(1)
	stop := context.AfterFunc(ctx, conn.Reset)
	defer stop()
	defer conn.Reset()
	var reading sync.WaitGroup
	defer reading.Wait()
	reading.Go(func() {
		for {
			if _, err := conn.Read(); err != nil {
				conn.Reset()
				return
			}
		}
	})
	for conn.Write([]byte(`{"request":"ping","id":"f"}`)) == nil {
		a.flooded.Add(1)
	}
}
