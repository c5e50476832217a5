package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/actors/record"
	"example.com/pokey/store"
	"example.com/pokey/store/etcdstore"
)

// lastBreath is how long the sign of life of a node that was killed remains in etcd.
const lastBreath = 7 * time.Second

// intoCluster restores what the nodes of a cluster keep in etcd.
func (r *restoration) intoCluster(ctx context.Context) error {
	encrypted, err := etcdCredentials(r.config, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return exit{exitConfig, err}
	}
	client, err := etcdstore.Dial(r.etcd, encrypted, nil)
	if err != nil {
		return exit{exitConfig, fmt.Errorf("-etcd: %w", err)}
	}
	defer func() { _ = client.Close() }()
	if err := shareSecret(client, r.keys); err != nil {
		return err
	}
	s, err := etcdstore.Open(etcdstore.Config{Client: client, Prefix: etcdRecords, Seal: r.keys.Records()})
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	i, err := s.BeginImport(ctx)
	if err != nil {
		return err
	}
	if err := r.mayReplace(ctx, client, i); err != nil {
		return errors.Join(err, i.Abort(ctx))
	}
	err = i.Clear(ctx)
	if err == nil {
		err = r.read(func(record store.Record, parts []store.Record) error { return i.Add(ctx, record, parts) })
	}
	if err == nil {
		err = i.Finish(ctx, record.Form)
	}
	if err != nil {
		return fmt.Errorf("what is in etcd is incomplete now, and no node starts with it until the restore is repeated: %s", err.Error())
	}
	r.say("restored to etcd; start the nodes")
	return nil
}

// mayReplace makes sure that no node runs, and that nothing is lost unasked. Nodes
// that start from now on find the import under way.
func (r *restoration) mayReplace(ctx context.Context, client *clientv3.Client, i *etcdstore.Import) error {
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for deadline := time.Now().Add(lastBreath); ; {
		running, err := runningNodes(ctx, client)
		if err != nil {
			return err
		}
		if len(running) == 0 {
			break
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("a node of the cluster is running (%s): stop all of them first", strings.Join(running, ", "))
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	existing, err := i.Existing(ctx)
	if err == nil && existing > 0 && !r.replace {
		err = fmt.Errorf("etcd holds %s already: with -replace they are deleted and the backup takes their place; make a backup of them first", count(existing, "record"))
	}
	return err
}

// runningNodes returns the addresses of the nodes that show a sign of life in etcd.
func runningNodes(ctx context.Context, client *clientv3.Client) (addresses []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	found, err := client.Get(ctx, etcdNodes, clientv3.WithPrefix(), clientv3.WithKeysOnly())
	if err != nil {
		return nil, fmt.Errorf("-etcd: %w", err)
	}
	for _, kv := range found.Kvs {
		if address, alive := strings.CutSuffix(strings.TrimPrefix(string(kv.Key), etcdNodes), "/alive"); alive {
			addresses = append(addresses, address)
		}
	}
	return addresses, nil
}
