package store_test

import (
	"log/slog"
	"testing"

	"example.com/pokey/store"
	"example.com/pokey/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return store.NewMemory() })
	if store.NewMemory().Durable() {
		t.Error("memory survives")
	}
}

func TestBolt(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		b, err := store.OpenBolt(store.BoltConfig{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		if !b.Durable() {
			t.Error("the file does not survive")
		}
		return b
	})
}
