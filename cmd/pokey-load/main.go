// Command pokey-load measures and checks a Pokey server from outside, by
// nothing but its wire contract:
//
//	pokey-load [load] -url http://127.0.0.1:8080 -shape burst -rooms 200 -members 10 [-pid PID]
//	pokey-load soak -url http://127.0.0.1:8080 -metrics http://127.0.0.1:9090/metrics
//	pokey-load crash -binary ./pokey -rooms 100 -members 5 -cycles 20
//	pokey-load hostile -binary ./pokey -rooms 200 -members 5 -duration 5m
//	pokey-load herd -binary ./pokey
//	pokey-load chaos -binary ./pokey -faults kill,partition
//	pokey-load compare -binary ./pokey -peer ./centrifugo
//	pokey-load cluster-cost -binary ./pokey
//	pokey-load help
//
// Load measures how long changes take to reach everybody and what they cost the
// server. Soak checks that connections that come and go leave nothing behind.
// Crash kills the server again and again, and checks that nothing acknowledged
// was lost, done twice or shown too early. Hostile has one address do all that
// the limits allow, and measures what others notice. Herd lets thousands return to a
// starved cluster at the same moment. Chaos breaks a cluster on purpose and checks the
// same as crash; it needs Linux, root and etcd.
// Compare compares Pokey with another server that does the same deliveries, and
// cluster-cost three nodes with one. Each command takes -help, and
// -json for a report that a program can read.
//
// The exit status is 0 if all is well, 1 if the server failed and 2 if the run
// could not be made.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"example.com/pokey/cmd/pokey-load/hostile"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if hostile.Ordered() {
		if err := hostile.Obey(ctx, os.Stdin, os.Stdout); err != nil {
			logf(os.Stderr, "%v", err)
			os.Exit(broken)
		}
		return
	}
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}
