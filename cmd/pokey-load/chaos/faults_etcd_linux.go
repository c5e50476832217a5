package chaos

import (
	"context"
	"math/rand/v2"
	"syscall"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// etcdStall freezes any member.
func etcdStall(ctx context.Context, r *runner, _ string) error {
	p := r.cluster.etcds[etcdNames[rand.IntN(len(etcdNames))]]
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	err := client.Pause(ctx, 10*time.Second)
	_ = p.Signal(syscall.SIGCONT)
	return err
}

// etcdLeader kills the leader and starts it again.
func etcdLeader(ctx context.Context, r *runner, _ string) error {
	name, err := r.cluster.leader(ctx)
	if err != nil {
		return err
	}
	r.cluster.etcds[name].Kill()
	if err := client.Pause(ctx, holdFor/3); err != nil {
		return err
	}
	return r.cluster.etcds[name].Start()
}

// etcdMajority kills two members for ten seconds.
func etcdMajority(ctx context.Context, r *runner, _ string) error {
	for _, name := range etcdNames[:2] {
		r.cluster.etcds[name].Kill()
	}
	if err := client.Pause(ctx, 10*time.Second); err != nil {
		return err
	}
	for _, name := range etcdNames[:2] {
		if err := r.cluster.etcds[name].Start(); err != nil {
			return err
		}
	}
	return nil
}
