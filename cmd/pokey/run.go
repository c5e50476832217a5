package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"
)

// Exit codes, after sysexits.h where it has one.
const (
	exitFailure = 1
	exitUsage   = 64
	exitData    = 73 // the data directory or the store cannot be used
	exitConfig  = 78 // a setting is wrong or unsafe
)

// exit is an error with the exit code of the process.
type exit struct {
	code int
	err  error
}

func (e exit) Error() string { return e.err.Error() }
func (e exit) Unwrap() error { return e.err }

// exitCode prints the error that run returned, if any, and returns the exit code.
func exitCode(err error, stderr io.Writer) int {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	_, _ = fmt.Fprintln(stderr, "pokey:", err)
	if e := (exit{}); errors.As(err, &e) {
		return e.code
	}
	return exitFailure
}

// run is the whole program except for signals and the exit code. It returns when
// ctx is done and everything that it started has ended.
func run(ctx context.Context, args []string, getenv func(string) string, stderr io.Writer, listen listenFunc) error {
	if len(args) > 0 {
		switch args[0] {
		case "config":
			return configCheck(args[1:], getenv, stderr)
		case "doctor":
			return doctor(ctx, args[1:], os.Stdout)
		case "healthcheck":
			return healthcheck(ctx, args[1:], getenv, stderr)
		case "cluster":
			return clusterCommand(ctx, args[1:], getenv, stderr)
		case "certs":
			return certs(args[1:], stderr)
		case "backup":
			return backupCommand(ctx, args[1:], getenv, stderr)
		case "restore":
			return restoreCommand(ctx, args[1:], getenv, stderr)
		case "join":
			return joinCluster(ctx, args[1:], getenv, os.Stdin, stderr, listen)
		case "invite":
			return invite(ctx, args[1:], getenv, os.Stdout, stderr)
		case "secret":
			return secret(args[1:], stderr)
		case "help":
			args = []string{"-help"}
		case "version", "-version", "--version":
			return printVersion(args[1:], stderr)
		}
	}
	c, err := parseConfig(args, getenv, stderr)
	if err != nil {
		return err
	}
	return serve(ctx, c, newLogger(c, stderr), listen)
}

// serve runs the server until ctx is done.
func serve(ctx context.Context, c config, log *slog.Logger, listen listenFunc) error {
	for _, warning := range c.misspelt {
		log.Warn("a variable is not used", "reason", warning)
	}
	node, err := assemble(ctx, c, log)
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		log.Info("stopped before it was in the cluster")
		return nil
	}
	if err != nil {
		return err
	}
	defer node.close()
	ports, err := listenAll(c, log, listen)
	if err != nil {
		return err
	}
	if err := node.join(ctx); err != nil {
		ports.close()
		return errors.Join(exit{exitConfig, err}, node.leave(context.WithoutCancel(ctx)))
	}
	var servers []*http.Server
	failed := make(chan error, 3)
	begin := func(s *http.Server, l net.Listener) {
		servers = append(servers, s)
		go func() { failed <- s.Serve(l) }()
	}
	begin(node.web.HTTP(), node.web.Listen(ports.public))
	serving, done := context.WithCancel(ctx)
	defer done()
	if ports.plain != nil {
		begin(node.web.Redirect(ports.plain, node.certificates.ServeChallenge))
	}
	if node.certificates != nil {
		node.certificates.Start()
	}
	if ports.admin != nil {
		server, counted := node.admin(c, ports.admin)
		begin(server, counted)
		go node.history.Run(serving)
	}
	go node.memory.giveBack(serving)
	log.Info("serving", "url", c.url(ports.public.Addr()), "admin", ports.adminAddress(), "version", version())

	select {
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	case err = <-node.member.failure():
	case <-node.member.leaving():
		log.Warn("leaving the cluster for good, as an operator has asked")
		return errors.Join(node.stop(servers), node.member.resign(c, log))
	case <-ctx.Done():
		log.Info("stopping")
	}
	return errors.Join(err, node.stop(servers))
}

// How long a stop may take in all, and how long draining the connections may.
const (
	stopTimeout  = 24 * time.Second
	drainTimeout = 15 * time.Second
)

// stop ends what serve started, from the outside in: the node accepts no new
// clients, hands users and rooms off to other nodes, tells clients to reconnect,
// stops its actors, and only then ends its membership and its listeners.
func (n *node) stop(servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	n.draining.Store(true)
	if err := n.handOff(ctx); err != nil {
		n.log.Warn("cannot hand off users and rooms: the other nodes will notice when this one is gone", "err", err)
	}
	drainCtx, cancelDrain := context.WithTimeout(ctx, drainTimeout)
	defer cancelDrain()
	n.web.Drain(drainCtx, n.spread(n.web.Stats().Connections))
	err := errors.Join(n.system.Stop(ctx), n.leave(ctx))
	for _, s := range servers {
		err = errors.Join(err, s.Shutdown(ctx))
	}
	if err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	n.log.Info("stopped")
	return nil
}

// spread returns the time over which connections are closed, so that clients do
// not all reconnect at once: 1 ms for each, 5 ms in a cluster, where other nodes
// serve them meanwhile, and 10 s at most.
func (n *node) spread(connections int) time.Duration {
	each := time.Millisecond
	if n.member != nil {
		each *= 5
	}
	return min(time.Duration(connections)*each, 10*time.Second)
}
