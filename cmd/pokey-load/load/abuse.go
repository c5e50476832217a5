package load

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// Abuse is what the abusive connections did.
type Abuse struct {
	Stalled  int64 `json:"stalled"`  // connections that joined and stopped reading
	Flooding int64 `json:"flooding"` // connections that flooded
	Flooded  int64 `json:"flooded"`  // requests sent by them
	Refused  int64 `json:"refused"`  // attempts that did not get so far
}

// Pauses of abusers, who do not obey the server's.
const (
	stalledLife  = 20 * time.Second // a server has had cause to cut it by then
	abuserPause  = 100 * time.Millisecond
	smallReceive = 4096 // bytes that the kernel shall hold for a stalled connection
)

// abuse is the abusive connections of a run.
type abuse struct {
	site     *client.Site
	rooms    []*room
	working  sync.WaitGroup
	stalled  atomic.Int64
	flooding atomic.Int64
	flooded  atomic.Int64
	refused  atomic.Int64
}

// startAbuse lets abusers work until ctx ends.
func (r *run) startAbuse(ctx context.Context) *abuse {
	a := &abuse{site: r.Site, rooms: r.rooms}
	for i := range r.Stalled {
		a.working.Go(func() { a.again(ctx, func() { a.stall(ctx, a.rooms[i%len(a.rooms)].id) }) })
	}
	for range r.Flooding {
		a.working.Go(func() { a.again(ctx, func() { a.flood(ctx) }) })
	}
	return a
}

func (a *abuse) result() Abuse {
	return Abuse{Stalled: a.stalled.Load(), Flooding: a.flooding.Load(), Flooded: a.flooded.Load(), Refused: a.refused.Load()}
}

func (a *abuse) again(ctx context.Context, abuse func()) {
	for pause(ctx, abuserPause) == nil {
		abuse()
	}
}

// stall joins a room and does not read what it is sent.
func (a *abuse) stall(ctx context.Context, roomID string) {
	conn, _, err := connect(ctx, a.site)
	if err != nil {
		a.refused.Add(1)
		return
	}
	defer conn.Reset()
	conn.SetReceiveBuffer(smallReceive)
	if conn.Write(client.JoinRoom(roomID, "observer").Encode("")) != nil {
		a.refused.Add(1)
		return
	}
	a.stalled.Add(1)
	_ = pause(ctx, stalledLife)
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
