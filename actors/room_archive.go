package actors

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/pokey/poker"
	"example.com/pokey/store"
)

// archive is what the store has of a room's history: each finished round is a
// part of the room's record, under its number. So a commit writes the rounds that
// have changed, mostly one, however long the history is.
type archive struct {
	due  bool                      // the store may not have what the room has
	kept map[string]poker.Finished // what it has, by the part's name; zero where that is not known
	next map[string]poker.Finished // what it will have after the commit under way; nil if that is the same
}

func newArchive() archive { return archive{kept: map[string]poker.Finished{}} }

// load returns the rounds in the parts, oldest first. Those that cannot be of a
// room in its round are left out, and removed with the next commit.
func (a *archive) load(parts []store.Record, round int) (history []poker.Finished) {
	*a = newArchive()
	for _, p := range parts {
		name := p.Key[strings.LastIndexByte(p.Key, '/')+1:]
		var f poker.Finished
		if err := json.Unmarshal(p.Data, &f); err != nil || name != strconv.Itoa(f.Round) || f.Round >= round {
			a.kept[name], a.due = poker.Finished{}, true
			continue
		}
		a.kept[name] = f
		history = append(history, f)
	}
	slices.SortFunc(history, func(a, b poker.Finished) int { return a.Round - b.Round })
	excess := max(len(history)-poker.HistoryLength, 0)
	a.due = a.due || excess > 0
	return history[excess:]
}

// changes are the parts to write so that the store has what the room has.
func (a *archive) changes(history []poker.Finished) map[string][]byte {
	a.due = false
	a.next = make(map[string]poker.Finished, len(history))
	parts := map[string][]byte{}
	for _, f := range history {
		name := strconv.Itoa(f.Round)
		if a.next[name] = f; !sameRound(a.kept[name], f) {
			parts[name] = encode(f)
		}
	}
	for name := range a.kept {
		if _, stays := a.next[name]; !stays {
			parts[name] = nil
		}
	}
	return parts
}

func sameRound(a, b poker.Finished) bool {
	return a.At == b.At && a.Topic == b.Topic && a.Agreed == b.Agreed && a.Hidden == b.Hidden && slices.Equal(a.Votes, b.Votes)
}

// written takes in how the commit has ended. After one that failed it is not
// known what the store has, and all of it is written again.
func (a *archive) written(err error) {
	switch {
	case err != nil:
		maps.Copy(a.kept, a.next)
		for name := range a.kept {
			a.kept[name] = poker.Finished{}
		}
		a.due = true
	case a.next != nil:
		a.kept = a.next
	}
	a.next = nil
}
