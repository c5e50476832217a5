package hostile

import (
	"context"
	"net/http"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/load"
	"example.com/pokey/cmd/pokey-load/soak"
)

// State is what all nodes together hold, by their own metrics.
type State struct {
	Connections float64 `json:"connections"`
	Goroutines  float64 `json:"goroutines"`
	Files       float64 `json:"files"`
	Heap        float64 `json:"heap"` // bytes in use
	RSS         float64 `json:"rss"`
	Rooms       float64 `json:"rooms"`
	Users       float64 `json:"users"`
}

// state reads the nodes' metrics. They answer also while they are attacked.
func (r *run) state(ctx context.Context) (s State, err error) {
	for _, admin := range r.servers.Admins {
		sample, err := soak.Scrape(ctx, admin+"/metrics")
		if err != nil {
			return s, err
		}
		s.Connections += sample["pokey_connections"]
		s.Goroutines += sample["go_goroutines"]
		s.Files += sample["process_open_fds"]
		s.Heap += sample["go_memstats_heap_inuse_bytes"]
		s.RSS += sample["process_resident_memory_bytes"]
		s.Rooms += sample["pokey_rooms"]
		s.Users += sample["pokey_users"]
	}
	return s, nil
}

// passivation is how long idle rooms and users take to leave memory: 15 s until the
// disconnected members of a room are away, 5 s until expired state is erased, 3 s of
// idling, and as much again for a slow machine.
const passivation = 45 * time.Second

// How many more rooms and users a node may have in memory than before: those that it
// has just loaded to see whether they have expired.
const (
	slackRooms = 10
	slackUsers = 10
)

// atRest reports whether no more rooms and users are in memory than before.
func (s State) atRest(were State, nodes int) bool {
	return s.Rooms <= were.Rooms+slackRooms*float64(nodes) && s.Users <= were.Users+slackUsers*float64(nodes)
}

// slowness is how many times as long a busy machine may take to release what was used.
// Whatever is really kept is still there then.
const slowness = 4

// released reports whether no more is held than before, but for what fluctuates.
func (s State) released(were State, nodes int) bool {
	n := float64(nodes)
	return s.Connections <= were.Connections+slackConnections*n && s.Goroutines <= were.Goroutines+slackGoroutines*n &&
		s.Files <= were.Files+slackFiles*n && s.Heap <= were.Heap+slackHeap*n
}

// least returns the least of each figure in two states: at any one moment the players
// may hold more.
func (s State) least(other State) State {
	return State{
		Connections: min(s.Connections, other.Connections), Goroutines: min(s.Goroutines, other.Goroutines), Files: min(s.Files, other.Files),
		Heap: min(s.Heap, other.Heap), RSS: min(s.RSS, other.RSS), Rooms: min(s.Rooms, other.Rooms), Users: min(s.Users, other.Users),
	}
}

// adminPatience is how long the operator's port may take to answer, as long as
// Prometheus waits for it.
const adminPatience = 10 * time.Second

// watch samples the nodes' memory, and whether the operator's port answers, until the
// returned function is called. That function returns the peak of any node in bytes.
func (r *run) watch(ctx context.Context) func() uint64 {
	ctx, cancel := context.WithCancel(ctx)
	var working sync.WaitGroup
	var peak uint64
	working.Go(func() {
		for tick(ctx, 100*time.Millisecond) {
			for _, node := range r.servers.Nodes {
				if usage, err := load.ReadUsage(node.PID()); err == nil {
					peak = max(peak, usage.RSS)
				}
			}
		}
	})
	working.Go(func() {
		operator := &http.Client{Timeout: adminPatience, Transport: &http.Transport{DisableKeepAlives: true}}
		for tick(ctx, time.Second) {
			for _, admin := range r.servers.Admins {
				if !answers(ctx, operator, admin+"/healthz") && ctx.Err() == nil {
					r.report.AdminFailed++
				}
			}
		}
	})
	var once sync.Once
	return func() uint64 {
		once.Do(func() {
			cancel()
			working.Wait()
		})
		return peak
	}
}

// tick waits, and reports whether ctx is still valid.
func tick(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func answers(ctx context.Context, from *http.Client, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := from.Do(req)
	if err != nil {
		return false
	}
	return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
}
