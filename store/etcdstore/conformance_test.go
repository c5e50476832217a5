package etcdstore_test

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"testing"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdstore"
	"example.com/pokey/store/etcdtest"
	"example.com/pokey/store/storetest"
)

func TestConformance(t *testing.T) {
	server := etcdtest.Start(t)
	client, err := etcdstore.Dial([]string{server.Endpoint}, nil, nil)
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
		e, err := etcdstore.Open(etcdstore.Config{Client: client, Prefix: fmt.Sprintf("/test/%d/", stores), Seal: aead})
		if err != nil {
			t.Fatal(err)
		}
		if !e.Durable() || !e.Shared() {
			t.Errorf("got durable %v, shared %v, want both", e.Durable(), e.Shared())
		}
		return e
	})
}
