package chaos

import (
	"context"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// Times of the watching.
const (
	lead     = time.Second           // from its begin to the fault
	poll     = 50 * time.Millisecond // how often the rooms are looked at
	converge = 15 * time.Second      // for all members of a room to see the same, once nobody asks
)

// breakOnce makes one fault happen and returns its effects.
func (r *runner) breakOnce(ctx context.Context, f fault, round int) (Row, error) {
	row := Row{Fault: f.name, Round: round}
	if err := r.awaitHome(ctx); err != nil {
		return row, err
	}
	if err := client.Pause(ctx, r.Quiet); err != nil {
		return row, err
	}
	r.party.startWatching()
	victim, err := r.chooseVictim(ctx, f.hits)
	if err != nil {
		return row, err
	}
	row.Victim = victim
	r.mu.Lock()
	r.exits, r.stops = nil, nil
	r.mu.Unlock()
	if err := client.Pause(ctx, lead); err != nil {
		return row, err
	}
	hit := r.party.affected(victim, f.hits == all)
	r.lag.take()
	began := time.Now()
	if err := f.run(ctx, r, victim); err != nil {
		return row, err
	}
	healed := time.Now()
	row.Lasted = healed.Sub(began)
	row.Missing = r.party.awaitAll(ctx, healed, r.Patience)
	row.Others.Target, row.Hit.Target = f.others, f.hit
	row.Back, row.Lag = time.Since(healed), r.lag.take()
	r.party.Pause()
	defer r.party.Resume()
	if err := r.party.measure(&row, hit, time.Now()); err != nil {
		return row, err
	}
	row.Split = r.party.awaitSame(ctx)
	if err := r.party.Audit(ctx, r.party.auditors); err != nil {
		row.Audit = err.Error()
	}
	if err := r.judge(&row); err != nil {
		return row, err
	}
	r.count(ctx, &row)
	r.mu.Lock()
	row.Exits, row.Stops = r.exits, r.stops
	r.mu.Unlock()
	return row, ctx.Err()
}

// chooseVictim returns the node that a fault hits itself, if it is one of them.
func (r *runner) chooseVictim(ctx context.Context, h hits) (string, error) {
	switch h {
	case one:
		return nodeNames[r.random.IntN(len(nodeNames))], nil
	case leader:
		return r.leads(ctx)
	case all, none:
	}
	return "", nil
}

// everybody are the members of all rooms.
func (p *party) everybody() func(yield func(*member) bool) {
	return func(yield func(*member) bool) {
		for _, r := range p.rooms {
			for _, m := range r.members {
				if !yield(m) {
					return
				}
			}
		}
	}
}

// startWatching discards what members have recorded, and records from now on.
func (p *party) startWatching() {
	p.Pause()
	defer p.Resume()
	for _, r := range p.rooms {
		r.mu.Lock()
		r.changes, r.answers = nil, nil
		r.mu.Unlock()
	}
	for m := range p.everybody() {
		m.resetWatching()
	}
}

// affected returns for each member whether the fault hits their node.
func (p *party) affected(victim string, all bool) map[*member]bool {
	hit := make(map[*member]bool)
	for m := range p.everybody() {
		hit[m] = all || nodeNames[m.at()] == victim
	}
	return hit
}
