package etcdmember

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/etcd/server/v3/etcdserver"
)

// ErrSuperseded means that another cluster has taken the place of the one that this
// node has the data of: an operator has recovered it without this node.
var ErrSuperseded = errors.New("the cluster has been recovered without this node")

// supersededInterval is how often a member looks whether its cluster is a former one:
// its machines may have come back while the recovered one was down.
const supersededInterval = 15 * time.Second

// unlessSuperseded returns a context that ends with [ErrSuperseded] as its cause if
// another cluster has taken the place of this node's, and a channel that is closed when
// the other nodes have answered, or had the time to.
func (m *Member) unlessSuperseded(ctx context.Context) (context.Context, <-chan struct{}) {
	ctx, cancel := context.WithCancelCause(ctx)
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		if err := m.findSuperseded(m.askAll(ctx)); err != nil {
			cancel(err)
		}
	}()
	return ctx, asked
}

// findSuperseded looks among the answers of the nodes that were in this node's cluster
// whether any is in a later one by now. A node that was removed, or has lost its data, is
// in none.
func (m *Member) findSuperseded(answers map[string]State) error {
	for node, s := range answers {
		known := slices.Contains(m.conf.Former, node) || slices.Contains(m.Nodes(), node)
		if own := m.ID(); known && own != "" && s.ID != "" && s.ID != own && since(s.Generation) > since(m.Generation()) {
			return fmt.Errorf("%s says: %w", node, ErrSuperseded)
		}
	}
	return nil
}

// NextGeneration returns one for a cluster that takes the place of one of the given
// generation, empty if that is not known. It begins with a number that grows: the
// seconds since 1970, or more if this machine's clock is behind.
func NextGeneration(before string) string {
	return fmt.Sprintf("%d-%s", max(since(before)+1, time.Now().Unix()), rand.Text())
}

// since is the number that a generation begins with; 0 for the first.
func since(generation string) int64 {
	digits, _, _ := strings.Cut(generation, "-")
	n, _ := strconv.ParseInt(digits, 10, 64)
	return n
}

func ended(e *etcdserver.EtcdServer) bool {
	select {
	case <-e.StopNotify():
		return true
	default:
		return false
	}
}
