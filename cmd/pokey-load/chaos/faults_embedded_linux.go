package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// embeddedFaults are what can go wrong where etcd is inside the nodes. A node cannot
// lose only etcd there.
var embeddedFaults = []fault{
	{"kill", kill, one, silent, silent}, // a third of the time it is etcd's leader
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
	{"isolated", cut(everything, both), one, silent, silent},
	{"slow", slow, one, 0, 0},
	{"slow-leader", slow, leader, handover, 0},
	{"leader-stall", freeze(10 * time.Second), leader, 0, 0},
	{"leader-kill", kill, leader, 0, 0},
	{"majority", majority, all, 0, 0},
	{"disk", disk, one, silent, silent},
	{"full", diskFull, one, silent, silent},
	{"replace", replaceMachine, one, silent, silent},
	{"resize", resize, all, 0, 0},
	{"recover", recoverMajority, all, 0, 0},
}

// leads is the node whose member of etcd is the leader.
func (r *runner) leads(ctx context.Context) (string, error) {
	for _, name := range nodeNames {
		if s, err := r.scrape(ctx, name); err == nil && s["pokey_etcd_is_leader"] == 1 {
			return name, nil
		}
	}
	return "", errors.New("no node leads")
}

// majority kills two nodes for ten seconds.
func majority(ctx context.Context, r *runner, _ string) error {
	for _, name := range nodeNames[:2] {
		r.killNode(name)
	}
	if err := client.Pause(ctx, 10*time.Second); err != nil {
		return err
	}
	for _, name := range nodeNames[:2] {
		if err := r.cluster.nodes[name].Start(); err != nil {
			return err
		}
	}
	for _, name := range nodeNames[:2] {
		if err := r.cluster.awaitNode(ctx, name); err != nil {
			return err
		}
		r.expectDown(name, false)
	}
	return nil
}

// disk is the sudden death of a node whose disk is lost with it.
func disk(ctx context.Context, r *runner, victim string) error {
	r.killNode(victim)
	if err := os.RemoveAll(r.cluster.data(victim)); err != nil {
		return err
	}
	if err := client.Pause(ctx, holdFor/3); err != nil {
		return err
	}
	return r.startNode(ctx, victim)
}

// replaceMachine has a machine die for good. Another one takes its place behind the
// balancer, under another name within the cluster.
func replaceMachine(ctx context.Context, r *runner, victim string) error {
	r.killNode(victim)
	if err := os.RemoveAll(r.cluster.data(victim)); err != nil {
		return err
	}
	if err := client.Pause(ctx, holdFor/3); err != nil {
		return err
	}
	helper := others(victim)[0]
	if err := r.manage(ctx, helper, "remove", r.cluster.nodeAddress(victim)); err != nil {
		return err
	}
	r.cluster.generation[victim]++
	r.cluster.nodes[victim].Args = r.cluster.nodeArgs(r.Options, victim)
	if err := r.manage(ctx, helper, "add", r.cluster.nodeAddress(victim)); err != nil {
		return err
	}
	return r.startNode(ctx, victim)
}

// resize removes two nodes, and adds them again.
func resize(ctx context.Context, r *runner, _ string) error {
	stays, gone := nodeNames[0], nodeNames[1:]
	for _, name := range gone {
		r.expectDown(name, true)
		if err := r.manage(ctx, stays, "remove", r.cluster.nodeAddress(name)); err != nil {
			return err
		}
		if err := r.awaitEnd(ctx, name); err != nil {
			return err
		}
	}
	if err := client.Pause(ctx, holdFor/3); err != nil {
		return err
	}
	for _, name := range gone {
		if err := r.manage(ctx, stays, "add", r.cluster.nodeAddress(name)); err != nil {
			return err
		}
		r.cluster.nodes[name].Args = r.cluster.nodeArgs(r.Options, name) // the others may have been replaced
		if err := r.startNode(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// awaitEnd waits until a node that has been removed has ended by itself.
func (r *runner) awaitEnd(ctx context.Context, name string) error {
	for {
		if alive, how := r.cluster.nodes[name].Alive(); !alive {
			if how != "exit status 0" {
				return fmt.Errorf("%s was removed and ended with %s", name, how)
			}
			return nil
		}
		if err := client.Pause(ctx, poll); err != nil {
			return err
		}
	}
}

// manage runs a command of operators on the machine of a node.
func (r *runner) manage(ctx context.Context, on string, args ...string) error {
	command := exec.CommandContext(ctx, r.Binary, append(append([]string{"cluster"}, args...), "-data", r.cluster.data(on))...) //nolint:gosec // running the given binary is the purpose
	out, err := os.OpenFile(filepath.Join(r.Dir, "commands.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }()
	command.Stdout, command.Stderr = out, out
	if err := r.cluster.network.Host(on).Start(command); err != nil {
		return err
	}
	if err := command.Wait(); err != nil {
		return fmt.Errorf("pokey cluster %v: %w: see %s", args, err, out.Name())
	}
	return nil
}
