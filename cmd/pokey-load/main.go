// Command pokey-load measures and checks a Pokey server from outside, by
// nothing but its wire contract:
//
//	pokey-load [load] -url http://127.0.0.1:8080 -shape burst -rooms 200 -members 10 [-pid PID]
//	pokey-load crash -binary ./pokey -rooms 100 -members 5 -cycles 20
//	pokey-load soak -url http://127.0.0.1:8080 -metrics http://127.0.0.1:9090/metrics
//	pokey-load hostile -binary ./pokey -rooms 200 -members 5 -duration 5m
//
// Load says how long changes take to reach everybody and what they cost the
// server. Crash kills the server again and again and says whether anything
// acknowledged was lost, done twice or shown too early. Soak says whether
// connections that come and go leave anything behind. Hostile says what people
// notice of somebody with a link who does all that the limits allow. Each takes -h, and -json
// for a report that a program can read.
//
// The exit status is 0 if all is well, 1 if the server failed and 2 if the run
// could not be made.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}
