package chaos

import (
	"context"
	"slices"
	"syscall"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// fault is a way to break the cluster and repair it.
type fault struct {
	name string
	// run breaks the cluster and repairs it; victim is a node.
	run func(ctx context.Context, r *runner, victim string) error
	hits
	// The longest gaps that clients of other nodes and of the victim should have;
	// zero for no target.
	others, hit time.Duration
}

// hits says which nodes a fault hits itself.
type hits int

const (
	one    hits = iota // the victim, any node
	leader             // the victim, the node whose member of etcd leads
	all                // so that there are no others
	none               // only etcd
)

// holdFor is how long most faults last.
const holdFor = 15 * time.Second

// The longest gaps that people should notice.
const (
	blink    = 300 * time.Millisecond // of planned stops
	death    = time.Second            // of the sudden death of another node
	ownDeath = 3 * time.Second        // of the sudden death of their own node
	silent   = 8 * time.Second        // of a node that exists and does not answer
	handover = 4 * time.Second        // of a slow node that leads, until another one does
)

var faults = []fault{
	{"kill", kill, one, death, ownDeath},
	{"vanish", vanish, one, silent, silent},
	{"planned", planned, one, blink, blink},
	{"rolling", rolling, all, blink, blink},
	{"upgrade", upgrade, all, blink, blink},
	{"freeze3", freeze(3 * time.Second), one, silent, silent},
	{"freeze10", freeze(10 * time.Second), one, silent, silent},
	{"freeze30", freeze(30 * time.Second), one, silent, silent},
	{"partition", cut(others, both), one, silent, silent},
	{"deaf", cut(others, in), one, silent, silent},
	{"mute", cut(others, out), one, silent, silent},
	{"flap", flap, one, silent, silent},
	{"storeless", cut(etcds, both), one, silent, silent},
	{"isolated", cut(everythingAndEtcd, both), one, silent, silent},
	{"slow", slow, one, 0, 0},
	{"etcd-stall", etcdStall, none, 0, 0},
	{"etcd-leader", etcdLeader, none, 0, 0},
	{"etcd-majority", etcdMajority, none, 0, 0},
}

// chooseFaults returns the faults of a run, in order.
func chooseFaults(o Options) (chosen []fault) {
	there := faults
	if o.Embedded {
		there = embeddedFaults
	}
	if len(o.Faults) == 0 {
		return there
	}
	for _, name := range o.Faults {
		chosen = append(chosen, there[slices.IndexFunc(there, func(f fault) bool { return f.name == name })])
	}
	return chosen
}

// kill is the sudden death of the process: its connections are reset.
func kill(ctx context.Context, r *runner, victim string) error {
	r.killNode(victim)
	if err := client.Pause(ctx, holdFor/3); err != nil {
		return err
	}
	return r.startNode(ctx, victim)
}

// vanish is the sudden death of the machine: nothing answers any more.
func vanish(ctx context.Context, r *runner, victim string) error {
	for _, other := range append(everything(victim), r.cluster.etcdHosts()...) {
		both(r, victim, other)
	}
	r.killNode(victim)
	if err := client.Pause(ctx, holdFor); err != nil {
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
	if err := client.Pause(ctx, holdFor/5); err != nil {
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
			p.Path = path
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
		if err := client.Pause(ctx, holdFor/5); err != nil {
			return err
		}
	}
	return nil
}

// freeze stops the process for a while, as a paused machine does.
func freeze(d time.Duration) func(context.Context, *runner, string) error {
	return func(ctx context.Context, r *runner, victim string) error {
		p := r.cluster.nodes[victim]
		if err := p.Signal(syscall.SIGSTOP); err != nil {
			return err
		}
		err := client.Pause(ctx, d)
		_ = p.Signal(syscall.SIGCONT)
		return err
	}
}

// Whom a node is cut off from.

func others(victim string) []string {
	return slices.DeleteFunc(slices.Clone(nodeNames), func(n string) bool { return n == victim })
}

func etcds(string) []string { return etcdNames }

func everything(victim string) []string { return append(others(victim), clients) }

func everythingAndEtcd(victim string) []string { return append(everything(victim), etcdNames...) }

// The directions.

func both(r *runner, victim, other string) { in(r, victim, other); out(r, victim, other) }

func in(r *runner, victim, other string) { r.cluster.network.Cut(other, victim) }

func out(r *runner, victim, other string) { r.cluster.network.Cut(victim, other) }

func cut(from func(victim string) []string, direction func(r *runner, victim, other string)) func(context.Context, *runner, string) error {
	return func(ctx context.Context, r *runner, victim string) error {
		for _, other := range from(victim) {
			direction(r, victim, other)
		}
		err := client.Pause(ctx, holdFor)
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
		err := client.Pause(ctx, 2*time.Second)
		r.cluster.network.Heal()
		if err != nil {
			return err
		}
		if err := client.Pause(ctx, 2*time.Second); err != nil {
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
	err := client.Pause(ctx, holdFor)
	r.cluster.network.Heal()
	return err
}
