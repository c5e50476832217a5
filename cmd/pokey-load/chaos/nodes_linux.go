package chaos

import (
	"context"
	"fmt"
	"log"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// supervise starts nodes again that ended by themselves, as a service manager
// does.
func (r *runner) supervise(ctx context.Context) {
	for client.Pause(ctx, time.Second) == nil {
		for name, p := range r.cluster.nodes {
			r.mu.Lock()
			alive, how := p.Alive()
			meant := r.stopping[name]
			if !alive && !meant {
				r.exits = append(r.exits, name+": "+how)
				if err := p.Start(); err != nil {
					log.Print(err)
				}
			}
			r.mu.Unlock()
		}
	}
}

func (r *runner) expectDown(name string, down bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopping[name] = down
}

func (r *runner) killNode(name string) {
	r.expectDown(name, true)
	r.cluster.nodes[name].Kill()
}

func (r *runner) startNode(ctx context.Context, name string) error {
	err := r.cluster.startNode(ctx, name)
	r.expectDown(name, false)
	return err
}

func (r *runner) stopNode(ctx context.Context, name string) error {
	r.expectDown(name, true)
	took, status, err := r.cluster.nodes[name].Stop(ctx)
	if err == nil && status != 0 {
		err = fmt.Errorf("%s stopped with status %d", name, status)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stops = append(r.stops, took)
	return err
}
