// Package servers runs one node, or several with the etcd that they share, on
// loopback.
package servers

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/load"
	"example.com/pokey/cmd/pokey-load/options"
	"example.com/pokey/cmd/pokey-load/process"
	"example.com/pokey/cmd/pokey-load/soak"
)

// Options say how servers are run. The directory exists already.
type Options struct {
	options.Programs
	Env []string // added to each node's environment, as NAME=VALUE
}

// Servers are one node, or several with the etcd that they share.
type Servers struct {
	Nodes  []*process.Process
	Etcd   *process.Process // nil for one node
	Sites  []*client.Site   // of the nodes
	URLs   []string         // of the nodes
	Admins []string         // the operator's URL of each
}

// Kill ends them; it may be called again.
func (s *Servers) Kill() {
	if s == nil {
		return
	}
	for _, n := range s.Nodes {
		n.Kill()
	}
	if s.Etcd != nil {
		s.Etcd.Kill()
	}
}

// Usage returns the usage of each node, and then that of etcd.
func (s *Servers) Usage() (all []load.Usage, err error) {
	processes := s.Nodes
	if s.Etcd != nil {
		processes = append(slices.Clip(processes), s.Etcd)
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

// Rooms returns how many rooms the first node has.
func (s *Servers) Rooms(ctx context.Context) (float64, error) {
	sample, err := soak.Scrape(ctx, s.Admins[0]+"/metrics")
	return sample["pokey_rooms"], err
}

// Limitless are the flags that switch off all limits of a node.
var Limitless = []string{
	"-message-rate", "0", "-message-burst", "0", "-max-connections", "0", "-max-connections-per-ip", "0",
	"-max-connections-per-session", "0", "-max-rooms-per-user", "0", "-max-members-per-room", "0",
}

// start starts a node on free ports, and waits until it is ready.
func (s *Servers) start(ctx context.Context, o Options, name string, args ...string) error {
	if err := s.begin(ctx, o, name, args...); err != nil {
		return err
	}
	return s.ready(ctx, len(s.Nodes)-1)
}

// ready waits until a node is ready.
func (s *Servers) ready(ctx context.Context, i int) error {
	return s.Nodes[i].Await(ctx, process.Answers(s.Admins[i]+"/readyz"))
}

// begin starts a node on free ports and records its addresses.
func (s *Servers) begin(ctx context.Context, o Options, name string, args ...string) error {
	ports, err := addresses(ctx, 2)
	if err != nil {
		return err
	}
	web, admin := ports[0], ports[1]
	p := &process.Process{
		Name: name, Path: o.Binary, Dir: o.Dir, Env: o.Env, Log: filepath.Join(o.Dir, name+".log"),
		Args: append(append([]string{"-listen", web, "-admin-listen", admin}, args...), o.Args...),
	}
	if err := p.Start(); err != nil {
		return err
	}
	s.Nodes = append(s.Nodes, p)
	s.URLs, s.Admins = append(s.URLs, "http://"+web), append(s.Admins, "http://"+admin)
	site, err := client.NewSite("http://"+web, client.SiteOptions{})
	if err != nil {
		return err
	}
	s.Sites = append(s.Sites, site)
	return nil
}

// One starts a node.
func One(ctx context.Context, o Options) (*Servers, error) {
	s := new(Servers)
	return s, s.start(ctx, o, "node", "-data", filepath.Join(o.Dir, "data"))
}

// Three starts etcd and three nodes.
func Three(ctx context.Context, o Options) (*Servers, error) {
	s := new(Servers)
	ports, err := addresses(ctx, 5)
	if err != nil {
		return s, err
	}
	store, peer := "http://"+ports[0], "http://"+ports[1]
	s.Etcd = &process.Process{
		Name: "etcd", Path: o.Etcd, Dir: o.Dir, Env: o.Env, Log: filepath.Join(o.Dir, "etcd.log"),
		Args: []string{
			"--data-dir", filepath.Join(o.Dir, "etcd"), "--listen-client-urls", store, "--advertise-client-urls", store,
			"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "default=" + peer, "--log-level", "warn",
		},
	}
	if err := s.Etcd.Start(); err != nil {
		s.Etcd = nil
		return s, err
	}
	if err := s.Etcd.Await(ctx, process.Answers(store+"/health")); err != nil {
		return s, err
	}
	common, err := credentials(ctx, o)
	if err != nil {
		return s, err
	}
	for i, address := range ports[2:] {
		args := append([]string{"-etcd", strings.TrimPrefix(store, "http://"), "-node-listen", address}, common...)
		if err := s.start(ctx, o, nodeName(i), args...); err != nil {
			return s, err
		}
	}
	return s, nil
}

// ThreeEmbedded starts three nodes with etcd inside.
func ThreeEmbedded(ctx context.Context, o Options) (*Servers, error) {
	s := new(Servers)
	ports, err := addresses(ctx, 3)
	if err != nil {
		return s, err
	}
	common, err := credentials(ctx, o)
	if err != nil {
		return s, err
	}
	for i, address := range ports { // each waits for the others
		args := append([]string{"-cluster", strings.Join(ports, ","), "-node-advertise", address, "-data", filepath.Join(o.Dir, fmt.Sprintf("data%d", i+1))}, common...)
		if err := s.begin(ctx, o, nodeName(i), args...); err != nil {
			return s, err
		}
	}
	for i := range s.Nodes {
		if err := s.ready(ctx, i); err != nil {
			return s, err
		}
	}
	return s, nil
}

func nodeName(i int) string { return fmt.Sprintf("node%d", i+1) }

// credentials makes a secret and certificates, and returns the flags for them.
func credentials(ctx context.Context, o Options) (flags []string, err error) {
	secret, certs := filepath.Join(o.Dir, "secret.key"), filepath.Join(o.Dir, "certs")
	for _, args := range [][]string{{"secret", secret}, {"certs", certs, "127.0.0.1"}} {
		if out, err := exec.CommandContext(ctx, o.Binary, args...).CombinedOutput(); err != nil { //nolint:gosec // running the given binary is the purpose
			return nil, fmt.Errorf("%s %s: %w: %s", o.Binary, args[0], err, out)
		}
	}
	return []string{
		"-secret-file", secret, "-node-tls-ca", filepath.Join(certs, "ca.pem"),
		"-node-tls-cert", filepath.Join(certs, "127.0.0.1.pem"), "-node-tls-key", filepath.Join(certs, "127.0.0.1-key.pem"),
	}, nil
}

// addresses returns n different free addresses.
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
