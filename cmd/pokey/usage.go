package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A subcommand is named by the first argument; without one the program serves.
// The comment of package main has the same table.
var subcommands = []struct{ usage, does string }{
	{"[flags]", "serve"},
	{"config check [flags]", "check the configuration, and exit"},
	{"doctor [flags] [URL]", "find what is wrong with a proxy, DNS, WebSocket, cluster, clock or disk"},
	{"healthcheck [URL]", "exit 0 if a server is alive, for containers"},
	{"cluster status|add|remove", "show, enlarge or reduce a cluster: run it on one of its nodes"},
	{"cluster dissolve|recover", "end a cluster and keep its rooms; begin another one when most nodes are lost"},
	{"certs [flags] DIR HOST…", "make certificates for the nodes of a cluster, or for etcd"},
	{"backup [flags] FILE", "write everything that a running server has stored to a sealed file"},
	{"restore [flags] FILE", "put a backup in the place of what a stopped server or cluster has stored"},
	{"invite [flags]", "make a token by which other machines join this node's cluster"},
	{"join [flags]", "join a cluster by a token, and serve"},
	{"secret [-from FILE] FILE", "make the master secret, unless the file exists; or copy it there"},
	{"version", "print the version"},
	{"help", "print this"},
}

// flagGroup is flags that help lists together.
type flagGroup struct{ title, names string }

// flagGroups are the flags in the order in which help lists them.
var flagGroups = []flagGroup{
	{"Network", "listen public-origin base-path trusted-proxies require-origin embed-origin admin-listen"},
	{"HTTPS", "domain http-listen tls-cert tls-key acme-ca acme-ca-root acme-email acme-eab-kid acme-eab-key-file acme-dns acme-dns-key-file"},
	{"Storage and sessions", "data secret-file user-expiry session-life"},
	{"Limits (0: no limit)", "message-rate message-burst max-connections max-connections-per-ip max-connections-per-session " +
		"max-new-rooms-per-ip max-rooms-per-user max-members-per-room"},
	{"Log", "log-format log-level log-addresses"},
	{"Cluster", "cluster cluster-quota etcd etcd-tls-ca etcd-tls-cert etcd-tls-key node-listen node-advertise node-tls-ca node-tls-cert node-tls-key"},
}

// printUsage lists the subcommands, and the flags of serving by groups.
func printUsage(w io.Writer, fs *flag.FlagSet) {
	var b bytes.Buffer
	b.WriteString("Pokey is real-time planning poker: one program with its page inside.\n\nUsage:\n\n")
	for _, c := range subcommands {
		fmt.Fprintf(&b, "  pokey %-24s %s\n", c.usage, c.does)
	}
	b.WriteString("\nEvery flag is also POKEY_… in the environment: -user-expiry is POKEY_USER_EXPIRY.\n")
	b.WriteString("Each command has a -help of its own.\n")
	for _, group := range append(ungrouped(fs), flagGroups...) {
		fmt.Fprintf(&b, "\n%s:\n", group.title)
		for name := range strings.FieldsSeq(group.names) {
			f := fs.Lookup(name)
			argument, text := flag.UnquoteUsage(f)
			fmt.Fprintf(&b, "  -%s %s\n    \t%s", name, argument, text)
			if f.DefValue != "" && f.DefValue != "false" {
				fmt.Fprintf(&b, " (default %s)", f.DefValue)
			}
			b.WriteByte('\n')
		}
	}
	_, _ = w.Write(b.Bytes()) // an error could not be printed either
}

// ungrouped returns the flags that serving does not have: those of pokey join.
func ungrouped(fs *flag.FlagSet) []flagGroup {
	var all, own []string
	for _, group := range flagGroups {
		all = append(all, strings.Fields(group.names)...)
	}
	fs.VisitAll(func(f *flag.Flag) {
		if !slices.Contains(all, f.Name) {
			own = append(own, f.Name)
		}
	})
	if len(own) == 0 {
		return nil
	}
	return []flagGroup{{"Of pokey join", strings.Join(own, " ")}}
}
