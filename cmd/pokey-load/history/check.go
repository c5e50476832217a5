package history

import (
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// Verdict holds the findings of all oracles on a history so far.
type Verdict struct {
	Faults    []Fault  `json:"faults"`
	Undecided []string `json:"undecided"` // rooms whose linearizability check took too long
	Rooms     int      `json:"rooms"`
	Requests  int      `json:"requests"`
	Durable   int      `json:"durable"` // acknowledged as durable
	Unknown   int      `json:"unknown"` // never answered
	Reads     int      `json:"reads"`
	Messages  int      `json:"messages"` // scanned for canaries
	Statuses  int      `json:"statuses"` // judged for order and agreement
}

// Count is the number of faults of a kind.
func (v Verdict) Count(kind FaultKind) int {
	n := 0
	for _, f := range v.Faults {
		if f.Kind == kind {
			n++
		}
	}
	return n
}

// Add adds the verdict on another history.
func (v *Verdict) Add(w Verdict) {
	v.Faults = append(v.Faults, w.Faults...)
	v.Undecided = append(v.Undecided, w.Undecided...)
	v.Rooms += w.Rooms
	v.Requests += w.Requests
	v.Durable += w.Durable
	v.Unknown += w.Unknown
	v.Reads += w.Reads
	v.Messages += w.Messages
	v.Statuses += w.Statuses
}

// Check judges everything recorded so far. It spends at most patience on each
// room's linearizability; recording waits meanwhile.
func (h *History) Check(patience time.Duration) Verdict {
	h.mu.Lock()
	defer h.mu.Unlock()
	v := Verdict{Rooms: len(h.rooms), Requests: h.ops, Reads: h.reads, Messages: h.messages, Statuses: h.statuses}
	for _, r := range h.rooms {
		for _, op := range r.ops {
			switch op.Outcome {
			case Durable:
				v.Durable++
			case Unknown:
				v.Unknown++
			case Applied, Refused:
			}
		}
		h.checkDurable(r)
		if !h.checkLinearizable(r, patience) {
			v.Undecided = append(v.Undecided, r.id)
		}
	}
	v.Faults = slices.Clone(h.faults)
	return v
}

// checkLinearizable reports whether it could tell.
func (h *History) checkLinearizable(r *room, patience time.Duration) (decided bool) {
	result := h.linearizable(r, false, patience)
	if result != porcupine.Illegal {
		return result == porcupine.Ok
	}
	if h.linearizable(r, true, patience) == porcupine.Ok {
		h.fault(Fault{Kind: Misreported, Room: r.id}, "a request that was sent again was refused although it had its effect")
		return true
	}
	h.fault(Fault{Kind: NotLinearizable, Room: r.id}, "no order of its requests explains the answers and what was read")
	return true
}

func (h *History) linearizable(r *room, lenient bool, patience time.Duration) porcupine.CheckResult {
	m := newRoomModel(r, lenient)
	if len(h.crashes) > 0 && r.wasUnsaved() {
		return porcupine.CheckOperationsTimeout(m.forgetful(), m.operationsWithCrashes(r, h.crashes), patience)
	}
	return porcupine.CheckOperationsTimeout(m.porcupine(), m.operations(r), patience)
}
