package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// diskFull has a node's disk run full. The node ends when it must write, if it must
// before there is space again.
func diskFull(ctx context.Context, r *runner, victim string) error {
	r.expectDown(victim, true)
	filler := filepath.Join(r.cluster.disk(victim), "filler")
	if err := fill(filler); err != nil {
		return err
	}
	alive := true
	for deadline := time.Now().Add(holdFor); alive && time.Now().Before(deadline); {
		alive, _ = r.cluster.nodes[victim].Alive()
		if err := client.Pause(ctx, poll); err != nil {
			return err
		}
	}
	if err := os.Remove(filler); err != nil {
		return err
	}
	if alive, _ = r.cluster.nodes[victim].Alive(); alive {
		r.expectDown(victim, false)
		return nil
	}
	return r.startNode(ctx, victim)
}

// disk is where the file system of a host is, and diskSize how many megabytes it holds.
func (c *cluster) disk(name string) string { return filepath.Join(c.dir, "etcd", name) }

const diskSize = 512

// fill writes a file until there is no space for more.
func fill(name string) error {
	file, err := os.Create(name) //nolint:gosec // it is the run's directory
	if err != nil {
		return err
	}
	for block := make([]byte, 1<<20); len(block) > 0; {
		if _, err = file.Write(block); errors.Is(err, syscall.ENOSPC) {
			block, err = block[:len(block)/2], nil // up to the last byte
		}
		if err != nil {
			break
		}
	}
	return errors.Join(err, file.Close())
}

// settleFor is until what two nodes have agreed on has reached the third.
const settleFor = 300 * time.Millisecond

// recoverMajority loses two machines with their disks for good. The third one goes on
// with what it has, and two new machines join it.
func recoverMajority(ctx context.Context, r *runner, _ string) error {
	survivor, gone := nodeNames[0], nodeNames[1:]
	r.party.Pause()
	err := client.Pause(ctx, settleFor)
	var lost []string
	for _, name := range gone {
		r.killNode(name)
		lost = append(lost, r.cluster.nodeAddress(name))
		err = errors.Join(err, os.RemoveAll(r.cluster.data(name)))
	}
	r.party.Resume()
	if err != nil {
		return err
	}
	if err := client.Pause(ctx, holdFor/3); err != nil {
		return err
	}
	r.killNode(survivor)
	if err := r.manage(ctx, survivor, "recover", "-lost", strings.Join(lost, ",")); err != nil {
		return err
	}
	r.cluster.nodes[survivor].Args = alone(r.cluster.nodeArgs(r.Options, survivor), r.cluster.nodeAddress(survivor))
	if err := r.startNode(ctx, survivor); err != nil {
		return err
	}
	for _, name := range gone {
		r.cluster.generation[name]++
		if err := r.manage(ctx, survivor, "add", r.cluster.nodeAddress(name)); err != nil {
			return err
		}
		r.cluster.nodes[name].Args = r.cluster.nodeArgs(r.Options, name)
		if err := r.startNode(ctx, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	r.cluster.nodes[survivor].Args = r.cluster.nodeArgs(r.Options, survivor)
	return nil
}

// alone returns a node's arguments with a cluster of it alone.
func alone(args []string, node string) []string {
	for i, a := range args {
		if a == "-cluster" {
			args[i+1] = node
		}
	}
	return args
}
