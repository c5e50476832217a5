package hostile

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"strconv"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/wire"
)

// Attack holds the counts of one kind of attack, which was repeated until the end.
type Attack struct {
	Name       string           `json:"name"`
	Done       int64            `json:"done"`              // requests and connections that the server accepted, by its answer
	Refused    int64            `json:"refused"`           // or refused, by an answer, a status or a close
	Unanswered int64            `json:"unanswered"`        // requests without an answer
	Reasons    map[string]int64 `json:"reasons,omitempty"` // of the refusals, by code
	Failed     int64            `json:"failed"`            // how often the attack could not be set up
	Why        string           `json:"why,omitempty"`     // the first time
}

// tally counts how an attack goes. Its methods are for concurrent use.
type tally struct {
	mu    sync.Mutex
	found Attack
}

// count counts the outcome of one request or connection of the attack.
func (t *tally) count(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		t.found.Done++
		return
	}
	t.found.Refused++
	if t.found.Reasons == nil {
		t.found.Reasons = map[string]int64{}
	}
	t.found.Reasons[reason(err)]++
}

// countEnd counts the end of one run of the attack. Its requests have been counted
// before, so a run that did nothing adds nothing.
func (t *tally) countEnd(err error) {
	var unset *setUpError
	switch {
	case err == nil || errors.Is(err, errOver):
	case errors.As(err, &unset):
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.found.Failed++; t.found.Failed == 1 {
			t.found.Why = err.Error()
		}
	default:
		t.count(err)
	}
}

func (t *tally) unanswered(n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.found.Unanswered += n
}

// result returns the counts so far.
func (t *tally) result() Attack {
	t.mu.Lock()
	defer t.mu.Unlock()
	found := t.found
	found.Reasons = maps.Clone(found.Reasons)
	return found
}

// countMessage counts a message to a person who does not wait for answers, and
// reports whether it was the answer to a request with an id.
func (t *tally) countMessage(msg []byte) bool {
	head, err := wire.Peek(msg)
	switch {
	case err != nil:
		t.count(err)
	case head.Event == wire.Error:
		t.count(refusal{string(head.Code)})
	case len(head.ID) > 0:
		t.count(nil)
	}
	return len(head.ID) > 0
}

// setUpError is the failure of a request that the attack needs.
type setUpError struct {
	what string
	err  error
}

func (e *setUpError) Error() string { return fmt.Sprintf("%s: %v", e.what, e.err) }
func (e *setUpError) Unwrap() error { return e.err }

// reason returns the code that a refusal is counted under.
func reason(err error) string {
	var refused refusal
	var status *client.HandshakeError
	var page client.StatusError
	var closed *client.CloseError
	switch {
	case errors.As(err, &refused):
		return refused.code
	case errors.As(err, &status):
		return "status " + strconv.Itoa(status.Status)
	case errors.As(err, &page):
		return page.Error()
	case errors.As(err, &closed):
		return "closed " + strconv.Itoa(closed.Code)
	default:
		return "no answer"
	}
}

// drain reads for people until they are closed, and counts the answers.
func (m *attempt) drain(people []*person) {
	for _, p := range people {
		p.conn.SetReadDeadline(time.Time{})
		go func() {
			for {
				msg, err := p.conn.Read()
				if err != nil {
					return
				}
				if m.countMessage(msg) {
					p.answered.Add(1)
				}
			}
		}()
	}
}

// lateReading is how long people who have not read may take to catch up.
const lateReading = 2 * time.Second

// catchUp lets people who have not read do so, and counts the answers. A person whose
// connection was closed meanwhile counts as refused once.
func (m *attempt) catchUp(people []*person) {
	var reading sync.WaitGroup
	for _, p := range people {
		p.conn.SetReadDeadline(time.Now().Add(lateReading))
		reading.Go(func() {
			for p.answered.Load() < p.told.Load() {
				msg, err := p.conn.Read()
				if err != nil {
					if !errors.Is(err, os.ErrDeadlineExceeded) {
						m.count(err)
					}
					return
				}
				if m.countMessage(msg) {
					p.answered.Add(1)
				}
			}
		})
	}
	reading.Wait()
}

// missing counts the requests of people that were not answered.
func (m *attempt) missing(people []*person) {
	for _, p := range people {
		m.unanswered(p.told.Load() - p.answered.Load())
	}
}
