package joining

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.com/pokey/store"
)

// The record that has the authority and the tokens as its parts. A cluster's store
// seals it.
const (
	bookRecord    = "cluster/joining"
	authorityPart = bookRecord + "/authority"
	tokenPart     = bookRecord + "/token-"
)

const (
	maxTokens = 20 // that work at a time
	conflicts = 20 // how often a change that others get ahead of is tried again
)

// invitation is what is kept of a token.
type invitation struct {
	Secret  []byte    `json:"secret"`
	Expires time.Time `json:"expires"`
	Uses    int       `json:"uses"` // that are left
}

var errNoAuthority = errors.New("this cluster has no authority of its own: its certificates were made elsewhere")

// book keeps the authority and the tokens of a cluster.
type book struct{ records store.Store }

// read returns the parts by their keys, and the revision of the record.
func (b book) read(ctx context.Context) (parts map[string][]byte, revision store.Revision, err error) {
	r, all, err := b.records.LoadAll(ctx, bookRecord)
	if errors.Is(err, store.ErrNotFound) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("joining: %w", err)
	}
	parts = map[string][]byte{}
	for _, p := range all {
		parts[p.Key] = p.Data
	}
	return parts, r.Revision, nil
}

// change commits the parts that choose returns for those there are. It also removes
// tokens that have expired.
func (b book) change(ctx context.Context, choose func(parts map[string][]byte) ([]store.Record, error)) error {
	for range conflicts {
		parts, revision, err := b.read(ctx)
		if err != nil {
			return err
		}
		changed, err := choose(parts)
		if err != nil {
			return err
		}
		for key, data := range parts {
			if _, ok := valid(data); strings.HasPrefix(key, tokenPart) && !ok && !names(changed, key) {
				changed = append(changed, store.Record{Key: key})
			}
		}
		_, err = b.records.Commit(ctx, store.Record{Key: bookRecord, Revision: revision, Data: []byte{1}}, changed...)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return store.ErrConflict
}

func names(parts []store.Record, key string) bool {
	for _, p := range parts {
		if p.Key == key {
			return true
		}
	}
	return false
}

// valid returns an invitation, and whether it still works.
func valid(data []byte) (i invitation, ok bool) {
	ok = json.Unmarshal(data, &i) == nil && i.Uses > 0 && time.Now().Before(i.Expires)
	return i, ok
}

// authority returns the cluster's authority.
func (b book) authority(ctx context.Context) (*Authority, error) {
	parts, _, err := b.read(ctx)
	if err != nil {
		return nil, err
	}
	if parts[authorityPart] == nil {
		return nil, errNoAuthority
	}
	return ParseAuthority(parts[authorityPart])
}

// keep makes an authority that of the cluster, in the place of any other.
func (b book) keep(ctx context.Context, a *Authority) error {
	text, err := a.PEM()
	if err != nil {
		return err
	}
	return b.change(ctx, func(parts map[string][]byte) ([]store.Record, error) {
		if bytes.Equal(parts[authorityPart], text) {
			return nil, nil
		}
		return []store.Record{{Key: authorityPart, Data: text}}, nil
	})
}

// add keeps a token.
func (b book) add(ctx context.Context, t Token, expires time.Time, uses int) error {
	return b.change(ctx, func(parts map[string][]byte) ([]store.Record, error) {
		working := 0
		for key, data := range parts {
			if _, ok := valid(data); ok && strings.HasPrefix(key, tokenPart) {
				working++
			}
		}
		if working >= maxTokens {
			return nil, fmt.Errorf("there are %d tokens that work; wait until one has expired, or revoke them all", working)
		}
		return []store.Record{{Key: tokenPart + hex.EncodeToString(t.id[:]), Data: encode(invitation{t.secret[:], expires, uses})}}, nil
	})
}

// revoke removes all tokens, and returns how many of them worked.
func (b book) revoke(ctx context.Context) (working int, err error) {
	err = b.change(ctx, func(parts map[string][]byte) (gone []store.Record, err error) {
		working = 0
		for key, data := range parts {
			if !strings.HasPrefix(key, tokenPart) {
				continue
			}
			if _, ok := valid(data); ok {
				working++
			}
			gone = append(gone, store.Record{Key: key}) // without data, which removes it
		}
		return gone, nil
	})
	return working, err
}

// errToken does not say what is wrong with a token.
var errToken = errors.New("the token is not known here, has expired or has been used")

// use takes one use of a token away, if the proof was made with it and check, which is
// asked after that, has no objection. The time it takes does not depend on the proof.
func (b book) use(ctx context.Context, id string, what, proof []byte, check func() error) error {
	return b.change(ctx, func(parts map[string][]byte) ([]store.Record, error) {
		key := tokenPart + id
		found, ok := valid(parts[key])
		if subtle.ConstantTimeCompare(prove(found.Secret, what), proof) != 1 || !ok {
			return nil, errToken
		}
		if err := check(); err != nil {
			return nil, err
		}
		left := store.Record{Key: key} // without data, which removes it
		if found.Uses--; found.Uses > 0 {
			left.Data = encode(found)
		}
		return []store.Record{left}, nil
	})
}
