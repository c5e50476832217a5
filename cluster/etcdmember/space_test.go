package etcdmember

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
)

// The database is full, and the rooms end that filled it: it goes on by itself.
func TestAFullDatabaseGoesOn(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	m, _, _ := startWith(t, Config{Dir: t.TempDir(), Quota: 8 << 20, Log: slog.New(slog.NewTextHandler(&log, nil))})
	value, revision := strings.Repeat("x", 1<<20), int64(0)
	for {
		put, err := m.Client().Put(t.Context(), "full", value)
		if errors.Is(err, rpctypes.ErrNoSpace) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		revision = put.Header.Revision
	}
	if !m.Stats().NoSpace {
		t.Error("a full database: the figures do not say so")
	}
	if _, err := m.Client().Compact(t.Context(), revision); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(3 * spaceRetry); m.Stats().NoSpace; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it is full for ever: %+v\n%s", m.Stats(), log.String())
		}
	}
	if _, err := m.Client().Put(t.Context(), "a", "b"); err != nil {
		t.Errorf("once there is space again: %v", err)
	}
	if s := m.Stats(); s.Bytes > 7<<20 { // the compaction may be under way
		t.Errorf("the database has %d bytes, want at least an eighth of the 8 MB given back", s.Bytes)
	}
	m.Stop()
	if !strings.Contains(log.String(), "has space again") {
		t.Errorf("the log does not say that there is space again:\n%s", log.String())
	}
}
