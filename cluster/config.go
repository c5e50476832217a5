package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/cluster/membership"
)

// A Config describes the node to start.
type Config struct {
	// System is the caller's, and has sent nothing yet. Start sets its address
	// and the first of its process IDs.
	System *actor.ActorSystem
	// Listen is the HOST:PORT of the node link.
	Listen string
	// Advertise is the HOST:PORT under which other nodes reach the link; empty
	// means Listen. This node's certificate must be for its host.
	Advertise string
	// Port, if not nil, is where the link listens: it shares the port with others.
	// Listen is then where Port listens, and TLS what it was opened with. The caller
	// closes it, after Leave.
	Port *Port
	// TLS is how nodes authenticate to each other. It may be nil only if Listen is
	// a loopback address.
	TLS *Credentials
	// Secret is known to all nodes of the cluster and to nobody else.
	Secret Secret
	// Accept reports whether a process of a node takes a message from another
	// node, by the process's name and the full name of the message's type. A
	// message that it does not take is not sent, and ends the stream that it
	// arrives on. Accept is called by many goroutines.
	Accept func(target, message string) bool
	// Membership is this node's part of the membership.
	Membership Membership
	// Wire is the newest version of the messages between nodes that this node
	// understands.
	Wire int
	// Log gets what an operator should know.
	Log *slog.Logger
	// ObserveSecurity, if not nil, is called for each [SecurityEvent], with the
	// HOST:PORT of the peer and a reason that quotes nothing of what the peer sent.
	// It is called by many goroutines, from Start on.
	ObserveSecurity func(event SecurityEvent, address, reason string)

	network network // nil means TCP
}

// A Membership agrees with the other nodes on who the members are:
// [membership.Etcd] in production and [membership.MemoryNode] in tests and
// development. Its calls return when their context ends, or sooner.
type Membership interface {
	// Claim finds out whether address is free for this process: it returns
	// [membership.ErrAddressTaken] if a member with this address still answers on
	// it, and nil if there is none or it is dead. It is called once, before Join
	// and before this process listens on the address.
	Claim(ctx context.Context, address string) error
	// Join makes self a member and returns when a snapshot that holds it has
	// been passed to view. From then on view gets each newer snapshot, in order
	// and from one goroutine at a time; it returns quickly. When self has been
	// removed, lost is called, and when that has returned, self becomes a member
	// again under another ID, for as long as it takes. After an error Join may
	// be called again.
	Join(ctx context.Context, self membership.Member, view func(membership.Snapshot), lost func()) error
	// Suspect says that the link to the member at address broke. If the member is
	// provably dead it is removed at once. Suspect does not wait.
	Suspect(address string)
	// ReportUnreachable publishes which members, by ID, this node cannot reach now,
	// and whether it yields its ownership. It replaces the previous report and
	// lasts until the next one, even if the membership is lost in between.
	ReportUnreachable(ctx context.Context, ids []string, yieldsOwnership bool) error
	// LastContact is when the membership was last known to be up to date.
	LastContact() time.Time
	// Drain marks this node's member, after which it owns nothing.
	Drain(ctx context.Context) error
	// Leave ends the membership and everything Join began, even if it returns an
	// error: the other nodes then find out by themselves within seconds.
	Leave(ctx context.Context) error
}

// A Secret is known to all nodes of a cluster. While it is being replaced a node
// knows two.
type Secret interface {
	// Prove returns a proof over what for each secret that this node knows.
	Prove(what []byte) [][]byte
	// Proves reports whether proof was made over what with a secret that this
	// node knows.
	Proves(what, proof []byte) bool
}

// observeSecurity calls ObserveSecurity, if there is one.
func (c *Config) observeSecurity(event SecurityEvent, address, reason string) {
	if c.ObserveSecurity != nil {
		c.ObserveSecurity(event, address, reason)
	}
}

// A SecurityEvent is something on the node link that no node of the cluster does,
// and that an operator may want to know of.
type SecurityEvent int

// The events.
const (
	NodeRefused       SecurityEvent = iota + 1 // a connection from a process that is no node of the cluster
	NodeStreamEnded                            // a member sent a message that no member sends
	NodeWithoutSecret                          // the process at a member's address does not know the secret
)

// check validates the configuration and sets what is derived from it.
func (c *Config) check() error {
	if c.System == nil || c.Membership == nil || c.Secret == nil || c.Accept == nil || c.Log == nil {
		return errors.New("cluster: System, Membership, Secret, Accept and Log are required")
	}
	if c.network == nil {
		c.network = tcp{}
		if c.Port != nil {
			c.network = sharedNetwork{c.Port}
		}
	}
	host, service, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("cluster: -node-listen %q is not HOST:PORT: %w", c.Listen, err)
	}
	port, err := strconv.Atoi(service)
	if err != nil || port < 0 || port > 65535 {
		return fmt.Errorf("cluster: -node-listen %q has no port number", c.Listen)
	}
	if c.TLS == nil && !loopback(host) {
		return fmt.Errorf("cluster: -node-listen %s is reachable from other machines and needs -node-tls-ca, -node-tls-cert and -node-tls-key", c.Listen)
	}
	if c.Advertise == "" {
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			return fmt.Errorf("cluster: -node-listen %s is not an address that other nodes can reach and needs -node-advertise", c.Listen)
		}
		if port != 0 {
			c.Advertise = net.JoinHostPort(host, service)
		}
		return nil
	}
	host2, service2, err := net.SplitHostPort(c.Advertise)
	if n, bad := strconv.Atoi(service2); err != nil || bad != nil || n < 1 || n > 65535 || host2 == "" || strings.ContainsAny(host2, "/ ") {
		return fmt.Errorf("cluster: -node-advertise %q is not HOST:PORT", c.Advertise)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
