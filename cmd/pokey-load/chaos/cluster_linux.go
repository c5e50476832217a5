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

	embedded   bool           // etcd is inside the nodes
	generation map[string]int // of the machine that a node is on, if etcd is inside
}

func address(h *lab.Host, port int) string { return fmt.Sprintf("%s:%d", h.Addr, port) }

func (c *cluster) address(name string, port int) string { return address(c.network.Host(name), port) }

func newCluster(o Options, tap func(from, to *lab.Host, packet []byte)) (*cluster, error) {
	hosts := append([]string{clients}, nodeNames...)
	if !o.Embedded {
		hosts = append(hosts, etcdNames...)
	}
	network, err := lab.New(hosts, tap)
	if err != nil {
		return nil, err
	}
	c := &cluster{
		network: network, nodes: make(map[string]*process.Process), etcds: make(map[string]*process.Process), dir: o.Dir,
		embedded: o.Embedded, generation: make(map[string]int),
		ask: &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}},
	}
	for _, name := range append(nodeNames, etcdNames...) {
		if err := lab.MountMemory(c.disk(name), diskSize); err != nil {
			return nil, err
		}
	}
	for _, name := range c.etcdHosts() {
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
			"--name", name, "--data-dir", filepath.Join(c.disk(name), "data"),
			"--listen-client-urls", client, "--advertise-client-urls", client,
			"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
			"--initial-cluster", strings.Join(members, ","), "--log-level", "warn",
		},
	}
}

// etcdHosts are the hosts of etcd, if it is not inside the nodes.
func (c *cluster) etcdHosts() []string {
	if c.embedded {
		return nil
	}
	return etcdNames
}

// nodeAddress is where other nodes reach a node. A machine that replaces another one
// has another address.
func (c *cluster) nodeAddress(name string) string {
	return c.address(name, nodePort+c.generation[name])
}

// data is the directory of a node with etcd inside.
func (c *cluster) data(name string) string {
	return filepath.Join(c.disk(name), fmt.Sprintf("data-%d", c.generation[name]))
}

func (c *cluster) node(o Options, name string) *process.Process {
	return &process.Process{
		Name: name, Path: o.Binary, Dir: c.dir, Log: filepath.Join(c.dir, name+".log"), Launch: c.network.Host(name).Start,
		Args: c.nodeArgs(o, name),
	}
}

func (c *cluster) nodeArgs(o Options, name string) []string {
	var origins, stores, all []string
	for _, n := range nodeNames {
		origins, all = append(origins, "http://"+c.address(n, webPort)), append(all, c.nodeAddress(n))
	}
	for _, n := range c.etcdHosts() {
		stores = append(stores, c.address(n, etcdPort))
	}
	certs, ip := filepath.Join(c.dir, "certs"), c.network.Host(name).Addr.String()
	args := []string{
		"-listen", c.address(name, webPort), "-public-origin", strings.Join(origins, ","), "-admin-listen", c.address(name, adminPort),
		"-node-listen", c.nodeAddress(name), "-secret-file", filepath.Join(c.dir, "secret.key"),
		"-node-tls-ca", filepath.Join(certs, "ca.pem"), "-node-tls-cert", filepath.Join(certs, ip+".pem"), "-node-tls-key", filepath.Join(certs, ip+"-key.pem"),
		"-message-rate", "0", "-message-burst", "0", "-max-connections", "0", "-max-connections-per-ip", "0",
		"-max-connections-per-session", "0", "-max-rooms-per-user", "0", "-max-members-per-room", "0",
		"-user-expiry", expiry.String(),
	}
	if c.embedded {
		args = append(args, "-cluster", strings.Join(all, ","), "-node-advertise", c.nodeAddress(name), "-data", c.data(name))
	} else {
		args = append(args, "-etcd", strings.Join(stores, ","))
	}
	return append(args, o.Args...)
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
	for _, name := range c.etcdHosts() {
		if err := c.etcds[name].Start(); err != nil {
			return err
		}
	}
	for _, name := range c.etcdHosts() {
		if err := c.etcds[name].Await(ctx, func(ctx context.Context) bool { _, err := c.leads(ctx, name); return err == nil }); err != nil {
			return err
		}
	}
	for _, name := range nodeNames { // those with etcd inside wait for each other
		if err := c.nodes[name].Start(); err != nil {
			return err
		}
	}
	for _, name := range nodeNames {
		if err := c.awaitNode(ctx, name); err != nil {
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
	return c.awaitNode(ctx, name)
}

// awaitNode waits until a node is ready.
func (c *cluster) awaitNode(ctx context.Context, name string) error {
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
