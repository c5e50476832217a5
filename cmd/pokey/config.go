package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"example.com/pokey/cluster/etcdmember"
	"example.com/pokey/identity"
	"example.com/pokey/transport"
)

// config is every setting. Nothing else reads flags or the environment.
type config struct {
	listen         string
	adminListen    string
	publicOrigins  []string
	trustedProxies []netip.Prefix
	basePath       string
	requireOrigin  bool
	embedOrigins   []string
	data           string
	secretFile     string
	founds         bool     // this node begins a cluster, and makes its authority
	joins          bool     // this machine asks to become a node, or has become one so
	nodes          []string // of a cluster that needs no etcd beside it
	quota          size     // of its database on each node
	etcd           []string
	etcdCA         string
	etcdCert       string
	etcdKey        string
	nodeListen     string
	nodeAdvertise  string
	nodeCA         string
	nodeCert       string
	nodeKey        string
	https          httpsConfig
	userExpiry     time.Duration
	sessionLife    time.Duration
	messageRate    float64
	messageBurst   int
	maxConnections int
	maxPerIP       int
	maxPerSession  int
	maxNewRooms    int
	maxRooms       int
	maxMembers     int
	logFormat      string
	logLevel       string
	logAddresses   bool
	traces         bool     // OTEL_EXPORTER_OTLP_ENDPOINT is set
	misspelt       []string // warnings of variables that look like settings

	given map[string]bool // the settings that are set, by flag name
	files int             // how many files the process may have open
}

// maxConnections is the default of -max-connections.
const maxConnections = 10000

// maxPerIP is the default of -max-connections-per-ip.
const maxPerIP = 256

// inMemory is the value of -data that keeps nothing on disk.
const inMemory = "none"

// flags declares the settings. The README has the same table.
func (c *config) flags(fs *flag.FlagSet) {
	fs.StringVar(&c.listen, "listen", "127.0.0.1:8080", "serve on `HOST:PORT`")
	fs.StringVar(&c.adminListen, "admin-listen", "127.0.0.1:9090", "serve metrics and readiness on `HOST:PORT`; empty for off")
	fs.Func("public-origin", "`URL[,URL]` under which browsers reach this server; required unless it listens on loopback", c.setOrigins)
	fs.Func("trusted-proxies", "`CIDR[,CIDR]` whose X-Forwarded-For is believed", c.setProxies)
	fs.StringVar(&c.basePath, "base-path", "/", "`PATH` under which everything is served")
	fs.BoolVar(&c.requireOrigin, "require-origin", false, "refuse WebSocket clients that send no Origin")
	fs.Func("embed-origin", "`URL[,URL]` of the sites that may show the page in a frame; needs an https -public-origin", c.setEmbedOrigins)
	c.https.flags(fs)
	fs.StringVar(&c.data, "data", "./data", "`DIR` that rooms are kept in; \"none\" keeps them in memory")
	fs.StringVar(&c.secretFile, "secret-file", "", "`FILE` with the master secret, made on first start (default DATA/secret.key)")
	fs.DurationVar(&c.userExpiry, "user-expiry", 2*time.Hour, "how long a user outlives their last connection, and their rooms with them")
	fs.DurationVar(&c.sessionLife, "session-life", identity.SessionLife, "how long after its first session a browser gets a new user, however often it returns")
	fs.Float64Var(&c.messageRate, "message-rate", 10, "requests per second and connection; 0 for no limit")
	fs.IntVar(&c.messageBurst, "message-burst", 30, "requests in a burst per connection; 0 for no limit")
	fs.IntVar(&c.maxConnections, "max-connections", maxConnections, "connections in all; 0 for no limit")
	fs.IntVar(&c.maxPerIP, "max-connections-per-ip", maxPerIP, "connections per address, in all and in a burst; 0 for no limit")
	fs.IntVar(&c.maxPerSession, "max-connections-per-session", 8, "connections per user; 0 for no limit")
	fs.IntVar(&c.maxNewRooms, "max-new-rooms-per-ip", 2*maxPerIP, "rooms an address may create in a burst, and again every ten minutes; 0 for no limit; twice -max-connections-per-ip if only that is set")
	fs.IntVar(&c.maxRooms, "max-rooms-per-user", 10, "rooms a user owns at a time; 0 for no limit")
	fs.IntVar(&c.maxMembers, "max-members-per-room", 100, "members of a room; 0 for no limit")
	fs.Func("cluster", "`NODE[,NODE…]` that form a cluster by themselves: HOST or HOST:PORT (port 7000), the same on all nodes; one, three or five", c.setNodes)
	c.quota = etcdmember.DefaultQuota
	fs.Var(&c.quota, "cluster-quota", "`SIZE` that the rooms of such a cluster may take on each node, such as 4GB; 8GB at most, the same on all nodes")
	fs.Func("etcd", "`HOST:PORT[,…]` of an etcd that a cluster keeps its rooms in instead; https://HOST:PORT with -etcd-tls-…", c.setEtcd)
	fs.StringVar(&c.etcdCA, "etcd-tls-ca", "", "`FILE` with the certificate authority of etcd, not that of the nodes; required with -etcd https://…")
	fs.StringVar(&c.etcdCert, "etcd-tls-cert", "", "`FILE` with this node's certificate for etcd")
	fs.StringVar(&c.etcdKey, "etcd-tls-key", "", "`FILE` with the key of that certificate")
	fs.StringVar(&c.nodeListen, "node-listen", "", "listen for other nodes on `HOST:PORT` (default with -cluster: this node's port)")
	fs.StringVar(&c.nodeAdvertise, "node-advertise", "", "`HOST:PORT` under which other nodes reach this one (default -node-listen, or the one of -cluster that this machine is)")
	fs.StringVar(&c.nodeCA, "node-tls-ca", "", "`FILE` with the certificate authority of the nodes; required unless -node-listen is on loopback")
	fs.StringVar(&c.nodeCert, "node-tls-cert", "", "`FILE` with this node's certificate")
	fs.StringVar(&c.nodeKey, "node-tls-key", "", "`FILE` with the key of this node's certificate")
	fs.StringVar(&c.logFormat, "log-format", "text", "text or json")
	fs.BoolVar(&c.logAddresses, "log-addresses", true, "log the addresses of clients that are refused something or reach a limit")
	fs.StringVar(&c.logLevel, "log-level", "info", "debug, info, warn or error")
}

// parseConfig reads the flags, and the environment for flags that are not given:
// -user-expiry is POKEY_USER_EXPIRY there.
func parseConfig(args []string, getenv func(string) string, stderr io.Writer) (config, error) {
	return parseConfigWith(args, getenv, stderr, func(*config, *flag.FlagSet) {})
}

// parseConfigWith is parseConfig for a command that has more flags.
func parseConfigWith(args []string, getenv func(string) string, stderr io.Writer, more func(*config, *flag.FlagSet)) (config, error) {
	c := config{given: map[string]bool{}, files: openFiles()}
	fs := flag.NewFlagSet("pokey", flag.ContinueOnError)
	c.flags(fs)
	more(&c, fs)
	var faults []error
	fs.VisitAll(func(f *flag.Flag) {
		if v := getenv(envName(f.Name)); v != "" {
			if err := fs.Set(f.Name, v); err != nil {
				faults = append(faults, fmt.Errorf("%s %q: %s", envName(f.Name), v, strings.Replace(err.Error(), "parse error", wantedOf(f), 1)))
			}
		}
	})
	c.https.eabKey, c.https.dnsKey = getenv(eabKeyVariable), getenv(dnsKeyVariable)
	var err error
	if c.traces, err = tracingWanted(getenv); err != nil {
		faults = append(faults, err)
	}
	if len(faults) > 0 {
		return c, exit{exitConfig, errors.Join(faults...)}
	}
	if err := parseFlags(fs, args, func() { printUsage(stderr, fs) }); err != nil {
		return c, exit{exitConfig, err}
	}
	c.misspelt = misspelt(fs, os.Environ())
	if fs.NArg() > 0 {
		return c, exit{exitUsage, fmt.Errorf("%q is neither a flag nor a command; see pokey help", fs.Arg(0))}
	}
	fs.Visit(func(f *flag.Flag) { c.given[f.Name] = true })
	if err := checkDirectory(c.data); err != nil {
		return c, err
	}
	if err := c.check(); err != nil {
		return c, exit{exitConfig, err}
	}
	return c, nil
}

func envName(name string) string {
	return "POKEY_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

func (c *config) setEmbedOrigins(list string) error {
	c.embedOrigins = nil
	for text := range strings.SplitSeq(list, ",") {
		text = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(text), "/"))
		if err := transport.CheckEmbedOrigin(text); err != nil {
			return err
		}
		c.embedOrigins = append(c.embedOrigins, text)
	}
	return nil
}

// url returns the URL of the page for a person on this machine.
func (c *config) url(addr net.Addr) string {
	if len(c.publicOrigins) > 0 {
		return c.publicOrigins[0] + c.basePath
	}
	scheme := "http://"
	if c.https.on() {
		scheme = "https://"
	}
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if loopback(host) {
		host = "localhost"
	}
	return scheme + net.JoinHostPort(host, port) + c.basePath
}
