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

// Attack is one thing that the attacker did again and again.
type Attack struct {
	Name       string           `json:"name"`
	Done       int64            `json:"done"`              // requests and connections that the server took, by its answer
	Refused    int64            `json:"refused"`           // or refused, by an answer, a status or a close
	Unanswered int64            `json:"unanswered"`        // requests whose answer the attacker has not seen
	Reasons    map[string]int64 `json:"reasons,omitempty"` // of the refusals, by code
	Failed     int64            `json:"failed"`            // how often what the attack needs could not be set up
	Why        string           `json:"why,omitempty"`     // the first time
}

// tally counts how an attack goes. Its methods are for concurrent use.
type tally struct {
	mu    sync.Mutex
	found Attack
}

// count counts the outcome of one thing that the attack consists of.
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

// countEnd counts how a turn of the attack countEnd. What it did has been counted, so
// that a turn which did nothing counts for nothing.
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

// result is what has been counted so far.
func (t *tally) result() Attack {
	t.mu.Lock()
	defer t.mu.Unlock()
	found := t.found
	found.Reasons = maps.Clone(found.Reasons)
	return found
}

// countMessage counts a message to somebody who does not wait for answers, and reports
// whether it was the answer to a request with an id.
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

// setUpError says that what an attack needs was not to be had.
type setUpError struct {
	what string
	err  error
}

func (e *setUpError) Error() string { return fmt.Sprintf("%s: %v", e.what, e.err) }
func (e *setUpError) Unwrap() error { return e.err }

// reason is the code by which refusals are told apart.
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

// lateReading is how long those who have not read take to read what is there.
const lateReading = 2 * time.Second

// catchUp has those who have not read do so, and counts what the answers were. Who
// was cut meanwhile counts as refused once.
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

// missing counts the requests of people that have no answer.
func (m *attempt) missing(people []*person) {
	for _, p := range people {
		m.unanswered(p.told.Load() - p.answered.Load())
	}
}
