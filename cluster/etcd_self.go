package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// errLost says that the own record is gone.
var errLost = errors.New("this node's record is gone")

// register makes this node a member under a new ID.
func (e *Etcd) register(ctx context.Context) error {
	for {
		lease, err := e.conf.Client.Grant(ctx, int64((e.conf.TTL+time.Second-1)/time.Second))
		if err != nil {
			return err
		}
		e.mu.Lock()
		e.number++
		e.self.ID = e.system + "#" + strconv.Itoa(e.number)
		self := e.self
		e.mu.Unlock()
		record := e.recordKey(self.Address)
		got, err := e.conf.Client.Txn(ctx).If(clientv3.Compare(clientv3.CreateRevision(record), "=", 0)).
			Then(clientv3.OpPut(record, encodeRecord(self)), clientv3.OpPut(e.aliveKey(self.Address), self.ID, clientv3.WithLease(lease.ID))).
			Else(clientv3.OpGet(record)).Commit()
		if err != nil {
			return err
		}
		if got.Succeeded {
			e.mu.Lock()
			e.created, e.lease = got.Header.Revision, lease.ID
			e.mu.Unlock()
			e.heard.Store(time.Now().UnixNano())
			return nil
		}
		// Somebody has the address. It may be this process, by an attempt
		// whose answer did not arrive.
		var other Member
		kv := got.Responses[0].GetResponseRange().Kvs[0]
		if json.Unmarshal(kv.Value, &other) != nil || !strings.HasPrefix(other.ID, e.system+"#") {
			return ErrAddressTaken
		}
		if _, err := e.remove(ctx, self.Address, kv.CreateRevision, false); err != nil {
			return err
		}
	}
}

// stay keeps this node a member, and makes it one again when it is not.
func (e *Etcd) stay() {
	interval := e.conf.TTL / 4
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	silent := false
	for {
		select {
		case <-e.ctx.Done():
			return
		case <-ticker.C:
		case <-e.attention:
		}
		ctx, cancel := context.WithTimeout(e.ctx, interval)
		err := e.renew(ctx)
		cancel()
		switch {
		case errors.Is(err, errLost):
			e.again()
			err = nil
		case err != nil && !silent && e.ctx.Err() == nil:
			e.conf.Log.Error("etcd does not answer, the last view of the cluster stays", "err", err)
		case err == nil && silent:
			e.conf.Log.Info("etcd answers again")
		}
		silent = err != nil
		if err == nil {
			e.heard.Store(time.Now().UnixNano())
		}
	}
}

// Heard implements [Source]: it is when etcd last took a sign of life.
func (e *Etcd) Heard() time.Time { return time.Unix(0, e.heard.Load()) }

// renew gives a sign of life.
func (e *Etcd) renew(ctx context.Context) error {
	e.mu.Lock()
	created, lease, address, id := e.created, e.lease, e.self.Address, e.self.ID
	_, missed := e.known.missing[address]
	expelled := e.expelled()
	e.mu.Unlock()
	if expelled {
		return errLost
	}
	if !missed {
		_, err := e.conf.Client.KeepAliveOnce(ctx, lease)
		if !errors.Is(err, rpctypes.ErrLeaseNotFound) {
			return err
		}
	}
	// The lease has ended. That is no harm as long as the record is there.
	fresh, err := e.conf.Client.Grant(ctx, int64((e.conf.TTL+time.Second-1)/time.Second))
	if err != nil {
		return err
	}
	got, err := e.conf.Client.Txn(ctx).If(clientv3.Compare(clientv3.CreateRevision(e.recordKey(address)), "=", created)).
		Then(clientv3.OpPut(e.aliveKey(address), id, clientv3.WithLease(fresh.ID))).Commit()
	if err != nil {
		return err
	}
	if !got.Succeeded {
		return errLost
	}
	e.mu.Lock()
	e.lease = fresh.ID
	delete(e.known.missing, address)
	e.mu.Unlock()
	e.conf.Log.Warn("the node was missed, but is a member still", "address", address)
	return nil
}

// again is what follows when the others have given this node up.
func (e *Etcd) again() {
	e.mu.Lock()
	e.created = 0
	e.mu.Unlock()
	e.lost()
	for delay := relistSoon; e.ctx.Err() == nil; delay = min(2*delay, relistLater) {
		ctx, cancel := context.WithTimeout(e.ctx, callTimeout)
		err := e.register(ctx)
		cancel()
		if err == nil {
			e.conf.Log.Info("a member of the cluster again", "address", e.self.Address)
			return
		}
		e.conf.Log.Error("cannot become a member of the cluster again", "address", e.self.Address, "err", err)
		pause(e.ctx, delay)
	}
}
