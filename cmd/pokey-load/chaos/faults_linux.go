package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"time"
)

// fault is one thing that goes wrong, and is mended.
type fault struct {
	name string
	// run does it, to the end; victim is a node.
	run func(ctx context.Context, r *runner, victim string) error
	// everybody says that it hits all nodes, so that there are no others.
	everybody bool
	nobody    bool // it hits no node itself
	optional  bool // it is run only when it is asked for
}

// holdFor is how long most faults last.
const holdFor = 15 * time.Second

var faults = []fault{
	{name: "kill", run: kill},
	{name: "vanish", run: vanish},
	{name: "planned", run: planned},
	{name: "rolling", run: rolling, everybody: true},
	{name: "upgrade", run: upgrade, everybody: true},
	{name: "freeze3", run: freeze(3 * time.Second)},
	{name: "freeze10", run: freeze(10 * time.Second)},
	{name: "freeze30", run: freeze(30 * time.Second)},
	{name: "partition", run: cut(others, both)},
	{name: "deaf", run: cut(others, in)},
	{name: "mute", run: cut(others, out)},
	{name: "flap", run: flap},
	{name: "storeless", run: cut(etcds, both)},
	{name: "isolated", run: cut(everything, both)},
	{name: "slow", run: slow},
	{name: "etcd-stall", run: etcdStall, nobody: true},
	{name: "etcd-leader", run: etcdLeader, nobody: true},
	{name: "etcd-majority", run: etcdMajority, nobody: true},
}

// FaultNames are the names of all faults, in their order.
func FaultNames() []string {
	var names []string
	for _, f := range faults {
		names = append(names, f.name)
	}
	return names
}

func faultByName(name string) (fault, error) {
	i := slices.IndexFunc(faults, func(f fault) bool { return f.name == name })
	if i < 0 {
		return fault{}, fmt.Errorf("no fault %q: %v", name, FaultNames())
	}
	return faults[i], nil
}

// kill is the sudden death of the process: its connections are reset.
func kill(ctx context.Context, r *runner, victim string) error {
	r.killNode(victim)
	if err := pause(ctx, holdFor/3); err != nil {
		return err
	}
	return r.startNode(ctx, victim)
}

// vanish is the sudden death of the machine: nothing answers any more.
func vanish(ctx context.Context, r *runner, victim string) error {
	for _, other := range everything(victim) {
		both(r, victim, other)
	}
	r.killNode(victim)
	if err := pause(ctx, holdFor); err != nil {
		return err
	}
	r.cluster.network.Heal()
	return r.startNode(ctx, victim)
}

// planned is a stop and a start.
func planned(ctx context.Context, r *runner, victim string) error {
	if err := r.stopNode(ctx, victim); err != nil {
		return err
	}
	if err := pause(ctx, holdFor/5); err != nil {
		return err
	}
	return r.startNode(ctx, victim)
}

// rolling restarts one node after the other, twice.
func rolling(ctx context.Context, r *runner, _ string) error {
	for range 2 {
		if err := r.restartAll(ctx); err != nil {
			return err
		}
	}
	return nil
}

// upgrade replaces one node after the other by the other version, and back.
func upgrade(ctx context.Context, r *runner, _ string) error {
	for _, path := range []string{r.Binary2, r.Binary} {
		if path == "" {
			path = r.Binary
		}
		for _, p := range r.cluster.nodes {
			p.path = path
		}
		if err := r.restartAll(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) restartAll(ctx context.Context) error {
	for _, name := range nodeNames {
		if err := r.stopNode(ctx, name); err != nil {
			return err
		}
		if err := r.startNode(ctx, name); err != nil {
			return err
		}
		if err := pause(ctx, holdFor/5); err != nil {
			return err
		}
	}
	return nil
}

// freeze stops the process for a while, as a paused machine does.
func freeze(d time.Duration) func(context.Context, *runner, string) error {
	return func(ctx context.Context, r *runner, victim string) error {
		p := r.cluster.nodes[victim]
		if err := p.signal(syscall.SIGSTOP); err != nil {
			return err
		}
		err := pause(ctx, d)
		_ = p.signal(syscall.SIGCONT)
		return err
	}
}

// Whom a node is cut off from.

func others(victim string) []string {
	return slices.DeleteFunc(slices.Clone(nodeNames), func(n string) bool { return n == victim })
}

func etcds(string) []string { return etcdNames }

func everything(victim string) []string {
	return append(append(others(victim), etcdNames...), clients)
}

// The directions.

func both(r *runner, victim, other string) { in(r, victim, other); out(r, victim, other) }
func in(r *runner, victim, other string)   { r.cluster.network.Cut(other, victim) }
func out(r *runner, victim, other string)  { r.cluster.network.Cut(victim, other) }

func cut(from func(victim string) []string, direction func(r *runner, victim, other string)) func(context.Context, *runner, string) error {
	return func(ctx context.Context, r *runner, victim string) error {
		for _, other := range from(victim) {
			direction(r, victim, other)
		}
		err := pause(ctx, holdFor)
		r.cluster.network.Heal()
		return err
	}
}

// flap cuts a node off from the others again and again.
func flap(ctx context.Context, r *runner, victim string) error {
	for range 5 {
		for _, other := range others(victim) {
			both(r, victim, other)
		}
		err := pause(ctx, 2*time.Second)
		r.cluster.network.Heal()
		if err != nil {
			return err
		}
		if err := pause(ctx, 2*time.Second); err != nil {
			return err
		}
	}
	return nil
}

// slow delays all that a node and the others say to each other.
func slow(ctx context.Context, r *runner, victim string) error {
	for _, other := range others(victim) {
		r.cluster.network.Delay(victim, other, 200*time.Millisecond)
		r.cluster.network.Delay(other, victim, 200*time.Millisecond)
	}
	err := pause(ctx, holdFor)
	r.cluster.network.Heal()
	return err
}

// etcdStall freezes any member.
func etcdStall(ctx context.Context, r *runner, _ string) error {
	p := r.cluster.etcds[etcdNames[rand.IntN(len(etcdNames))]]
	if err := p.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	err := pause(ctx, 10*time.Second)
	_ = p.signal(syscall.SIGCONT)
	return err
}

// etcdLeader kills the leader and starts it again.
func etcdLeader(ctx context.Context, r *runner, _ string) error {
	name, err := r.cluster.leader(ctx)
	if err != nil {
		return err
	}
	r.cluster.etcds[name].kill()
	if err := pause(ctx, holdFor/3); err != nil {
		return err
	}
	return r.cluster.etcds[name].start()
}

// etcdMajority kills two members for ten seconds.
func etcdMajority(ctx context.Context, r *runner, _ string) error {
	for _, name := range etcdNames[:2] {
		r.cluster.etcds[name].kill()
	}
	if err := pause(ctx, 10*time.Second); err != nil {
		return err
	}
	for _, name := range etcdNames[:2] {
		if err := r.cluster.etcds[name].start(); err != nil {
			return err
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
