package store_test

import (
	"testing"

	"example.com/pokey/store"
	"example.com/pokey/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return store.NewMemory() })
	if m := store.NewMemory(); m.Durable() || m.Shared() {
		t.Errorf("got durable %v, shared %v, want neither", m.Durable(), m.Shared())
	}
}
