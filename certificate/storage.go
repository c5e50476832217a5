package certificate

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/caddyserver/certmagic"

	"example.com/pokey/store"
)

// storageRecord is the key of the record that has everything as its parts: there is
// little of it, and it is read and listed together.
const storageRecord = "https/acme"

const (
	storageTimeout = 15 * time.Second // for one operation, also while a shared store does not answer
	conflicts      = 20               // how often an operation that others get ahead of is tried again
)

// sealVersion is the first byte of a part, and of the record of a lock.
const sealVersion = 1

// storage is a [certmagic.Storage] in a store. Each of its values is a part of one
// record, sealed under the part's key. What cannot be opened, because the secret was
// replaced or the part is damaged, counts as not there: it is ordered again.
type storage struct {
	records store.Store
	seal    cipher.AEAD
	log     *slog.Logger
	holder  string // of locks: this process

	mu   sync.Mutex
	held map[string]*lease // by the name of the lock
}

func newStorage(records store.Store, seal cipher.AEAD, log *slog.Logger) *storage {
	return &storage{records: records, seal: seal, log: log, holder: rand.Text(), held: map[string]*lease{}}
}

// value is a value of the storage.
type value struct {
	Key      string    `json:"key"`
	Modified time.Time `json:"modified"`
	Data     []byte    `json:"data"`
}

// hashed returns a name of fixed length, without a slash.
func hashed(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:20])
}

func partKey(key string) string { return storageRecord + "/" + hashed(key) }

// part returns the part that holds a value.
func (s *storage) part(v value) (store.Record, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return store.Record{}, err
	}
	key := partKey(v.Key)
	nonce := make([]byte, s.seal.NonceSize())
	_, _ = rand.Read(nonce) // it never fails
	return store.Record{Key: key, Data: s.seal.Seal(append([]byte{sealVersion}, nonce...), nonce, plain, []byte(key))}, nil
}

// open is the inverse of part.
func (s *storage) open(p store.Record) (v value, ok bool) {
	size := 1 + s.seal.NonceSize()
	if len(p.Data) < size || p.Data[0] != sealVersion {
		return value{}, false
	}
	plain, err := s.seal.Open(nil, p.Data[1:size], p.Data[size:], []byte(p.Key))
	return v, err == nil && json.Unmarshal(plain, &v) == nil && partKey(v.Key) == p.Key
}

// all returns all values, in the order of their keys, and the record's revision.
func (s *storage) all(ctx context.Context) ([]value, store.Revision, error) {
	ctx, cancel := context.WithTimeout(ctx, storageTimeout)
	defer cancel()
	r, parts, err := s.records.LoadAll(ctx, storageRecord)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrCorrupt) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("certificate: %w", err)
	}
	var values []value
	for _, p := range parts {
		if v, ok := s.open(p); ok {
			values = append(values, v)
		}
	}
	slices.SortFunc(values, func(a, b value) int { return strings.Compare(a.Key, b.Key) })
	return values, r.Revision, nil
}

// change commits the parts that choose returns for the values there are.
func (s *storage) change(ctx context.Context, choose func([]value) ([]store.Record, error)) error {
	ctx, cancel := context.WithTimeout(ctx, storageTimeout)
	defer cancel()
	for range conflicts {
		values, revision, err := s.all(ctx)
		if err != nil {
			return err
		}
		parts, err := choose(values)
		if err != nil || len(parts) == 0 {
			return err
		}
		_, err = s.records.Commit(ctx, store.Record{Key: storageRecord, Revision: revision, Data: []byte{sealVersion}}, parts...)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return store.ErrConflict
}

// sealAgain seals all values with the newest of several keys, so that they are not lost
// together with an older one.
func (s *storage) sealAgain(ctx context.Context) error {
	ring, ok := s.seal.(interface{ Newest() cipher.AEAD })
	if !ok || ring.Newest() == nil {
		return nil
	}
	return s.change(ctx, func(values []value) (again []store.Record, err error) {
		for _, v := range values {
			p, err := s.part(v)
			if err != nil {
				return nil, err
			}
			again = append(again, p)
		}
		return again, nil
	})
}

// Store implements [certmagic.Storage].
func (s *storage) Store(ctx context.Context, key string, data []byte) error {
	p, err := s.part(value{Key: key, Modified: time.Now().UTC(), Data: data})
	if err != nil {
		return err
	}
	return s.change(ctx, func([]value) ([]store.Record, error) { return []store.Record{p}, nil })
}

// Load implements [certmagic.Storage].
func (s *storage) Load(ctx context.Context, key string) ([]byte, error) {
	v, err := s.find(ctx, key)
	return v.Data, err
}

func (s *storage) find(ctx context.Context, key string) (value, error) {
	values, _, err := s.all(ctx)
	if err != nil {
		return value{}, err
	}
	for _, v := range values {
		if v.Key == key {
			return v, nil
		}
	}
	return value{}, fs.ErrNotExist
}

// Delete implements [certmagic.Storage].
func (s *storage) Delete(ctx context.Context, key string) error {
	return s.change(ctx, func(values []value) (gone []store.Record, err error) {
		for _, v := range values {
			if v.Key == key || within(v.Key, key) {
				gone = append(gone, store.Record{Key: partKey(v.Key)})
			}
		}
		return gone, nil
	})
}

// within reports whether a key is below a path.
func within(key, path string) bool { return path == "" || strings.HasPrefix(key, path+"/") }

// Exists implements [certmagic.Storage].
func (s *storage) Exists(ctx context.Context, key string) bool {
	_, err := s.Stat(ctx, key)
	return err == nil
}

// List implements [certmagic.Storage].
func (s *storage) List(ctx context.Context, path string, recursive bool) (keys []string, err error) {
	values, _, err := s.all(ctx)
	if err != nil {
		return nil, err
	}
	path = strings.TrimSuffix(path, "/")
	for _, v := range values {
		if !within(v.Key, path) {
			continue
		}
		start := len(path)
		if path != "" {
			start++
		}
		for {
			name, _, deeper := strings.Cut(v.Key[start:], "/")
			key := v.Key[:start+len(name)]
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
			if !recursive || !deeper {
				break
			}
			start += len(name) + 1
		}
	}
	if keys == nil {
		return nil, fs.ErrNotExist
	}
	return keys, nil
}

// Stat implements [certmagic.Storage].
func (s *storage) Stat(ctx context.Context, key string) (certmagic.KeyInfo, error) {
	values, _, err := s.all(ctx)
	if err != nil {
		return certmagic.KeyInfo{}, err
	}
	for _, v := range values {
		if v.Key == key {
			return certmagic.KeyInfo{Key: key, Modified: v.Modified, Size: int64(len(v.Data)), IsTerminal: true}, nil
		}
		if within(v.Key, key) {
			return certmagic.KeyInfo{Key: key}, nil
		}
	}
	return certmagic.KeyInfo{}, fs.ErrNotExist
}
