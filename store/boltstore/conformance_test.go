package boltstore_test

import (
	"testing"

	"example.com/pokey/store"
	"example.com/pokey/store/boltstore"
	"example.com/pokey/store/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		b, err := boltstore.Open(boltstore.Config{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if !b.Durable() || b.Shared() {
			t.Errorf("got durable %v, shared %v, want durable only", b.Durable(), b.Shared())
		}
		return b
	})
}
