package cost

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/load"
	"example.com/pokey/cmd/pokey-load/process"
	"example.com/pokey/cmd/pokey-load/soak"
)

// servers are one node, or several with the etcd that they share.
type servers struct {
	nodes []*process.Process
	etcd  *process.Process // nil for one node
	sites []*client.Site   // of the nodes
	admin string           // the operator's address of the first
}

// kill ends them; it may be called again.
func (s *servers) kill() {
	if s == nil {
		return
	}
	for _, n := range s.nodes {
		n.Kill()
	}
	if s.etcd != nil {
		s.etcd.Kill()
	}
}

// usage is what each node takes, and then etcd.
func (s *servers) usage() (all []load.Usage, err error) {
	processes := s.nodes
	if s.etcd != nil {
		processes = append(slices.Clip(processes), s.etcd)
	}
	for _, p := range processes {
		u, err := load.ReadUsage(p.PID())
		if err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return all, nil
}

// rooms is how many the first node has.
func (s *servers) rooms(ctx context.Context) (float64, error) {
	sample, err := soak.Scrape(ctx, "http://"+s.admin+"/metrics")
	return sample["pokey_rooms"], err
}

// limitless switches off what would limit a measurement.
var limitless = []string{
	"-message-rate", "0", "-message-burst", "0", "-max-connections", "0", "-max-connections-per-ip", "0",
	"-max-connections-per-session", "0", "-max-rooms-per-user", "0", "-max-members-per-room", "0",
}

// start starts a node, and the addresses it is to be reached at.
func (s *servers) start(ctx context.Context, o Options, dir, name string, args ...string) error {
	ports, err := addresses(ctx, 2)
	if err != nil {
		return err
	}
	web, admin := ports[0], ports[1]
	p := &process.Process{
		Name: name, Path: o.Binary, Dir: dir, Log: filepath.Join(dir, name+".log"),
		Args: append(append([]string{"-listen", web, "-admin-listen", admin}, limitless...), args...),
	}
	if err := p.Start(); err != nil {
		return err
	}
	s.nodes = append(s.nodes, p)
	if s.admin == "" {
		s.admin = admin
	}
	site, err := client.NewSite("http://"+web, client.SiteOptions{})
	if err != nil {
		return err
	}
	s.sites = append(s.sites, site)
	return p.Await(ctx, process.Answers("http://"+admin+"/readyz"))
}

func startOne(ctx context.Context, o Options, dir string) (*servers, error) {
	s := new(servers)
	return s, s.start(ctx, o, dir, "node", "-data", filepath.Join(dir, "data"))
}

// startCluster starts etcd and three nodes.
func startCluster(ctx context.Context, o Options, dir string) (*servers, error) {
	s := new(servers)
	ports, err := addresses(ctx, 5)
	if err != nil {
		return s, err
	}
	store, peer := "http://"+ports[0], "http://"+ports[1]
	s.etcd = &process.Process{
		Name: "etcd", Path: o.Etcd, Dir: dir, Log: filepath.Join(dir, "etcd.log"),
		Args: []string{
			"--data-dir", filepath.Join(dir, "etcd"), "--listen-client-urls", store, "--advertise-client-urls", store,
			"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "default=" + peer, "--log-level", "warn",
		},
	}
	if err := s.etcd.Start(); err != nil {
		s.etcd = nil
		return s, err
	}
	if err := s.etcd.Await(ctx, process.Answers(store+"/health")); err != nil {
		return s, err
	}
	secret, certs := filepath.Join(dir, "secret.key"), filepath.Join(dir, "certs")
	for _, args := range [][]string{{"secret", secret}, {"certs", certs, "127.0.0.1"}} {
		if out, err := exec.CommandContext(ctx, o.Binary, args...).CombinedOutput(); err != nil { //nolint:gosec // running the given binary is the purpose
			return s, fmt.Errorf("%s %s: %w: %s", o.Binary, args[0], err, out)
		}
	}
	for i, address := range ports[2:] {
		err := s.start(ctx, o, dir, fmt.Sprintf("node%d", i+1),
			"-etcd", strings.TrimPrefix(store, "http://"), "-secret-file", secret, "-node-listen", address,
			"-node-tls-ca", filepath.Join(certs, "ca.pem"), "-node-tls-cert", filepath.Join(certs, "127.0.0.1.pem"), "-node-tls-key", filepath.Join(certs, "127.0.0.1-key.pem"))
		if err != nil {
			return s, err
		}
	}
	return s, nil
}

// addresses are n free ones, each another.
func addresses(ctx context.Context, n int) (all []string, err error) {
	for len(all) < n {
		a, err := process.FreeAddress(ctx)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	return all, nil
}
