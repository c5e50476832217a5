package crash

import (
	"context"

	"example.com/pokey/cmd/pokey-load/process"
)

// server is the process under test, in one of its lives.
type server struct {
	process.Process
	url string
}

// newServer prepares a server on a free port that no outgoing connection can
// happen to take while it is down.
func newServer(ctx context.Context, o Options) (*server, error) {
	address, err := process.FreeAddress(ctx)
	if err != nil {
		return nil, err
	}
	args := []string{
		"-listen", address, "-data", o.Dir, "-admin-listen", "", "-message-rate", "0", "-message-burst", "0",
		"-max-connections", "0", "-max-connections-per-ip", "0", "-max-connections-per-session", "0",
		"-max-rooms-per-user", "0", "-max-members-per-room", "0", "-log-format", "json", "-log-level", "debug",
	}
	return &server{process.Process{Name: "the server", Path: o.Binary, Args: append(args, o.Args...), Log: o.log()}, "http://" + address}, nil
}

// start begins a life and returns when the page is served.
func (s *server) start(ctx context.Context) error {
	if err := s.Start(); err != nil {
		return err
	}
	return s.Await(ctx, process.Answers(s.url+"/"))
}
