package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/actors/record"
	"example.com/pokey/cluster/etcdmember"
	"example.com/pokey/identity"
	"example.com/pokey/store"
	"example.com/pokey/store/boltstore"
	"example.com/pokey/store/etcdstore"
)

// The commands for the data directory of a node that does not run. Both turn its copy
// of the rooms into the file of a node that serves alone: that is how a cluster ends,
// and how another one begins when most nodes are lost for good.

// stoppedNode is the directory of a node that does not run.
type stoppedNode struct {
	config
	known nodesRecord
	keys  *identity.Keys
	out   io.Writer
}

func openStopped(c config, out io.Writer) (*stoppedNode, error) {
	known, err := c.knownNodes()
	if err != nil {
		return nil, exit{exitData, err}
	}
	n := &stoppedNode{config: c, known: known, out: out}
	if n.keys, err = identity.Open(known.Secret, false); err != nil {
		return nil, exit{exitConfig, err}
	}
	return n, nil
}

// dissolve makes the last node of a cluster one that serves alone.
func (n *stoppedNode) dissolve(ctx context.Context) error {
	err := n.takeOut(ctx, func(others []string) error {
		if len(others) > 0 {
			return fmt.Errorf("this node is not the last one: there is also %s. Start it, and on any node: pokey cluster remove NODE, for all others. If they are lost for good: pokey cluster recover", strings.Join(others, ", "))
		}
		return nil
	}, nil)
	if err != nil {
		return err
	}
	n.say("This node can serve alone now: start it without -cluster. A later start with -cluster takes the rooms into a cluster again.")
	return nil
}

// recover makes the survivor of a cluster, which has lost the majority of its nodes for
// good, the first node of another one.
func (n *stoppedNode) recover(ctx context.Context, lost []string) error {
	err := n.takeOut(ctx, func(others []string) error {
		slices.Sort(lost)
		if !slices.Equal(lost, others) {
			return fmt.Errorf("this ends the cluster of %s for good. What its other nodes had acknowledged and this one has not got is lost, and none of them may start with its old data again. "+
				"Do it only if most of them are lost for good: wipe the disks of the rest, and confirm it by naming all the others: -lost %s", strings.Join(append(others, n.known.Self), ", "), strings.Join(others, ","))
		}
		return n.silent(ctx, others)
	}, []string{n.known.Self})
	if err != nil {
		return err
	}
	n.say("This node can begin a cluster of its own now: start it with -cluster %s, and then add others with pokey cluster add. Or start it without -cluster, and it serves alone.", n.known.Self)
	return nil
}

// silent makes sure that none of the nodes that are lost answers.
func (n *stoppedNode) silent(ctx context.Context, others []string) error {
	client, err := n.known.client(n.keys)
	if err != nil {
		return exit{exitConfig, err}
	}
	for _, node := range others {
		ctx, cancel := context.WithTimeout(ctx, lookTimeout)
		_, err := client.State(ctx, node)
		cancel()
		if err == nil {
			return fmt.Errorf("%s is not lost: it answers. Stop it, if it shall not go on, and wipe its disk", node)
		}
	}
	return nil
}

// takeOut writes what this node's member of etcd has into the file of a node that serves
// alone, if agree has no objection to the names of the other members. The data of the
// member is kept beside it. The next start finds a cluster of the given nodes, or none.
func (n *stoppedNode) takeOut(ctx context.Context, agree func(others []string) error, next []string) error {
	into, err := boltstore.BeginImport(n.data, record.Form)
	if errors.Is(err, store.ErrLocked) {
		return exit{exitData, fmt.Errorf("a server is using %s: stop it first", n.data)}
	}
	if err != nil {
		return exit{exitData, err}
	}
	from := filepath.Join(n.data, memberDir)
	records, damaged := 0, 0
	err = etcdmember.ReadStopped(ctx, etcdmember.Config{Dir: from, Self: n.known.Self, Secret: n.keys, Log: slog.New(slog.DiscardHandler)}, from+".copy", agree,
		func(client *clientv3.Client) error {
			records, damaged, err = n.copyFrom(ctx, client, into)
			return err
		})
	if errors.Is(err, etcdmember.ErrRunning) {
		err = fmt.Errorf("a node is using %s: stop it first", n.data)
	}
	if err != nil {
		return exit{exitData, errors.Join(err, into.Abort())}
	}
	former, err := into.Finish()
	if err != nil {
		return exit{exitData, err}
	}
	n.say("%s has %s now.", filepath.Join(n.data, roomsFile), count(records, "record"))
	if damaged > 0 {
		n.say("Damaged, and so missing: %s.", count(damaged, "record"))
	}
	if former != "" {
		n.say("A file of that name was there; it is %s now.", former)
	}
	kept, err := n.keepMemberData(n.known, next)
	if err == nil {
		n.say(keptData, kept)
	}
	return err
}

const keptData = "The node's copy as it was is %s: it holds the rooms, encrypted, so delete it when nothing is missed."

func (n *stoppedNode) copyFrom(ctx context.Context, client *clientv3.Client, into *boltstore.Import) (records, damaged int, err error) {
	if err := shareSecret(client, n.keys); err != nil {
		return 0, 0, err
	}
	s, err := etcdstore.Open(etcdstore.Config{Client: client, Prefix: etcdRecords, Seal: n.keys.Records()})
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = s.Close() }()
	if err := s.Prepare(ctx, record.Form); err != nil {
		return 0, 0, err
	}
	damaged, err = s.Snapshot(ctx, func(r store.Record, parts []store.Record) error {
		records++
		return into.Add(r, parts)
	})
	return records, damaged, err
}

// keepMemberData keeps the member's data under a name that says since when, and notes
// that the next start finds a cluster of the given nodes, or none. Until then a start goes
// on with the member, so nothing is lost if this is interrupted.
func (c *config) keepMemberData(known nodesRecord, next []string) (kept string, err error) {
	now := nodesRecord{Generation: etcdmember.NextGeneration(known.Generation)}
	if len(next) > 0 {
		now.Self, now.Cluster, now.Secret, now.CA, now.Cert, now.Key = known.Self, next, known.Secret, known.CA, known.Cert, known.Key
	}
	member := filepath.Join(c.data, memberDir)
	kept = member + time.Now().UTC().Format("-20060102T150405Z")
	if err := c.writeNodes(now); err != nil {
		return "", exit{exitData, err}
	}
	if err := os.Rename(member, kept); err != nil {
		return "", exit{exitData, err}
	}
	return kept, nil
}

func (n *stoppedNode) say(format string, args ...any) {
	_, _ = fmt.Fprintf(n.out, format+"\n", args...)
}

// superseded says what to do with a node of a cluster that was recovered without it.
func (c *config) superseded(cause error) error {
	return fmt.Errorf("%w, so its data is of the former cluster and is not used. Move %s out of the data directory, keep it until nothing is missed, and run on a node of the cluster: pokey cluster add %s",
		cause, filepath.Join(c.data, memberDir), c.nodeAdvertise)
}
