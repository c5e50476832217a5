package etcdstore

import (
	"cmp"
	"context"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/store"
)

// Config says where an [Store] keeps its records, and whom it tells.
type Config struct {
	// Client reaches etcd. It is the caller's, who closes it after the store, and
	// may use it for other things; [Dial] makes one.
	Client *clientv3.Client
	// Prefix is what all keys in etcd begin with. It ends with a slash. Stores of
	// many processes with one prefix hold the same records.
	Prefix string
	// Seal encrypts what is written, under a random nonce, with the record's key
	// as additional data. All processes have the same. With a nonce of 12 bytes,
	// as AES-GCM has it, one secret is good for 2^32 records written.
	Seal cipher.AEAD
	// Log is told about failures, never about a record's key or data. Nil means
	// that nobody is.
	Log *slog.Logger

	compactEvery time.Duration // for tests that cannot wait; else compactEvery
	expiryPage   int64         // for tests that cannot write that much; else expiryPage
}

// Store is a [store.Store] in etcd, which other processes may use at the same time. A
// commit is one transaction of etcd's, and a [store.Revision] is the revision of etcd
// in which the record was last modified.
//
// A commit or deletion that gets no clear answer, because of a time-out, a lost
// connection, or a member of etcd that went away, is repeated while its context
// lasts. That is safe: if the first attempt was carried out the second finds
// another revision than it expects, and gets to see the record instead of
// writing it. A commit recognizes itself there by a token.
//
// One exception is left. A record that was not there before, whose commit got no
// answer and succeeded, and which somebody then deleted before the commit was
// repeated, is made again.
type Store struct {
	config  Config
	process [16]byte // goes into tokens, and makes them this store's own

	closed atomic.Bool
	stop   context.CancelFunc
	ended  chan struct{}
	newest atomic.Int64 // the etcd revision of this store's last write
}

// Open returns the store that etcd holds under a prefix. It does not wait
// for etcd, which may not be there yet.
func Open(config Config) (*Store, error) {
	switch {
	case config.Client == nil:
		return nil, errors.New("store: etcd without a client")
	case config.Seal == nil:
		return nil, errors.New("store: etcd without a seal")
	case !strings.HasSuffix(config.Prefix, "/"):
		return nil, fmt.Errorf("store: etcd prefix %q does not end with a slash", config.Prefix)
	}
	config.Log = cmp.Or(config.Log, slog.New(slog.DiscardHandler))
	config.compactEvery = cmp.Or(config.compactEvery, compactEvery)
	config.expiryPage = cmp.Or(config.expiryPage, expiryPage)
	ctx, stop := context.WithCancel(context.Background())
	e := &Store{config: config, stop: stop, ended: make(chan struct{})}
	_, _ = rand.Read(e.process[:]) // it never fails
	go e.compactHistory(ctx)
	return e, nil
}

// Load implements [store.Store]. What it returns is what etcd's majority has agreed
// on. The error wraps [store.ErrFormat] if a newer version has written the record.
func (e *Store) Load(ctx context.Context, key string) (store.Record, error) {
	r, _, err := e.LoadAll(ctx, key)
	return r, err
}

// LoadAll implements [store.Store]. It is like Load.
func (e *Store) LoadAll(ctx context.Context, key string) (r store.Record, parts []store.Record, err error) {
	if err := e.enter(ctx); err != nil {
		return store.Record{}, nil, err
	}
	var resp *clientv3.TxnResponse
	err = e.persist(ctx, func(ctx context.Context) (err error) {
		resp, err = e.config.Client.Txn(ctx).Then(
			clientv3.OpGet(e.recordKey(key)), clientv3.OpGet(e.recordKey(key)+"/", clientv3.WithPrefix()),
			clientv3.OpGet(e.largeKey(key)+"/", clientv3.WithPrefix()),
		).Commit()
		return err
	})
	if err != nil {
		return store.Record{}, nil, err
	}
	found := resp.Responses[0].GetResponseRange().Kvs
	if len(found) == 0 {
		return store.Record{}, nil, store.ErrNotFound
	}
	var t token
	if r, t, err = e.open(key, found[0]); err != nil {
		return store.Record{}, nil, err
	}
	for _, kv := range resp.Responses[1].GetResponseRange().Kvs {
		p, _, err := e.open(strings.TrimPrefix(string(kv.Key), e.recordKey("")), kv)
		switch {
		case err == nil:
			parts = append(parts, store.Record{Key: p.Key, Data: p.Data})
		case !errors.Is(err, store.ErrCorrupt):
			return store.Record{}, nil, err
		}
	}
	return r, e.overlay(parts, resp.Responses[2].GetResponseRange().Kvs, t), nil
}

// open unseals what was found under a record's key.
func (e *Store) open(key string, kv *mvccpb.KeyValue) (store.Record, token, error) {
	s, err := unseal(e.config.Seal, key, kv.Value)
	if err != nil {
		return store.Record{}, token{}, err
	}
	return store.Record{Key: key, Revision: store.Revision(kv.ModRevision), Expires: store.FromMillis(s.expires), Data: s.data}, s.token, nil
}

// Durable implements [store.Store]: it is true.
func (e *Store) Durable() bool { return true }

// Shared implements [store.Store]: it is true.
func (e *Store) Shared() bool { return true }

// Close implements [store.Store]. Calls that have begun go on while their contexts
// and the client last.
func (e *Store) Close() error {
	if e.closed.Swap(true) {
		return store.ErrClosed
	}
	e.stop()
	<-e.ended
	return nil
}

// enter refuses calls that are in vain.
func (e *Store) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if e.closed.Load() {
		return store.ErrClosed
	}
	return nil
}

// What is in etcd, behind the prefix:
//
//	record/KEY       the sealed record
//	record/KEY/NAME  a sealed part of it
//	large/KEY/…      sealed parts of a commit that took more than one transaction
//	expiry/KEY       when it expires, if ever: milliseconds since 1970, 8 bytes, big endian
//
// A record and its time are written in one transaction.
func (e *Store) recordKey(key string) string { return e.config.Prefix + "record/" + key }
func (e *Store) expiryKey(key string) string { return e.config.Prefix + "expiry/" + key }
