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
	"sync"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/store"
)

// Config says where a [Store] keeps its records, and where it reports to.
type Config struct {
	// Client reaches etcd. The caller closes it after the store, and may use it for
	// other things. [Dial] returns one.
	Client *clientv3.Client
	// Prefix is what all keys in etcd begin with, and ends with a slash. Stores with
	// the same prefix share their records.
	Prefix string
	// Seal encrypts values under a random nonce, with the record's key as additional
	// data. All processes use the same secret. With a nonce of 12 bytes, as in AES-GCM,
	// one secret is good for 2^32 writes. If it is a [Ring], what older keys have sealed
	// is sealed again in the background, from ten minutes after the start on.
	Seal cipher.AEAD
	// Log receives failures, and never a record's key or data. Nil discards them.
	Log *slog.Logger

	compactEvery time.Duration // for tests that cannot wait; zero means compactEvery
	expiryPage   int64         // for tests that cannot write that much; zero means expiryPage
	reseal       time.Duration // for tests that cannot wait; zero means resealAfter
}

// expiryPage is how many entries of the expiry index are read at once. For each page
// etcd walks over all entries that follow, so pages are large, about 1 MB.
const expiryPage = 10_000

// Store is a [store.Store] in etcd. A commit is one transaction, or several that
// count as one, and a [store.Revision] is the revision of etcd in which the record
// was last modified.
//
// A commit or deletion without a clear answer, because of a time-out, a lost
// connection, or a member of etcd that stopped, is repeated while its context lasts.
// That is safe: if the first attempt was carried out, the second finds another
// revision than it expects, and reads the record instead of writing it. A commit
// recognizes itself there by a token.
//
// There is one exception. If the commit of a new record got no answer and succeeded,
// and somebody deletes the record before the commit is repeated, the record is
// created again.
type Store struct {
	records    *records
	keys       keyspace
	process    [16]byte // random; makes the tokens this store's own
	expiryPage int64

	closed atomic.Bool
	stop   context.CancelFunc
	ended  sync.WaitGroup // for what goes on in the background
}

// Open returns the store under a prefix. It does not wait for etcd, which may not be
// running yet.
func Open(config Config) (*Store, error) {
	switch {
	case config.Client == nil:
		return nil, errors.New("store: etcd without a client")
	case config.Seal == nil:
		return nil, errors.New("store: etcd without a seal")
	case !strings.HasSuffix(config.Prefix, "/"):
		return nil, fmt.Errorf("store: etcd prefix %q does not end with a slash", config.Prefix)
	}
	ctx, stop := context.WithCancel(context.Background())
	keys := keyspace(config.Prefix)
	s := &Store{
		records:    &records{client: config.Client, keys: keys, aead: config.Seal},
		keys:       keys,
		expiryPage: cmp.Or(config.expiryPage, expiryPage),
		stop:       stop,
	}
	_, _ = rand.Read(s.process[:]) // it never fails
	log := cmp.Or(config.Log, slog.New(slog.DiscardHandler))
	c := compactor{
		client: config.Client,
		keys:   keys,
		newest: &s.records.newest,
		every:  cmp.Or(config.compactEvery, compactEvery),
		log:    log,
	}
	s.ended.Go(func() { c.run(ctx) })
	if ring, ok := config.Seal.(Ring); ok && ring.Newest() != nil {
		r := resealer{s.records, ring.Newest(), cmp.Or(config.reseal, resealAfter), min(resealEvery, cmp.Or(config.reseal, resealEvery)), log}
		s.ended.Go(func() { r.run(ctx) })
	}
	return s, nil
}

// Load implements [store.Store]. It returns what a majority of etcd has agreed on.
// The error wraps [store.ErrFormat] if a newer version has written the record.
func (s *Store) Load(ctx context.Context, key string) (store.Record, error) {
	r, _, err := s.LoadAll(ctx, key)
	return r, err
}

// LoadAll implements [store.Store], like Load.
func (s *Store) LoadAll(ctx context.Context, key string) (store.Record, []store.Record, error) {
	if err := s.check(ctx); err != nil {
		return store.Record{}, nil, err
	}
	resp, err := s.records.get(ctx, clientv3.OpGet(s.keys.record(key)),
		clientv3.OpGet(s.keys.parts(key), clientv3.WithPrefix()), clientv3.OpGet(s.keys.batches(key), clientv3.WithPrefix()))
	if err != nil {
		return store.Record{}, nil, err
	}
	found := resp.Responses[0].GetResponseRange().Kvs
	if len(found) == 0 {
		return store.Record{}, nil, store.ErrNotFound
	}
	r, t, err := s.records.open(key, found[0])
	if err != nil {
		return store.Record{}, nil, err
	}
	var parts []store.Record
	for _, kv := range resp.Responses[1].GetResponseRange().Kvs {
		p, err := s.records.openPart(kv)
		switch {
		case err == nil:
			parts = append(parts, p)
		case !errors.Is(err, store.ErrCorrupt):
			return store.Record{}, nil, err
		}
	}
	return r, s.records.overlay(parts, resp.Responses[2].GetResponseRange().Kvs, t), nil
}

// Durable implements [store.Store]: it is true.
func (s *Store) Durable() bool { return true }

// Shared implements [store.Store]: it is true.
func (s *Store) Shared() bool { return true }

// Close implements [store.Store]. Calls that have begun continue while their contexts
// and the client last.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return store.ErrClosed
	}
	s.stop()
	s.ended.Wait()
	return nil
}

// check returns an error for calls after the end of the context or of the store.
func (s *Store) check(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.closed.Load() {
		return store.ErrClosed
	}
	return nil
}
