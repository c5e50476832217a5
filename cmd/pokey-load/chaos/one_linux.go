package chaos

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/history"
)

// Times of the watching.
const (
	lead     = time.Second           // from its begin to the fault
	poll     = 50 * time.Millisecond // how often the rooms are looked at
	converge = 2 * time.Second       // for all members of a room to see the same, once nobody asks
)

// one lets one thing go wrong and says what came of it.
func (r *runner) one(ctx context.Context, f fault, round int) (Row, error) {
	row := Row{Fault: f.name, Round: round}
	if err := r.gather(ctx); err != nil {
		return row, err
	}
	if err := client.Pause(ctx, r.Quiet); err != nil {
		return row, err
	}
	r.party.watch()
	victim := ""
	if f.hits == one {
		victim = nodeNames[r.random.IntN(len(nodeNames))]
	}
	row.Victim = victim
	r.mu.Lock()
	r.exits, r.stops = nil, nil
	r.mu.Unlock()
	if err := client.Pause(ctx, lead); err != nil {
		return row, err
	}
	hit := r.party.hit(victim, f.hits == all)
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

// gather waits until everybody is on the node where they belong.
func (r *runner) gather(ctx context.Context) error {
	deadline := time.Now().Add(r.Patience)
	for {
		away := 0
		for m := range r.party.everybody() {
			if m.at() != m.home {
				away++
				m.Drop()
			} else if !m.sees() {
				away++
			}
		}
		if away == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d members do not get back to their nodes", away)
		}
		if err := client.Pause(ctx, time.Second); err != nil {
			return err
		}
	}
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

// watch begins to watch what members see and are told.
func (p *party) watch() {
	p.Pause()
	defer p.Resume()
	for _, r := range p.rooms {
		r.mu.Lock()
		r.changes, r.answers = nil, nil
		r.mu.Unlock()
	}
	for m := range p.everybody() {
		m.forget()
	}
}

// hit says whose node is hit.
func (p *party) hit(victim string, all bool) map[*member]bool {
	hit := make(map[*member]bool)
	for m := range p.everybody() {
		hit[m] = all || nodeNames[m.at()] == victim
	}
	return hit
}

// awaitAll waits until in every room everybody has seen a change that was asked
// for since then, and returns how many have not when patience is over.
func (p *party) awaitAll(ctx context.Context, since time.Time, patience time.Duration) (missing int) {
	deadline := time.Now().Add(patience)
	for {
		missing = 0
		for _, r := range p.rooms {
			number := r.answeredSince(since)
			for _, m := range r.members {
				if number == 0 || !m.sees() || m.newest() < number {
					missing++
				}
			}
		}
		if missing == 0 || time.Now().After(deadline) || client.Pause(ctx, poll) != nil {
			return missing
		}
	}
}

// answeredSince is the number of the first change that was asked for since then,
// if it is answered; else 0.
func (r *room) answeredSince(since time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.changes {
		if c.asked.After(since) && !c.answered.IsZero() {
			return c.number
		}
	}
	return 0
}

// sees reports whether the member has a connection that has shown the room.
func (m *member) sees() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.blinds)
	return n == 0 || !m.blinds[n-1].to.IsZero()
}

// newest is the number of the newest change that the member has seen.
func (m *member) newest() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.sights) == 0 {
		return 0
	}
	return m.sights[len(m.sights)-1].number
}

// awaitSame waits, while nobody asks for anything, until all members of each room
// see the same, and returns in how many rooms they do not: those are served twice.
func (p *party) awaitSame(ctx context.Context) (split int) {
	for deadline := time.Now().Add(converge); ; {
		split = 0
		for _, r := range p.rooms {
			if !r.same() {
				split++
			}
		}
		if split == 0 || time.Now().After(deadline) || client.Pause(ctx, poll) != nil {
			return split
		}
	}
}

func (r *room) same() bool {
	var first client.Room
	for i, m := range r.members {
		seen, known, _ := m.Room(r.id)
		if i == 0 {
			first = seen
		}
		if !known || seen.Epoch != first.Epoch || seen.Version != first.Version || seen.Digest != first.Digest {
			return false
		}
	}
	return true
}

// judge lets the oracles speak about everything so far, and takes down what is
// new.
func (r *runner) judge(row *Row) error {
	for _, name := range nodeNames {
		if err := r.scanLog(name); err != nil {
			return err
		}
	}
	began := time.Now()
	v := r.party.History.Check(r.Patience)
	row.Checking, row.Undecided = time.Since(began), len(v.Undecided)
	row.Found = slices.Clone(v.Faults[min(r.party.found, len(v.Faults)):])
	row.Durable = v.Durable - r.party.durable
	r.party.found, r.party.durable = len(v.Faults), v.Durable
	return r.dump(row.Found)
}

// scanLog looks for estimates in what a node has logged since the last time.
func (r *runner) scanLog(name string) error {
	file, err := os.Open(r.cluster.nodes[name].Log)
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	defer func() { _ = file.Close() }()
	if _, err := file.Seek(r.scanned[name], io.SeekStart); err != nil {
		return fmt.Errorf("log: %w", err)
	}
	if err := r.party.History.ScanLog(file); err != nil {
		return err
	}
	r.scanned[name], err = file.Seek(0, io.SeekCurrent)
	return err
}

// maxDumps is how many faulty rooms are worth a file.
const maxDumps = 20

// dump writes the histories of faulty rooms down.
func (r *runner) dump(found []history.Fault) error {
	written := make(map[string]bool)
	for _, f := range found {
		if written[f.Room] || len(r.report.Dumps) == maxDumps {
			continue
		}
		written[f.Room] = true
		name := filepath.Join(r.Dir, fmt.Sprintf("fault-%d.txt", len(r.report.Dumps)+1))
		file, err := os.Create(name) //nolint:gosec // it is the run's directory
		if err != nil {
			return fmt.Errorf("dump: %w", err)
		}
		if err := r.party.History.Dump(file, f.Room); err != nil {
			_ = file.Close()
			return fmt.Errorf("dump: %w", err)
		}
		if err := file.Close(); err != nil {
			return fmt.Errorf("dump: %w", err)
		}
		r.report.Dumps = append(r.report.Dumps, name)
	}
	return nil
}
