package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"example.com/pokey/cluster/etcdmember"
	"example.com/pokey/identity"
	"example.com/pokey/operator"
)

// clusterCommand shows or changes which nodes a cluster consists of. It asks a running
// node at its port for other nodes, with this node's certificate and secret; dissolve
// and recover are for a node that does not run.
func clusterCommand(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	var at, lost string
	c := config{data: cmp.Or(getenv(envName("data")), "./data")}
	fs := flag.NewFlagSet("pokey cluster", flag.ContinueOnError)
	fs.StringVar(&c.data, "data", c.data, "`DIR` of a node of the cluster")
	fs.StringVar(&at, "at", "", "`NODE` to ask (default the one of DIR, or else any that answers)")
	fs.StringVar(&lost, "lost", "", "for recover: `NODES` that are lost for good, all others of the cluster, separated by commas")
	words, err := parseWords(fs, args, usage(fs, out, clusterHelp))
	if err != nil {
		return exit{exitUsage, err}
	}
	what, node, err := clusterWords(words)
	if err != nil {
		return exit{exitUsage, err}
	}
	if err := checkDirectory(c.data); err != nil {
		return err
	}
	if node != "" {
		if node, err = nodeAddress(node); err != nil {
			return exit{exitUsage, err}
		}
	}
	if lost != "" && what != "recover" {
		return exit{exitUsage, errors.New("-lost is for pokey cluster recover only")}
	}
	if what == "dissolve" || what == "recover" {
		return stoppedCommand(ctx, what, c, lost, out)
	}
	o, err := newOverseer(ctx, c, at, out)
	if err != nil {
		return err
	}
	switch what {
	case "add":
		return o.add(ctx, node)
	case "remove":
		return o.remove(ctx, node)
	default:
		return o.status(ctx)
	}
}

// stoppedCommand is clusterCommand for a node that does not run.
func stoppedCommand(ctx context.Context, what string, c config, lost string, out io.Writer) error {
	var named config
	if lost != "" {
		if err := named.setNodes(lost); err != nil {
			return exit{exitUsage, fmt.Errorf("-lost: %w", err)}
		}
	}
	n, err := openStopped(c, out)
	switch {
	case err != nil:
		return err
	case what == "dissolve":
		err = n.dissolve(ctx)
	default:
		err = n.recover(ctx, named.nodes)
	}
	if err != nil {
		return err
	}
	return giveToOwner(c.data)
}

// overseer asks the nodes of a cluster on behalf of a person.
type overseer struct {
	client etcdmember.Client
	at     string // the node that answers
	nodes  []string
	out    io.Writer
}

// newOverseer finds a node that answers.
func newOverseer(ctx context.Context, c config, at string, out io.Writer) (*overseer, error) {
	r, err := c.knownNodes()
	if err != nil {
		return nil, exit{exitData, err}
	}
	o := &overseer{out: out, nodes: r.Cluster}
	keys, err := identity.Open(r.Secret, false)
	if err != nil {
		return nil, exit{exitConfig, err}
	}
	if o.client, err = r.client(keys); err != nil {
		return nil, exit{exitConfig, err}
	}
	ask := append([]string{r.Self}, r.Cluster...)
	if at != "" {
		if at, err = nodeAddress(at); err != nil {
			return nil, exit{exitUsage, fmt.Errorf("-at: %w", err)}
		}
		ask = []string{at}
	}
	var faults []error
	for _, node := range slices.Compact(ask) {
		s, err := o.state(ctx, node)
		if err == nil && len(s.Members) > 0 {
			o.at = node
			return o, nil
		}
		if err == nil {
			err = fmt.Errorf("%s is not in the cluster yet", node)
		}
		faults = append(faults, err)
	}
	return nil, errors.Join(faults...)
}

const (
	lookTimeout   = 5 * time.Second
	changeTimeout = 30 * time.Second
	leaveWait     = 60 * time.Second // for a node that hands off what it has
)

func (o *overseer) state(ctx context.Context, node string) (etcdmember.State, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	return o.client.State(ctx, node)
}

func (o *overseer) say(format string, args ...any) {
	_, _ = fmt.Fprintf(o.out, format+"\n", args...)
}

// status prints what the node that answers sees, and which other nodes do not answer.
func (o *overseer) status(ctx context.Context) error {
	looking, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	page, err := o.client.Look(looking, o.at)
	if err != nil {
		return err
	}
	o.say("%s sees:\n\n%s", o.at, page)
	s, err := o.state(ctx, o.at)
	if err != nil {
		return err
	}
	voters, silent := 0, []string{}
	for _, m := range s.Members {
		if m.Learner {
			continue
		}
		voters++
		if _, err := o.state(ctx, m.Node); err != nil {
			silent = append(silent, m.Node)
		}
	}
	o.say("%s", verdict(voters, silent))
	if len(silent) > 0 {
		return exit{exitFailure, errors.New("not all nodes answer")}
	}
	return nil
}

// verdict says what the number of nodes and of silent ones means.
func verdict(voters int, silent []string) string {
	left := operator.Spare(voters, len(silent))
	switch {
	case left < 0:
		return fmt.Sprintf("%s: no answer. Without a majority of its %d nodes, nothing in the cluster can change. If they are lost for good: pokey cluster recover.", strings.Join(silent, ", "), voters)
	case len(silent) > 0:
		return fmt.Sprintf("%s: no answer. The cluster works without; it can lose %d more. If a machine is gone for good: pokey cluster remove NODE.", strings.Join(silent, ", "), left)
	case voters == 1:
		return "One node: if it is lost, so is everything. pokey invite -nodes 2 here, and pokey join on two other machines, makes it three."
	case voters%2 == 0:
		return fmt.Sprintf("All %d nodes answer. It can lose %d; one node more would be better.", voters, left)
	default:
		return fmt.Sprintf("All %d nodes answer. The cluster can lose %d of them.", voters, left)
	}
}

// add admits a node, and says how to start it.
func (o *overseer) add(ctx context.Context, node string) error {
	ctx, cancel := context.WithTimeout(ctx, changeTimeout)
	defer cancel()
	if err := o.client.Add(ctx, o.at, node); err != nil {
		return err
	}
	s, err := o.state(ctx, o.at)
	if err != nil {
		return err
	}
	var all []string
	for _, m := range s.Members {
		all = append(all, m.Node)
	}
	slices.Sort(all)
	o.say("%s may join. On that machine, with its certificate and the secret in its data directory, start:\n\n  pokey -cluster %s -node-advertise %s …\n", node, strings.Join(all, ","), node)
	o.say("It gets a vote by itself once it has all rooms: pokey cluster status shows that. Set -cluster to the same list on the other nodes for their next start.")
	return nil
}

// remove removes a node, and waits until it is gone.
func (o *overseer) remove(ctx context.Context, node string) error {
	changing, cancel := context.WithTimeout(ctx, changeTimeout)
	defer cancel()
	if err := o.client.Remove(changing, o.at, node); err != nil {
		return err
	}
	o.say("%s hands off what it has …", node)
	ask := slices.DeleteFunc(append([]string{o.at}, o.nodes...), func(n string) bool { return n == node })
	for deadline := time.Now().Add(leaveWait); time.Now().Before(deadline); {
		for _, other := range ask {
			s, err := o.state(ctx, other)
			if err != nil || len(s.Members) == 0 || slices.ContainsFunc(s.Members, func(i etcdmember.Info) bool { return i.Node == node }) {
				continue
			}
			o.say("%s is no longer in the cluster. Left: %d. Remove it from -cluster on the other nodes for their next start.", node, len(s.Members))
			return nil
		}
		select {
		case <-time.After(bringInterval):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return exit{exitFailure, fmt.Errorf("%s has been asked to go and is still in the cluster: see its log, and try again", node)}
}
