package main

import (
	"math"
	"os"

	"example.com/pokey/transport"
)

// checkFiles makes sure that the process may open a file for each connection and
// some more for everything else. A default that is too high is lowered.
func (c *config) checkFiles(fault func(string, ...any)) {
	room := c.files - min(otherFiles, c.files/4)
	switch {
	case c.maxConnections <= room:
	case c.given["max-connections"]:
		fault("-max-connections %d: this process may open %d files, enough for %d connections; raise that limit (ulimit -n, LimitNOFILE=, --ulimit nofile=) or lower this one", c.maxConnections, c.files, room)
	default:
		c.maxConnections = room
	}
}

// checkRegular finds settings that name a directory, or a pipe, which would be waited for,
// instead of a file.
func (c *config) checkRegular(fault func(string, ...any)) {
	for setting, name := range map[string]string{
		"secret-file": c.secretFile, "tls-cert": c.https.cert, "tls-key": c.https.key, "acme-ca-root": c.https.acmeRoot,
		"etcd-tls-ca": c.etcdCA, "etcd-tls-cert": c.etcdCert, "etcd-tls-key": c.etcdKey,
		"node-tls-ca": c.nodeCA, "node-tls-cert": c.nodeCert, "node-tls-key": c.nodeKey,
	} {
		if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
			fault("-%s %s is not a file", setting, name)
		}
	}
}

// Files that are reserved for the database, the operator's port, and in a cluster
// for etcd and the other nodes: an eighth of all, within these bounds.
const (
	fewestFiles = adminSockets + 12
	mostFiles   = 256
)

// sockets returns the limits of the public port's TCP connections, whatever they
// are used for. The total follows from the files that may be open. One address gets
// four times its WebSockets, since browsers open several connections to load a
// page, but no more than three quarters of the total.
func (c *config) sockets() transport.SocketLimits {
	var limits transport.SocketLimits
	if c.files < math.MaxInt32 {
		others := min(mostFiles, max(fewestFiles, c.files/8))
		if c.https.httpListen != "" {
			others += transport.RedirectSockets()
		}
		limits.Total = max(1, c.files-others)
		limits.Local = localSockets
	}
	if c.maxPerIP > 0 {
		limits.PerAddress = 4 * c.maxPerIP
		if limits.Total > 0 {
			limits.PerAddress = min(limits.PerAddress, max(1, limits.Total*3/4))
		}
	}
	return limits
}

// localSockets is how many connections from this machine are accepted beyond the
// total, for a container's health check.
const localSockets = 4

// otherFiles is how many files are kept free besides one for each WebSocket: for
// the database, and for browsers that load the page.
const otherFiles = 1024
