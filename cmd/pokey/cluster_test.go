package main

import (
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/pokey/cluster"
	"example.com/pokey/identity"
	"example.com/pokey/store/etcdtest"
)

// A cluster in earnest: etcd and three processes with certificates.

// nodes are the processes of a cluster.
type nodes struct {
	t    *testing.T
	etcd *etcdtest.Server
	dir  string // with certificates and the secret
}

// found makes what a cluster needs and starts no node yet.
func found(t *testing.T) *nodes {
	t.Helper()
	if testing.Short() {
		t.Skip("building the program is slow")
	}
	c := &nodes{t: t, etcd: etcdtest.Start(t), dir: t.TempDir()}
	if err := cluster.NewCertificates(c.dir, []string{"127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.Open(filepath.Join(c.dir, "secret.key"), true); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *nodes) args(address string) []string {
	file := func(name string) string { return filepath.Join(c.dir, name) }
	return []string{
		"-etcd", c.etcd.Endpoint, "-node-listen", address, "-secret-file", file("secret.key"), "-max-rooms-per-user", "0",
		"-node-tls-ca", file("ca.pem"), "-node-tls-cert", file("127.0.0.1.pem"), "-node-tls-key", file("127.0.0.1-key.pem"),
	}
}

// start starts a node at an address for other nodes.
func (c *nodes) start(address string) *process {
	c.t.Helper()
	p := spawn(c.t, nil, c.args(address)...)
	if p.url == "" {
		c.t.Fatalf("a node ends at once:\n%s", p.log)
	}
	return p
}

// three are three nodes that know each other.
func (c *nodes) three() [3]*process {
	c.t.Helper()
	var all [3]*process
	for i := range all {
		all[i] = c.start(etcdtest.FreeAddress(c.t))
	}
	for _, p := range all {
		eventually(c.t, "a cluster of three", func() bool { return p.figure(c.t, "pokey_cluster_members") == 3 })
	}
	return all
}

// figure is one of the process's metrics, without labels.
func (p *process) figure(t *testing.T, name string) float64 {
	t.Helper()
	_, body := p.get(t, "/metrics")
	m := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("there is no %s", name)
	}
	f, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// rooms is how many rooms live on each of the nodes.
func rooms(t *testing.T, nodes [3]*process) (n [3]float64) {
	t.Helper()
	for i, p := range nodes {
		n[i] = p.figure(t, "pokey_rooms")
	}
	return n
}

// Two people on two nodes play in rooms of the third, which is killed, and
// another is stopped and started again. Nobody loses anything.
func TestCluster(t *testing.T) {
	t.Parallel()
	c := found(t)
	nodes := c.three()
	ada := callIn(t, nodes[0].url, peerCookie(t, nodes[0].url))
	bob := callIn(t, nodes[1].url, peerCookie(t, nodes[1].url))
	before := rooms(t, nodes)
	room := ada.create("Login")
	for rooms(t, nodes)[2] == before[2] {
		room = ada.create("Login")
	}
	ada.ask("joinRoom", message{"roomId": room})
	bob.ask("joinRoom", message{"roomId": room})
	bob.estimates(room)
	ada.ask("showCode", message{"roomId": room})
	ada.ask("joinRoom", message{"roomId": room})
	code := viewOf(t, ada.until("roomStatus")["room"]).Code
	resolves := func(on string, who *caller) {
		if e := who.ask("resolveCode", message{"code": code}); e["roomId"] != room {
			t.Errorf("code %q on %s: got %v, want room %s", code, on, e, room)
		}
	}
	resolves("the node of somebody else", bob)

	nodes[2].kill()
	begun := time.Now()
	if e := bob.ask("estimate", message{"roomId": room, "value": "8"}); e["event"] != "ok" {
		t.Errorf("while a node dies: %v", e)
	}
	t.Logf("answered %v after the death", time.Since(begun))
	if e := ada.ask("reveal", message{"roomId": room}); e["event"] != "ok" {
		t.Errorf("reveal: %v", e)
	}
	ada.ask("joinRoom", message{"roomId": room})
	status := viewOf(t, ada.until("roomStatus")["room"])
	if !status.Revealed || status.Estimates != 1 || status.Epoch == "" {
		t.Errorf("after a death: %v", status)
	}

	// A planned stop: the clients of that node are told to go, the others see nothing.
	if err := nodes[1].Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if e := ada.ask("clear", message{"roomId": room}); e["event"] != "ok" {
		t.Errorf("while a node stops: %v", e)
	}
	bob.until("closing")
	_ = bob.conn.Close()
	if code := nodes[1].code(t); code != 0 {
		t.Errorf("exit %d:\n%s", code, nodes[1].log)
	}
	again := c.start(etcdtest.FreeAddress(t))
	cy := callIn(t, again.url, peerCookie(t, again.url))
	resolves("a new node", cy)
	cy.ask("joinRoom", message{"roomId": room})
	if round := viewOf(t, cy.until("roomStatus")["room"]).Round; round != 2 {
		t.Errorf("on a new node it is round %v", round)
	}
	for _, p := range []*process{nodes[0], again} {
		if p.log.contains("panic") || p.figure(t, "pokey_actor_panics_total") != 0 {
			t.Errorf("a panic:\n%s", p.log)
		}
	}
}

// A node that cannot be one with the others does not start,
// and says why.
func TestClusterRefusesStrangers(t *testing.T) {
	t.Parallel()
	c := found(t)
	address := etcdtest.FreeAddress(t)
	c.start(address)
	other := found(t)
	for name, row := range map[string]struct {
		args []string
		says string
	}{
		"another secret":   {append(c.args(etcdtest.FreeAddress(t)), "-secret-file", filepath.Join(other.dir, "secret.key")), "-secret-file"},
		"the same address": {c.args(address), "-node-"},
		"no secret":        {append(c.args(etcdtest.FreeAddress(t)), "-secret-file", filepath.Join(c.dir, "none.key")), "-secret-file"},
		"no certificate":   {append(c.args(etcdtest.FreeAddress(t)), "-node-tls-cert", filepath.Join(c.dir, "none.pem")), "none.pem"},
	} {
		p := spawn(t, nil, row.args...)
		if code := p.code(t); code != exitConfig || !p.log.contains(row.says) {
			t.Errorf("%s: exit %d:\n%s", name, code, p.log)
		}
	}
	// An authority of its own: it starts, and the others let it do nothing.
	stranger := spawn(t, nil, append(c.args(etcdtest.FreeAddress(t)),
		"-node-tls-ca", filepath.Join(other.dir, "ca.pem"), "-node-tls-cert", filepath.Join(other.dir, "127.0.0.1.pem"), "-node-tls-key", filepath.Join(other.dir, "127.0.0.1-key.pem"))...)
	if stranger.url == "" {
		t.Errorf("it does not start:\n%s", stranger.log)
	}
}

// The operator's page tells of the members, and nothing that is nobody's business.
func TestClusterPage(t *testing.T) {
	t.Parallel()
	c := found(t)
	p := c.start(etcdtest.FreeAddress(t))
	status, page := p.get(t, "/cluster")
	for _, words := range []string{"1 members", "this node", "certificate", "0 connections"} {
		if !strings.Contains(page, words) {
			t.Errorf("status %d, no %q in\n%s", status, words, page)
		}
	}
	response, err := http.Get(p.url + "/cluster")
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusNotFound {
		t.Errorf("on the public port it answers %s", response.Status)
	}
}

// Two browsers on two nodes play a round while the third, where the room lives,
// dies.
func TestBrowserCluster(t *testing.T) {
	t.Parallel()
	c := found(t)
	nodes := c.three()
	ada, link := openRoom(t, &listening{url: nodes[0].url}, "Ada")
	for before := rooms(t, nodes); before[2] == 0; before = rooms(t, nodes) {
		ada.visit(nodes[0].url + "/")
		ada.press(".landing .primary")
		ada.until(`location.href !== %q && document.querySelector('.deck')`, link)
		link = get[string](ada, `location.href`)
	}
	bob := join(t, strings.Replace(link, nodes[0].url, nodes[1].url, 1), "Bob")
	ada.until("%s", seat("Bob"))
	bob.card("8")
	bob.picked("8")
	nodes[2].kill()
	ada.card("5")
	bob.card("13")
	ada.picked("5")
	bob.picked("13")
	ada.button("Reveal")
	for _, p := range []*person{ada, bob} {
		p.until(`%s.querySelector('.value').textContent === '13' && %s.querySelector('.value').textContent === '5'`, seat("Bob"), seat("Ada"))
		p.sees("Two camps: 5 and 13")
		p.until(`document.querySelector('.figures').textContent.includes('9')`)
	}
	ada.settled()
	ada.button("Next round")
	for _, p := range []*person{ada, bob} {
		p.sees("Round 2")
	}
}
