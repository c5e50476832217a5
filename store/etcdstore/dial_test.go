package etcdstore

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc/connectivity"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdtest"
	"example.com/pokey/store/storetest"
)

// relay forwards connections to etcd. When it is frozen, connections stay open and
// nothing is forwarded.
type relay struct {
	address string
	frozen  chan struct{}
}

func startRelay(t *testing.T, to string, config *tls.Config) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{address: l.Addr().String(), frozen: make(chan struct{})}
	if config != nil {
		l = tls.NewListener(l, config)
	}
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	wg.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { r.pass(ctx, in, to) })
		}
	})
	t.Cleanup(func() {
		cancel()
		_ = l.Close()
		wg.Wait()
	})
	return r
}

func (r *relay) pass(ctx context.Context, in net.Conn, to string) {
	defer func() { _ = in.Close() }()
	out, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	stop := context.AfterFunc(ctx, func() { _, _ = in.Close(), out.Close() })
	defer stop()
	var wg sync.WaitGroup
	for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
		wg.Go(func() {
			defer func() { _, _ = in.Close(), out.Close() }()
			_, _ = io.Copy(way[1], &freezing{r: way[0], ctx: ctx, frozen: r.frozen})
		})
	}
	wg.Wait()
}

// freezing is a reader that blocks from some time until the context ends.
type freezing struct {
	r      io.Reader
	ctx    context.Context
	frozen <-chan struct{}
}

func (f *freezing) Read(b []byte) (int, error) {
	n, err := f.r.Read(b)
	select {
	case <-f.frozen:
		<-f.ctx.Done()
		return 0, io.EOF
	default:
		return n, err
	}
}

// While another member of etcd answers, a frozen one does not delay commits for long.
func TestFrozenMember(t *testing.T) {
	server := etcdtest.Start(t)
	one, other := startRelay(t, server.Endpoint, nil), startRelay(t, server.Endpoint, nil)
	e := openTest(t, Config{Client: dial(t, one.address, other.address)})
	var rev store.Revision
	commit := func(n int) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		next, err := e.Commit(ctx, store.Record{Key: "room/a", Revision: rev, Data: fmt.Append(nil, n)})
		if err != nil {
			t.Fatalf("commit %d: %v", n, err)
		}
		rev = next
	}
	for n := range 20 { // until both are connected
		commit(n)
	}
	close(one.frozen)
	for n := range 6 {
		commit(n)
	}
	if _, err := e.Load(t.Context(), "room/a"); err != nil {
		t.Errorf("Load: %v", err)
	}
}

// testCertificate returns a self-signed certificate for 127.0.0.1, and a pool with it.
func testCertificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// awaitFailure returns when the client has failed to connect.
func awaitFailure(t *testing.T, client *clientv3.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn := client.ActiveConnection()
	conn.Connect()
	for state := conn.GetState(); state != connectivity.TransientFailure; state = conn.GetState() {
		if !conn.WaitForStateChange(ctx, state) {
			t.Fatalf("got a connection that is %v after a minute, want %v", state, connectivity.TransientFailure)
		}
	}
}

func TestDialTLS(t *testing.T) {
	certificate, pool := testCertificate(t)
	r := startRelay(t, etcdtest.Start(t).Endpoint, &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"h2"}})
	for name, c := range map[string]struct {
		config  *tls.Config
		trouble string // in the log, if it fails
	}{
		"trusted":   {config: &tls.Config{RootCAs: pool}},
		"distrust":  {config: &tls.Config{}, trouble: "certificate"},
		"plaintext": {trouble: "connection"},
	} {
		t.Run(name, func(t *testing.T) {
			var log lockedBuffer
			client, err := Dial([]string{r.address}, c.config, slog.New(slog.NewTextHandler(&log, nil)))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = client.Close() }()
			e := openTest(t, Config{Client: client, Prefix: "/" + name + "/"})
			if c.trouble == "" {
				storetest.MustCommit(t, e, "room/a", 0, nil)
				return
			}
			awaitFailure(t, client)
			for range 3 {
				ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
				defer cancel()
				if rev, err := e.Commit(ctx, store.Record{Key: "room/a"}); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Commit: got %d, %v, want %v", rev, err, context.DeadlineExceeded)
				}
			}
			if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "etcd client warning") || !strings.Contains(got, c.trouble) {
				t.Errorf("got log %q, want one warning with %q", got, c.trouble)
			}
		})
	}
}

func TestClosedClient(t *testing.T) {
	server := etcdtest.Start(t)
	client := dial(t, server.Endpoint)
	e := openTest(t, Config{Client: client})
	server.Pause()
	ended := make(chan error)
	go func() {
		_, err := e.Commit(t.Context(), store.Record{Key: "room/a"})
		ended <- err
	}()
	time.Sleep(50 * time.Millisecond)
	_ = client.Close()
	if err := <-ended; err == nil || errors.Is(err, store.ErrConflict) {
		t.Errorf("Commit with a closed client: got %v, want another error than %v", err, store.ErrConflict)
	}
}

// lockedBuffer is for a log that is written and read at the same time.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
