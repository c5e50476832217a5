package main

import (
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/pokey/store/etcdtest"
)

// Whoever comes through the proxy of deploy/haproxy.cfg is let in, whatever a
// node behind it is about: it stops, or it is dead, and the proxy has not noticed.
func TestProxyOfACluster(t *testing.T) {
	t.Parallel()
	haproxy := proxies[2]
	program := haproxy.look(t)
	text, err := os.ReadFile("../../deploy/haproxy.cfg")
	if err != nil {
		t.Fatal(err)
	}
	set := string(text)
	replace := func(old, put string) {
		if !strings.Contains(set, old) {
			t.Fatalf("deploy/haproxy.cfg does not say %s", old)
		}
		set = strings.Replace(set, old, put, 1)
	}
	front := etcdtest.FreeAddress(t)
	c := found(t)
	var nodes [3]*process
	var addresses [3]string
	for i := range nodes {
		addresses[i] = etcdtest.FreeAddress(t)
		nodes[i] = spawn(t, nil, append(c.args(etcdtest.FreeAddress(t)), "-listen", addresses[i],
			"-public-origin", "http://"+front, "-trusted-proxies", "127.0.0.1", "-max-connections-per-session", "0", "-max-connections-per-ip", "0")...)
		_, port, _ := net.SplitHostPort(strings.TrimPrefix(nodes[i].admin, "http://"))
		name := "node-" + string(rune('1'+i))
		replace(name+":8080", addresses[i]+" port "+port)
	}
	replace("bind :8080", "bind "+front)
	replace(" port 9090", "") // of each there
	replace(" resolvers names init-addr none", "")
	replace("fall 2", "fall 60") // nodes that are late on a busy machine are up all the same; and it notices nothing for longer
	haproxy.start(t, program, front, set)

	page := "http://" + front
	status := func() int {
		response, err := http.Get(page + "/")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response.StatusCode
	}
	eventually(t, "the proxy knows a node", func() bool { return status() == http.StatusOK })
	cookie := peerCookie(t, page)
	letIn := func(when string, span time.Duration, until func() bool) {
		t.Helper()
		tries := 0
		for begun := time.Now(); time.Since(begun) < span && !until(); tries++ {
			conn, response, err := dial(t, page, cookie, "")
			if err != nil {
				t.Fatalf("%s, attempt %d: %v %v", when, tries, err, response)
			}
			_ = conn.Close()
		}
		if tries == 0 {
			t.Errorf("%s nobody came", when)
		}
	}

	// Somebody who never reads keeps the node from ending.
	stuck, _, err := dial(t, "http://"+front, cookie, "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stuck.Close() }()
	stopping := -1
	eventually(t, "one node has them", func() bool {
		for i, p := range nodes {
			if p.figure(t, "pokey_connections") == 1 {
				stopping = i
			}
		}
		return stopping >= 0
	})
	if err := nodes[stopping].Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the node refuses newcomers", func() bool {
		header := http.Header{"Cookie": {cookie}, "Origin": {page}, "Host": {front}}
		conn, response, err := dialer("").DialContext(t.Context(), "ws://"+addresses[stopping]+"/connect", header)
		if err == nil {
			_ = conn.Close()
		}
		return response != nil && response.StatusCode == http.StatusServiceUnavailable
	})
	ended := func() bool {
		select {
		case <-nodes[stopping].ended:
			return true
		default:
			return false
		}
	}
	letIn("while a node stops", 3*time.Second, ended)
	if err := stuck.Close(); err != nil {
		t.Fatal(err)
	}
	if code := nodes[stopping].code(t); code != 0 {
		t.Errorf("exit %d:\n%s", code, nodes[stopping].log)
	}
	letIn("when it has stopped", time.Second, func() bool { return false })
	nodes[(stopping+1)%3].kill()
	// The last one may turn newcomers away for as long as it does not know whether it is cut off.
	eventually(t, "people are let in when another one is dead", func() bool {
		conn, _, err := dial(t, page, cookie, "")
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	eventually(t, "the page is there", func() bool { return status() == http.StatusOK })
}
