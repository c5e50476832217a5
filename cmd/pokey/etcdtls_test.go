package main

import (
	"log/slog"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/pokey/cluster"
	"example.com/pokey/identity"
	"example.com/pokey/store/etcdtest"
)

// TestEtcdWithItsOwnAuthority runs a node with an etcd that wants certificates,
// of the authority that they are to be from and of the wrong one.
func TestEtcdWithItsOwnAuthority(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("building the program is slow")
	}
	if _, err := exec.LookPath("etcd"); err != nil {
		need(t, "POKEY_ETCDTEST", "etcd")
	}
	dir := t.TempDir()
	file := func(names ...string) string { return filepath.Join(append([]string{dir}, names...)...) }
	for _, c := range []cluster.Certificates{
		{Dir: file("nodes"), Authority: file("of-nodes")},
		{Dir: file("etcd"), Authority: file("of-etcd")},
		{Dir: file("clients"), Authority: file("of-etcd"), Client: true},
	} {
		c.Hosts = []string{"127.0.0.1"}
		if err := c.Make(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := identity.Open(file("secret.key"), true); err != nil {
		t.Fatal(err)
	}
	endpoint, peer := "https://"+etcdtest.FreeAddress(t), "http://"+etcdtest.FreeAddress(t)
	etcd := exec.CommandContext(t.Context(), "etcd", "--name=test", "--data-dir="+file("data"), "--log-level=error",
		"--listen-client-urls="+endpoint, "--advertise-client-urls="+endpoint, "--client-cert-auth", "--trusted-ca-file="+file("etcd", "ca.pem"),
		"--cert-file="+file("etcd", "127.0.0.1.pem"), "--key-file="+file("etcd", "127.0.0.1-key.pem"),
		"--listen-peer-urls="+peer, "--initial-advertise-peer-urls="+peer, "--initial-cluster=test="+peer)
	if err := etcd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = etcd.Wait() }) // the context has ended it
	credentials, err := cluster.LoadClientCredentials(file("clients", "ca.pem"), file("clients", "127.0.0.1.pem"), file("clients", "127.0.0.1-key.pem"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: credentials.ClientConfig(), DisableKeepAlives: true}}
	eventually(t, "etcd serves", func() bool {
		response, err := client.Get(endpoint + "/health")
		if err != nil {
			return false
		}
		_ = response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	start := func(toEtcd, ofEtcd string) *process {
		return spawn(t, nil, "-etcd", endpoint, "-node-listen", etcdtest.FreeAddress(t), "-secret-file", file("secret.key"),
			"-node-tls-ca", file("nodes", "ca.pem"), "-node-tls-cert", file("nodes", "127.0.0.1.pem"), "-node-tls-key", file("nodes", "127.0.0.1-key.pem"),
			"-etcd-tls-ca", file(ofEtcd, "ca.pem"), "-etcd-tls-cert", file(toEtcd, "127.0.0.1.pem"), "-etcd-tls-key", file(toEtcd, "127.0.0.1-key.pem"))
	}
	p := start("clients", "clients")
	if p.url == "" {
		t.Fatalf("a node does not start:\n%s", p.log)
	}
	callIn(t, p.url, peerCookie(t, p.url)).create("Login")
	if p := start("nodes", "etcd"); p.url != "" {
		t.Error("a certificate for nodes is good for etcd")
	}
	if p := start("clients", "of-nodes"); p.url != "" || !strings.Contains(p.log.String(), "an authority in common") {
		t.Errorf("etcd and nodes with one authority:\n%s", p.log)
	}
}
