package store_test

import (
	"log/slog"
	"testing"

	"example.com/pokey/store"
	"example.com/pokey/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return store.NewMemory() })
	if m := store.NewMemory(); m.Durable() || m.Shared() {
		t.Error("memory survives, or is shared")
	}
}

func TestBolt(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		b, err := store.OpenBolt(store.BoltConfig{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		if !b.Durable() || b.Shared() {
			t.Error("the file does not survive, or is shared")
		}
		return b
	})
}
