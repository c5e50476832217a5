package history

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Dump writes everything recorded of a room in the order of its beginning, for
// a person who looks for the cause of a fault.
func (h *History) Dump(w io.Writer, roomID string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[roomID]
	if r == nil {
		return fmt.Errorf("history: no room %s", roomID)
	}
	type line struct {
		at   int64
		text string
	}
	var lines []line
	for _, op := range r.ops {
		end := "-"
		if op.Outcome != Unknown {
			end = seconds(op.Return)
		}
		lines = append(lines, line{op.Call, fmt.Sprintf("%s\t%s\t%s\t%s round %d %s\t%s %s, sent %d times",
			seconds(op.Call), end, op.User, op.Kind, op.Round, op.Value, op.Outcome, op.Code, op.Sent)})
	}
	for _, read := range r.reads {
		lines = append(lines, line{read.call, fmt.Sprintf("%s\t%s\t%s\tread\t%s", seconds(read.call), seconds(read.at), read.user, read.describe())})
	}
	slices.SortStableFunc(lines, func(a, b line) int { return int(min(max(a.at-b.at, -1), 1)) })
	out := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	_, _ = fmt.Fprintf(out, "room %s, owner %s\ncall\treturn\tuser\twhat\toutcome\n", r.id, r.owner)
	for _, l := range lines {
		_, _ = fmt.Fprintln(out, l.text)
	}
	for _, f := range h.faults {
		if f.Room == roomID {
			_, _ = fmt.Fprintln(out, f)
		}
	}
	return out.Flush()
}

func seconds(ns int64) string { return fmt.Sprintf("%.6f", time.Duration(ns).Seconds()) }

func (read read) describe() string {
	if read.own != nil {
		return fmt.Sprintf("own estimate of round %d: %v %s", read.own.Round, read.own.Given, read.own.Value)
	}
	var have []string
	for id, m := range read.room.Members {
		if m.Estimated {
			have = append(have, strings.TrimSpace(id+" "+m.Value))
		}
	}
	slices.Sort(have)
	return fmt.Sprintf("version %d round %d revealed %v: %s", read.room.Version, read.room.Round, read.room.Revealed, strings.Join(have, ", "))
}

func (o Outcome) String() string {
	return [...]string{Unknown: "no answer", Durable: "durable", Applied: "applied", Refused: "refused"}[o]
}
