package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"example.com/pokey/cmd/pokey-load/lab"
	"example.com/pokey/cmd/pokey-load/process"
)

// The hosts. Clients are where this program is.
const clients = "clients"

var (
	nodeNames = []string{"n1", "n2", "n3"}
	etcdNames = []string{"e1", "e2", "e3"}
)

// Ports, the same on every host.
const (
	webPort   = 8080
	adminPort = 9090
	nodePort  = 7946
	etcdPort  = 2379
	peerPort  = 2380
)

// cluster is the nodes and the etcd members, and the network between them.
type cluster struct {
	network *lab.Network
	nodes   map[string]*process.Process
	etcds   map[string]*process.Process
	dir     string
	ask     *http.Client // for requests to the operator's port
}

func address(h *lab.Host, port int) string { return fmt.Sprintf("%s:%d", h.Addr, port) }

func (c *cluster) address(name string, port int) string { return address(c.network.Host(name), port) }

func newCluster(o Options, tap func(from, to *lab.Host, packet []byte)) (*cluster, error) {
	hosts := append(append([]string{clients}, nodeNames...), etcdNames...)
	network, err := lab.New(hosts, tap)
	if err != nil {
		return nil, err
	}
	c := &cluster{
		network: network, nodes: make(map[string]*process.Process), etcds: make(map[string]*process.Process), dir: o.Dir,
		ask: &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}},
	}
	if err := lab.MountMemory(filepath.Join(o.Dir, "etcd")); err != nil {
		return nil, err
	}
	for _, name := range etcdNames {
		c.etcds[name] = c.etcd(o, name)
	}
	for _, name := range nodeNames {
		c.nodes[name] = c.node(o, name)
	}
	return c, nil
}

func (c *cluster) etcd(o Options, name string) *process.Process {
	var members []string
	for _, n := range etcdNames {
		members = append(members, fmt.Sprintf("%s=http://%s", n, c.address(n, peerPort)))
	}
	client, peer := "http://"+c.address(name, etcdPort), "http://"+c.address(name, peerPort)
	return &process.Process{
		Name: name, Path: o.Etcd, Dir: c.dir, Log: filepath.Join(c.dir, name+".log"), Launch: c.network.Host(name).Start,
		Args: []string{
			"--name", name, "--data-dir", filepath.Join(c.dir, "etcd", name),
			"--listen-client-urls", client, "--advertise-client-urls", client,
			"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
			"--initial-cluster", strings.Join(members, ","), "--log-level", "warn",
		},
	}
}

func (c *cluster) node(o Options, name string) *process.Process {
	var origins, stores []string
	for _, n := range nodeNames {
		origins = append(origins, "http://"+c.address(n, webPort))
	}
	for _, n := range etcdNames {
		stores = append(stores, c.address(n, etcdPort))
	}
	certs, ip := filepath.Join(c.dir, "certs"), c.network.Host(name).Addr.String()
	args := []string{
		"-listen", c.address(name, webPort), "-public-origin", strings.Join(origins, ","), "-admin-listen", c.address(name, adminPort),
		"-etcd", strings.Join(stores, ","), "-node-listen", c.address(name, nodePort), "-secret-file", filepath.Join(c.dir, "secret.key"),
		"-node-tls-ca", filepath.Join(certs, "ca.pem"), "-node-tls-cert", filepath.Join(certs, ip+".pem"), "-node-tls-key", filepath.Join(certs, ip+"-key.pem"),
		"-message-rate", "0", "-message-burst", "0", "-max-connections", "0", "-max-connections-per-ip", "0",
		"-max-connections-per-session", "0", "-max-rooms-per-user", "0", "-max-members-per-room", "0",
		"-user-expiry", expiry.String(),
	}
	return &process.Process{
		Name: name, Path: o.Binary, Dir: c.dir, Log: filepath.Join(c.dir, name+".log"), Launch: c.network.Host(name).Start,
		Args: append(args, o.Args...),
	}
}

// start makes secrets and certificates, and starts everything.
func (c *cluster) start(ctx context.Context, o Options) error {
	certs := []string{"certs", filepath.Join(c.dir, "certs")}
	for _, name := range nodeNames {
		certs = append(certs, c.network.Host(name).Addr.String())
	}
	for _, args := range [][]string{certs, {"secret", filepath.Join(c.dir, "secret.key")}} {
		if out, err := exec.CommandContext(ctx, o.Binary, args...).CombinedOutput(); err != nil { //nolint:gosec // running the given binary is the purpose
			return fmt.Errorf("%s %s: %w: %s", o.Binary, args[0], err, out)
		}
	}
	for _, name := range etcdNames {
		if err := c.etcds[name].Start(); err != nil {
			return err
		}
	}
	for _, name := range etcdNames {
		if err := c.etcds[name].Await(ctx, func(ctx context.Context) bool { _, err := c.leads(ctx, name); return err == nil }); err != nil {
			return err
		}
	}
	for _, name := range nodeNames {
		if err := c.startNode(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// startNode starts a node and waits until it is ready.
func (c *cluster) startNode(ctx context.Context, name string) error {
	if err := c.nodes[name].Start(); err != nil {
		return err
	}
	return c.nodes[name].Await(ctx, func(ctx context.Context) bool { return c.readiness(ctx, name) == http.StatusOK })
}

// readiness is the status that a node's operator's port answers with; 0 if it
// does not.
func (c *cluster) readiness(ctx context.Context, name string) int {
	body, status, err := c.get(ctx, http.MethodGet, "http://"+c.address(name, adminPort)+"/readyz", "")
	if err != nil || len(body) == 0 {
		return 0
	}
	return status
}

// leads reports whether an etcd member is the leader.
func (c *cluster) leads(ctx context.Context, name string) (bool, error) {
	body, status, err := c.get(ctx, http.MethodPost, "http://"+c.address(name, etcdPort)+"/v3/maintenance/status", "{}")
	if err != nil {
		return false, err
	}
	var answer struct {
		Leader string
		Header struct {
			MemberID string `json:"member_id"`
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil || status != http.StatusOK || answer.Leader == "" || answer.Leader == "0" {
		return false, fmt.Errorf("etcd %s: status %d, no leader", name, status)
	}
	return answer.Leader == answer.Header.MemberID, nil
}

// leader is the name of the etcd member that leads.
func (c *cluster) leader(ctx context.Context) (string, error) {
	for _, name := range etcdNames {
		if is, _ := c.leads(ctx, name); is {
			return name, nil
		}
	}
	return "", errors.New("etcd has no leader")
}

func (c *cluster) get(ctx context.Context, method, url, body string) ([]byte, int, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewBufferString(body))
	if err != nil {
		return nil, 0, err
	}
	resp, err := c.ask.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	return got, resp.StatusCode, err
}
