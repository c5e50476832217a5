package main

import (
	"math"

	"example.com/pokey/transport"
)

// checkFiles makes sure that there is a file for each connection, and some for
// everything else. A default that asks for too much gives way.
func (c *config) checkFiles(fault func(string, ...any)) {
	room := c.files - min(otherFiles, c.files/4)
	switch {
	case c.maxConnections <= room:
	case c.given["max-connections"]:
		fault("-max-connections %d: this process may open %d files, which is enough for %d; raise that limit (ulimit -n, LimitNOFILE=, --ulimit nofile=) or lower this one", c.maxConnections, c.files, room)
	default:
		c.maxConnections = room
	}
}

// Files that the public port's connections leave alone: an eighth, within bounds.
// They are for the database, the operator's port, and in a cluster for etcd and
// the other nodes.
const (
	fewestFiles = adminSockets + 12
	mostFiles   = 256
)

// sockets bounds the public port's TCP connections, whatever they are used for:
// by the files there are, and for one address to four times the WebSockets it may
// have, for browsers open several connections to load a page, and to three
// quarters of all.
func (c *config) sockets() transport.SocketLimits {
	var limits transport.SocketLimits
	if c.files < math.MaxInt32 {
		limits.Total = max(1, c.files-min(mostFiles, max(fewestFiles, c.files/8)))
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

// localSockets is how many connections beyond the limit are accepted from this
// machine, for a container's health check.
const localSockets = 4

// otherFiles is how many files may be open besides connections: the database, and
// browsers that load the page.
const otherFiles = 1024
