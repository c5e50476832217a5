package store_test

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"log/slog"
	"testing"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdtest"
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

func TestEtcd(t *testing.T) {
	server := etcdtest.Start(t)
	client, err := store.DialEtcd([]string{server.Endpoint}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	block, err := aes.NewCipher(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	stores := 0
	storetest.Run(t, func(t *testing.T) store.Store {
		stores++
		e, err := store.OpenEtcd(store.EtcdConfig{Client: client, Prefix: fmt.Sprintf("/test/%d/", stores), Seal: aead})
		if err != nil {
			t.Fatal(err)
		}
		if !e.Durable() || !e.Shared() {
			t.Error("etcd does not survive, or is not shared")
		}
		return e
	})
}
