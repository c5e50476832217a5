package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"example.com/pokey/store/etcdtest"
)

// composed is a Compose file, run by an engine under a name, a port and a network of
// this test's own.
type composed struct {
	t    *testing.T
	url  string
	args []string // that begin every command
	env  []string
}

// compose builds the image and starts what the arguments choose: a profile of
// docker-compose.yml, or another file.
func compose(t *testing.T, choose ...string) *composed {
	t.Helper()
	if testing.Short() {
		t.Skip("building an image is slow")
	}
	for _, c := range [][]string{{"info"}, {"compose", "version"}} {
		if exec.CommandContext(t.Context(), "docker", c...).Run() != nil {
			need(t, "POKEY_ENGINE", "docker "+strings.Join(c, " "))
		}
	}
	_, port, _ := net.SplitHostPort(etcdtest.FreeAddress(t))
	c := &composed{t: t, url: "http://localhost:" + port, args: []string{"compose", "--project-directory", "../..", "-p", "pokey-test-" + port}}
	c.args = append(c.args, choose...)
	c.env = append(os.Environ(), "POKEY_PORT="+port, "POKEY_PUBLIC_ORIGIN="+c.url, "POKEY_SUBNET=172.28.58.0/24")
	c.docker("build", "-q", "-t", "pokey", "../..")
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s", c.docker(append(c.args, "logs", "--tail", "20")...))
		}
		c.docker(append(c.args, "down", "--volumes", "--timeout", "30")...)
	})
	c.docker(append(c.args, "up", "--detach", "--quiet-pull")...)
	eventually(t, "the page", func() bool {
		return healthcheck(context.Background(), []string{c.url + "/healthz"}, unset, io.Discard) == nil
	})
	return c
}

// docker runs a command that must succeed and returns what it says.
func (c *composed) docker(args ...string) string {
	c.t.Helper()
	command := exec.CommandContext(context.Background(), "docker", args...) // also when the test is over
	command.Env = c.env
	out, err := command.CombinedOutput()
	if err != nil {
		c.t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// services are the states of all containers, by service.
func (c *composed) services() map[string]string {
	c.t.Helper()
	found := map[string]string{}
	for line := range strings.Lines(c.docker(append(c.args, "ps", "--all", "--format", "{{json .}}")...)) {
		var s struct {
			Service, State, Health string
			ExitCode               int
		}
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			c.t.Fatalf("%v: %s", err, line)
		}
		found[s.Service] = strings.TrimSpace(fmt.Sprint(s.State, " ", s.Health))
		if s.State == "exited" {
			found[s.Service] = fmt.Sprint("exited ", s.ExitCode)
		}
	}
	return found
}

func (c *composed) all(want map[string]string) {
	c.t.Helper()
	var is map[string]string
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Second) {
		if is = c.services(); fmt.Sprint(is) == fmt.Sprint(want) {
			return
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("services: %v", is)
		}
	}
}

func TestComposeSingle(t *testing.T) {
	c := compose(t)
	c.all(map[string]string{"pokey": "running healthy"})
	callIn(t, c.url, peerCookie(t, c.url)).create("Login")
}

// A cluster of three nodes and nothing beside them.
func TestComposeCluster(t *testing.T) {
	c := compose(t, "--profile", "cluster")
	healthy := map[string]string{"node-certs": "exited 0", "secret": "exited 0", "proxy": "running healthy"}
	for i := range 3 {
		healthy[fmt.Sprint("node-", i+1)] = "running healthy"
	}
	c.playAndBreak(healthy, []string{"kill", "node-1"}, []string{"stop", "node-2"}, []string{"kill", "node-3"})
}

// A cluster with an etcd beside it, of which members are lost too.
func TestComposeClusterWithEtcd(t *testing.T) {
	c := compose(t, "-f", "../../deploy/compose.etcd.yml")
	healthy := map[string]string{"node-certs": "exited 0", "etcd-certs": "exited 0", "client-certs": "exited 0", "secret": "exited 0", "proxy": "running healthy"}
	for i := range 3 {
		healthy[fmt.Sprint("node-", i+1)], healthy[fmt.Sprint("etcd-", i+1)] = "running healthy", "running healthy"
	}
	c.playAndBreak(healthy, []string{"kill", "node-1"}, []string{"kill", "etcd-1"}, []string{"stop", "node-2"}, []string{"kill", "node-3", "etcd-3"})
}

// playAndBreak has two people play while services are killed or stopped, and started
// again. Nothing they did is lost.
func (c *composed) playAndBreak(healthy map[string]string, breaks ...[]string) {
	c.t.Helper()
	c.all(healthy)
	ada, bob := peerCookie(c.t, c.url), peerCookie(c.t, c.url)
	room := callIn(c.t, c.url, ada).create("Login")
	calls := 0
	call := func(cookie string) *caller {
		p := callIn(c.t, c.url, cookie)
		calls++
		p.sent = 100 * calls // an id that was there before would be a repetition
		return p
	}
	for _, end := range breaks {
		b := call(bob)
		b.join(room)
		b.estimates(room)
		c.docker(append(c.args, end...)...)
		a, b := call(ada), call(bob) // as the page comes back
		if status := a.join(room); status.Topic != "Login" || status.Estimates != 1 || status.Revealed {
			c.t.Errorf("after %v: got %v, want the hidden estimate", end, status)
		}
		a.do("reveal", message{"roomId": room})
		if status := b.join(room); !status.Revealed {
			c.t.Errorf("revealed after %v: got %v, want it revealed", end, status)
		}
		a.do("clear", message{"roomId": room})
		c.docker(append(c.args, "up", "--detach", "--no-build")...) // which renews the certificates
		c.all(healthy)
	}
}
