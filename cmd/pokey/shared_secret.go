package main

import (
	"context"
	"fmt"
	"slices"

	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/identity"
	"example.com/pokey/store/etcdretry"
)

// shareSecret makes sure that all nodes use the same secret: links, sessions and
// records of a cluster are made with it. A node that has the shared secret and a
// newer one makes the newer one the shared one.
func shareSecret(etcd *clientv3.Client, keys *identity.Keys) error {
	ctx, cancel := context.WithTimeout(context.Background(), joinTimeout)
	defer cancel()
	mine := keys.Fingerprint()
	for {
		var found *clientv3.GetResponse
		err := etcdretry.Do(ctx, etcd, func(ctx context.Context) (err error) {
			found, err = etcd.Get(ctx, etcdSecret)
			return err
		})
		if err != nil {
			return fmt.Errorf("-etcd: read the fingerprint of the cluster's secret: %w", err)
		}
		shared, rev := "", int64(0)
		if len(found.Kvs) > 0 {
			shared, rev = string(found.Kvs[0].Value), found.Kvs[0].ModRevision
		}
		switch {
		case shared == mine:
			return nil
		case shared != "" && !slices.Contains(keys.Fingerprints(), shared):
			return exit{exitConfig, fmt.Errorf("-secret-file: the cluster has another secret: its fingerprint is %s, that of the file is %s", shared, mine)}
		}
		err = etcdretry.Do(ctx, etcd, func(ctx context.Context) error {
			_, err := etcd.Txn(ctx).If(clientv3.Compare(clientv3.ModRevision(etcdSecret), "=", rev)).Then(clientv3.OpPut(etcdSecret, mine)).Commit()
			return err
		})
		if err != nil {
			return fmt.Errorf("-etcd: write the fingerprint of the secret: %w", err)
		}
	}
}
