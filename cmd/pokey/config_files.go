package main

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

// otherFiles is how many files may be open besides connections: the database, and
// browsers that load the page.
const otherFiles = 1024
