package fakeserver

import (
	"context"
	"encoding/json"
	"flag"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// FaultsVariable is the environment variable in which [Main] finds its faults,
// as JSON. A test binary that finds it set acts as the server.
const FaultsVariable = "POKEY_FAKE_FAULTS"

// Main is a server process that takes the real one's command line, as far as
// the tools use it. It returns the exit status.
func Main(args []string) int {
	logger := log.New(os.Stderr, "", log.LstdFlags)
	flags := flag.NewFlagSet("fake", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "")
	dir := flags.String("data", "", "")
	for _, ignored := range []string{
		"admin-listen", "message-rate", "message-burst", "max-connections", "max-connections-per-ip",
		"max-connections-per-session", "max-rooms-per-user", "max-members-per-room", "log-format", "log-level",
	} {
		flags.String(ignored, "", "")
	}
	if flags.Parse(args) != nil {
		return 2
	}
	options := Options{Log: logger, File: filepath.Join(*dir, "rooms.jsonl")}
	if err := json.Unmarshal([]byte(os.Getenv(FaultsVariable)), &options.Faults); err != nil {
		logger.Print(err)
		return 2
	}
	server, err := New(options)
	if err != nil {
		logger.Print(err)
		return 1
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", *listen)
	if err != nil {
		logger.Print(err)
		return 1
	}
	logger.Printf("listening on %s", listener.Addr())
	site := http.Server{Handler: server.Handler(), ReadHeaderTimeout: 5 * time.Second}
	logger.Print(site.Serve(listener))
	return 1
}
