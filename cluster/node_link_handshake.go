package cluster

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// maxHandshakes is how many connections may be authenticating at once. It takes a
// node milliseconds.
const maxHandshakes = 64

// handshakes secures the connections of the node link: with TLS, or with nothing
// between processes of one machine, and then each end authenticates the other. It
// implements [credentials.TransportCredentials].
type handshakes struct {
	auth     *authenticator
	counters *counters
	pending  *newestConns // that authenticate
}

func newHandshakes(auth *authenticator, c *counters) handshakes {
	return handshakes{auth: auth, counters: c, pending: &newestConns{limit: maxHandshakes}}
}

func (h handshakes) transport() credentials.TransportCredentials {
	if h.auth.conf.TLS == nil {
		return insecure.NewCredentials()
	}
	return credentials.NewTLS(h.auth.conf.TLS.config())
}

// ServerHandshake implements [credentials.TransportCredentials].
func (h handshakes) ServerHandshake(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	done := h.pending.add(conn)
	secured, peer, err := h.authenticate(conn)
	if done() {
		err = errTooManyAtOnce
	}
	if err != nil {
		return nil, nil, h.reject(secured, err)
	}
	return secured, peer, nil
}

// authenticate is ServerHandshake once there is room for the connection, which it returns
// in any case, as far as it is secured.
func (h handshakes) authenticate(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	secured, auth, err := h.secure(conn)
	if err != nil {
		return conn, nil, err
	}
	peer, err := h.auth.authenticateClient(secured, auth)
	return secured, peer, err
}

// secure is the server's side of TLS. On a shared [Port] it has taken place already.
func (h handshakes) secure(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	done, ok := conn.(*tls.Conn)
	if !ok {
		return h.transport().ServerHandshake(conn)
	}
	return done, credentials.TLSInfo{
		State:          done.ConnectionState(),
		CommonAuthInfo: credentials.CommonAuthInfo{SecurityLevel: credentials.PrivacyAndIntegrity},
	}, nil
}

// reject closes a connection, and counts it unless the peer has closed it without
// a word, as nodes do to see whether the port is open, or this node leaves.
func (h handshakes) reject(conn net.Conn, err error) error {
	silent := errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
	if !silent {
		h.count(conn, err)
	}
	_ = conn.Close() // gRPC does not
	return err
}

// count counts a connection from somebody who is no node, unless this node leaves.
func (h handshakes) count(conn net.Conn, err error) {
	if h.auth.life.Err() == nil {
		h.counters.rejectedPeers.Add(1)
		h.auth.conf.observeSecurity(NodeRefused, conn.RemoteAddr().String(), err.Error())
	}
}

// ClientHandshake implements [credentials.TransportCredentials].
func (h handshakes) ClientHandshake(ctx context.Context, authority string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	secured, auth, err := h.transport().ClientHandshake(ctx, authority, conn)
	if err != nil {
		return nil, nil, err
	}
	if err := h.auth.authenticateServer(ctx, authority, secured, auth); err != nil {
		_ = secured.Close()
		return nil, nil, err
	}
	return secured, auth, nil
}

// Info implements [credentials.TransportCredentials].
func (h handshakes) Info() credentials.ProtocolInfo {
	if h.auth.conf.TLS == nil {
		return credentials.ProtocolInfo{SecurityProtocol: "insecure"}
	}
	return credentials.ProtocolInfo{SecurityProtocol: "tls"}
}

// Clone implements [credentials.TransportCredentials].
func (h handshakes) Clone() credentials.TransportCredentials { return h }

// OverrideServerName implements [credentials.TransportCredentials].
func (h handshakes) OverrideServerName(string) error { return errors.ErrUnsupported }
