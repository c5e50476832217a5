// Pokey is real-time planning poker: one program with its page inside.
//
// Usage:
//
//	pokey [flags]                  serve
//	pokey config check [flags]     check the configuration, and exit
//	pokey doctor [flags] [URL]     find what is wrong with a proxy, DNS, WebSocket, cluster, clock or disk
//	pokey healthcheck [URL]        exit 0 if a server is alive, for containers
//	pokey cluster status|add|remove  show, enlarge or reduce a cluster: run it on one of its nodes
//	pokey cluster dissolve|recover   end a cluster and keep its rooms; begin another one when most nodes are lost
//	pokey certs [flags] DIR HOST…  make certificates for the nodes of a cluster, or for etcd
//	pokey backup [flags] FILE      write everything that a running server has stored to a sealed file
//	pokey restore [flags] FILE     put a backup in the place of what a stopped server or cluster has stored
//	pokey invite [flags]           make a token by which other machines join this node's cluster
//	pokey join [flags]             join a cluster by a token, and serve
//	pokey secret [-from FILE] FILE  make the master secret, unless the file exists; or copy it there
//	pokey version                  print the version
//	pokey help                     print this
//
// Help lists the flags; README.md has them too.
package main

import (
	"context"
	"net"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := exitCode(run(ctx, os.Args[1:], os.Getenv, os.Stderr, net.Listen), os.Stderr)
	stop()
	os.Exit(code)
}
