package main

import (
	"bytes"
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/actors/record"
	"example.com/pokey/identity"
	"example.com/pokey/store"
	"example.com/pokey/store/boltstore"
	"example.com/pokey/store/etcdretry"
	"example.com/pokey/store/etcdstore"
)

// A node that has served alone keeps its rooms in a file. When it becomes a node of a
// cluster, it brings them along. No node serves before that is done: a key in etcd
// says so.
const etcdRoomsBrought = "/pokey/v1/rooms"

const (
	roomsFile     = "pokey.db" // as package boltstore calls it
	bringAtOnce   = 64         // commits in progress
	bringInterval = 300 * time.Millisecond
)

// hasRooms reports whether this node has a file of rooms from the time before the
// cluster.
func (c *config) hasRooms() bool {
	_, err := os.Stat(filepath.Join(c.data, roomsFile))
	return err == nil
}

// bringRooms returns when all rooms that any node of a new cluster has had are in
// etcd. This node brings its own.
func (m *member) bringRooms(ctx context.Context, c config, keys *identity.Keys, log *slog.Logger) error {
	for told := false; ; {
		var got *clientv3.GetResponse
		err := m.ask(ctx, func(ctx context.Context) (err error) {
			got, err = m.etcd.Get(ctx, etcdRoomsBrought)
			return err
		})
		switch {
		case err != nil:
			return err
		case len(got.Kvs) > 0:
			if c.hasRooms() {
				log.Warn("the rooms in this file are not used: the cluster has rooms of its own; delete the file", "file", filepath.Join(c.data, roomsFile))
			}
			return nil
		case c.hasRooms():
			if err := m.bring(ctx, c, keys.Records(), log); err != nil {
				return fmt.Errorf("take %s over into the cluster: %w", roomsFile, err)
			}
			return nil
		}
		waitFor := m.inside.WithRooms(ctx)
		if len(waitFor) == 0 {
			return m.ask(ctx, func(ctx context.Context) error {
				_, err := m.etcd.Txn(ctx).If(clientv3.Compare(clientv3.CreateRevision(etcdRoomsBrought), "=", 0)).
					Then(clientv3.OpPut(etcdRoomsBrought, "none")).Commit()
				return err
			})
		}
		if !told {
			log.Info("waiting until other nodes have brought their rooms into the cluster", "nodes", waitFor)
			told = true
		}
		select {
		case <-time.After(bringInterval):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ask makes a request to etcd, again while its leader changes.
func (m *member) ask(ctx context.Context, request func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	return etcdretry.Do(ctx, m.etcd, request)
}

// bring copies the file's records into etcd, and deletes the file. If it is
// interrupted it begins again, and finds some records there already.
func (m *member) bring(ctx context.Context, c config, seal cipher.AEAD, log *slog.Logger) error {
	from, err := boltstore.Open(boltstore.Config{Dir: c.data, Form: record.Form, Log: log})
	if err != nil {
		return err
	}
	to, err := etcdstore.Open(etcdstore.Config{Client: m.etcd, Prefix: etcdRecords, Seal: seal, Log: log})
	if err != nil {
		return errors.Join(err, from.Close())
	}
	copied, damaged, err := copyRecords(ctx, from, to)
	if err = errors.Join(err, to.Close(), from.Close()); err != nil {
		return err
	}
	err = m.ask(ctx, func(ctx context.Context) error {
		_, err := m.etcd.Put(ctx, etcdRoomsBrought, c.nodeAdvertise)
		return err
	})
	if err != nil {
		return err
	}
	log.Info("this node's rooms are in the cluster now", "records", copied, "damaged", damaged)
	return os.Remove(filepath.Join(c.data, roomsFile))
}

// copyRecords copies all records with their parts. Those that are there already stay.
func copyRecords(ctx context.Context, from *boltstore.Store, to store.Store) (copied, damaged int, err error) {
	var mu sync.Mutex
	var failed error
	var running sync.WaitGroup
	slots := make(chan struct{}, bringAtOnce)
	damaged, err = from.Snapshot(ctx, func(r store.Record, parts []store.Record) error {
		r, parts = clone(r, parts) // they are valid only until this returns
		slots <- struct{}{}
		mu.Lock()
		defer mu.Unlock()
		copied++
		running.Go(func() {
			defer func() { <-slots }()
			r.Revision = 0
			if _, err := to.Commit(ctx, r, parts...); err != nil && !errors.Is(err, store.ErrConflict) {
				mu.Lock()
				defer mu.Unlock()
				failed = err
			}
		})
		return failed
	})
	running.Wait()
	return copied, damaged, errors.Join(err, failed)
}

func clone(r store.Record, parts []store.Record) (store.Record, []store.Record) {
	r.Data = bytes.Clone(r.Data)
	parts = slices.Clone(parts)
	for i := range parts {
		parts[i].Data = bytes.Clone(parts[i].Data)
	}
	return r, parts
}
