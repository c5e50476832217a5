package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/proto"

	"example.com/pokey/actors/wire"
	"example.com/pokey/cluster"
	"example.com/pokey/store/etcdtest"
)

// impostor is a peer on the node port with a certificate that the nodes'
// authority made for somebody else, such as etcd. It is no member and does not
// know the secret.
type impostor struct {
	t    *testing.T
	node string
	conn *grpc.ClientConn
}

func newImpostor(t *testing.T, dir, node string) *impostor {
	t.Helper()
	if err := cluster.NewCertificates(dir, []string{"etcd-1"}); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "etcd-1.pem"), filepath.Join(dir, "etcd-1-key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	authority, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	config := &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: roots, Certificates: []tls.Certificate{pair}}
	conn, err := grpc.NewClient("passthrough:///"+node, grpc.WithTransportCredentials(credentials.NewTLS(config)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &impostor{t, node, conn}
}

// send says one message to a process of the node, and reports whether the
// stream was open until everything had been received.
func (i *impostor) send(target string, m proto.Message) bool {
	i.t.Helper()
	data, err := proto.Marshal(m)
	if err != nil {
		i.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(i.t.Context(), patience)
	defer cancel()
	stream, err := remote.NewRemotingClient(i.conn).Receive(ctx)
	if err != nil {
		return false
	}
	hello := &remote.ConnectRequest{ConnectionType: &remote.ConnectRequest_ServerConnection{ServerConnection: &remote.ServerConnection{SystemId: "x", Address: "etcd-1:7000"}}}
	batch := &remote.MessageBatch{
		TypeNames: []string{string(proto.MessageName(m))}, Targets: []*actor.PID{actor.NewPID(i.node, target)},
		Envelopes: []*remote.MessageEnvelope{{MessageData: data}},
	}
	_ = stream.Send(&remote.RemoteMessage{MessageType: &remote.RemoteMessage_ConnectRequest{ConnectRequest: hello}})
	_ = stream.Send(&remote.RemoteMessage{MessageType: &remote.RemoteMessage_MessageBatch{MessageBatch: batch}})
	_ = stream.CloseSend()
	for err == nil {
		_, err = stream.Recv()
	}
	return errors.Is(err, io.EOF)
}

// TestImpostorOnTheNodePort has somebody with a certificate made for etcd reveal
// a room as its owner and stop the registry of rooms.
func TestImpostorOnTheNodePort(t *testing.T) {
	t.Parallel()
	c := found(t)
	address := etcdtest.FreeAddress(t)
	node := c.start(address)
	ada := callIn(t, node.url, peerCookie(t, node.url))
	owner := ada.user
	room := ada.create("Login")
	ada.ask("joinRoom", message{"roomId": room})
	ada.ask("estimate", message{"roomId": room, "value": "5"})

	evil := newImpostor(t, c.dir, address)
	reveal := `{"request":"reveal","id":"9","roomId":"` + room + `"}`
	if evil.send("rooms", &wire.Envelope{Identity: room, View: 1, Body: &wire.Envelope_RoomRequest{RoomRequest: &wire.RoomRequest{User: owner, Raw: []byte(reveal)}}}) {
		t.Error("a letter was received")
	}
	if status := ada.join(room); status.Revealed {
		t.Errorf("revealed by somebody who is nobody: %v", status)
	}
	for _, target := range []string{"rooms", "users", "gateway", "rooms/" + room} {
		if evil.send(target, &actor.Stop{}) {
			t.Errorf("a stop for %s was received", target)
		}
	}
	bob := callIn(t, node.url, peerCookie(t, node.url))
	if status := bob.join(room); status.Estimates != 1 {
		t.Errorf("after it tried to stop what a node needs: %v", status)
	}
	eventually(t, "the node is ready, and well", func() bool {
		code, r := node.readiness(t)
		return code == http.StatusOK && r.State == stateOK
	})
	if node.figure(t, "pokey_cluster_peers_rejected_total") == 0 {
		t.Error("nothing is counted")
	}
	if log := node.log.String(); !strings.Contains(log, "security") || strings.Contains(log, room) || strings.Contains(log, owner) {
		t.Errorf("the log of it:\n%s", log)
	}
}
