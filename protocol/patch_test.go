package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"example.com/pokey/poker"
)

// patches changes a room in every way a patch can say.
var patches = map[string]struct {
	before func() *poker.Snapshot
	change func(s *poker.Snapshot)
}{
	"nothing":      {hiddenRoom, func(*poker.Snapshot) {}},
	"estimated":    {hiddenRoom, func(s *poker.Snapshot) { s.Estimates, s.Members[1].Estimated = 2, true }},
	"withdrawn":    {hiddenRoom, func(s *poker.Snapshot) { s.Estimates, s.Members[0].Estimated = 0, false }},
	"joined":       {hiddenRoom, join},
	"left":         {hiddenRoom, func(s *poker.Snapshot) { s.Members = s.Members[:2] }},
	"offline":      {hiddenRoom, func(s *poker.Snapshot) { s.Members[1].Online = false }},
	"renamed":      {hiddenRoom, func(s *poker.Snapshot) { s.Members[1].Name = "Benoît" }},
	"role":         {hiddenRoom, func(s *poker.Snapshot) { s.Members[1].Role = poker.Observer }},
	"deputy":       {hiddenRoom, func(s *poker.Snapshot) { s.Members[1].Deputy = true }},
	"deputyNoMore": {hiddenRoom, func(s *poker.Snapshot) { s.Members[2].Deputy = false }},
	"standIn":      {hiddenRoom, func(s *poker.Snapshot) { s.Members[0].StandIn = true }},
	"owner":        {hiddenRoom, func(s *poker.Snapshot) { s.Owner = ben }},
	"topic":        {hiddenRoom, func(s *poker.Snapshot) { s.Topic.Title = "\"Log-out\"\n\u2028page" }},
	"story": {hiddenRoom, func(s *poker.Snapshot) {
		s.Topic.Key, s.Topic.URL, s.Topic.Estimate = "SHOP-1", "https://tracker.example/SHOP-1", "5"
	}},
	"storyOther":    {fullRoom, func(s *poker.Snapshot) { s.Topic = poker.Story{Title: "Pay", URL: s.Topic.URL, Estimate: "8"} }},
	"storyNone":     {fullRoom, func(s *poker.Snapshot) { s.Topic = titled("Pay") }},
	"topics":        {hiddenRoom, func(s *poker.Snapshot) { s.Topics = s.Topics[1:] }},
	"topicsNone":    {hiddenRoom, func(s *poker.Snapshot) { s.Topics = nil }},
	"ahead":         {listedRoom, func(s *poker.Snapshot) { s.Ahead, s.Members[0].Ahead = []int{1, 0}, 1 }},
	"aheadMore":     {fullRoom, func(s *poker.Snapshot) { s.Ahead, s.Members[1].Ahead = []int{1, 2}, 2 }},
	"aheadLess":     {fullRoom, func(s *poker.Snapshot) { s.Ahead, s.Members[0].Ahead = nil, 0 }},
	"aheadTaken":    {fullRoom, func(s *poker.Snapshot) { s.Topics, s.Ahead = s.Topics[:1], []int{3} }},
	"deck":          {hiddenRoom, func(s *poker.Snapshot) { s.Deck = poker.Deck{Name: "Small", Cards: []string{"1", "2"}} }},
	"deckFree":      {hiddenRoom, func(s *poker.Snapshot) { s.Deck.Cards = nil }},
	"options":       {hiddenRoom, func(s *poker.Snapshot) { s.Options.AutoReveal, s.RevealAt = true, noon+3_000 }},
	"countDownOver": {fullRoom, func(s *poker.Snapshot) { s.RevealAt = 0 }},
	"timer":         {hiddenRoom, func(s *poker.Snapshot) { s.TimerEnds = noon + 60_000 }},
	"timerOver":     {fullRoom, func(s *poker.Snapshot) { s.TimerEnds = 0 }},
	"undoOver":      {revealedRoom, func(s *poker.Snapshot) { s.Undo, s.UndoUntil = "", 0 }},
	"cleared":       {hiddenRoom, clearRound},
	"settled":       {revealedRoom, func(s *poker.Snapshot) { s.Agreed = "8" }},
	"unsettled":     {fullRoom, func(s *poker.Snapshot) { s.Agreed = "" }},
	"unsaved":       {hiddenRoom, func(s *poker.Snapshot) { s.Unsaved = true }},
	"savedAgain":    {fullRoom, func(s *poker.Snapshot) { s.Unsaved = false }},
	"comment":       {revealedRoom, func(s *poker.Snapshot) { s.Members[1].Vote = &poker.Vote{Value: "8", Comment: "tests"} }},
	"looked":        {hiddenRoom, func(s *poker.Snapshot) { s.RevealedBy = ben }},
	"lookedNoMore":  {fullRoom, func(s *poker.Snapshot) { s.RevealedBy = "" }},
	"code":          {hiddenRoom, func(s *poker.Snapshot) { s.Code = "k7m2qx" }},
	"waits":         {hiddenRoom, func(s *poker.Snapshot) { s.Waiting = fullRoom().Waiting }},
	"waitsToo":      {fullRoom, func(s *poker.Snapshot) { s.Waiting = s.Waiting[:1] }},
	"waitsNoMore":   {fullRoom, func(s *poker.Snapshot) { s.Waiting = nil }},
	"mark":          {hiddenRoom, func(s *poker.Snapshot) { s.Members[0].Mark = poker.Mark{Colour: "red", Emoji: "☕"} }},
	"markNoMore":    {fullRoom, func(s *poker.Snapshot) { s.Members[1].Mark = poker.Mark{} }},
	"locked":        {hiddenRoom, func(s *poker.Snapshot) { s.Locked = true }},
	"unlocked":      {fullRoom, func(s *poker.Snapshot) { s.Locked = false }},
	"offered":       {hiddenRoom, func(s *poker.Snapshot) { s.OfferedTo = ben }},
	"offeredNoMore": {fullRoom, func(s *poker.Snapshot) { s.OfferedTo = "" }},
	"guest":         {hiddenRoom, func(s *poker.Snapshot) { s.Members[1].Name, s.Members[1].Unnamed = poker.Guest, true }},
	"guestNoMore":   {fullRoom, func(s *poker.Snapshot) { s.Members[1].Name, s.Members[1].Unnamed = "Ben", false }},
	"swapped":       {revealedRoom, func(s *poker.Snapshot) { m := s.Members; m[0].Vote, m[1].Vote = m[1].Vote, m[0].Vote }},
	"passedOn":      {revealedRoom, passOn},
	"revealed":      {hiddenRoom, reveal},
	"hidden":        {revealedRoom, hide},
	"nextRound":     {revealedRoom, func(s *poker.Snapshot) { hide(s); clearRound(s) }},
	"late":          {revealedRoom, late8},
}

// listedRoom has topics as a room keeps them.
func listedRoom() *poker.Snapshot {
	s := hiddenRoom()
	for i := range s.Topics {
		s.Topics[i].ID = poker.TopicID(i + 1)
	}
	return s
}

// join puts one member before all others and one between.
func join(s *poker.Snapshot) {
	dora := poker.MemberView{ID: poker.UserID("1" + ada[1:]), Name: "Dora", Role: poker.Estimator, Online: true}
	emil := poker.MemberView{ID: poker.UserID("6" + ada[1:]), Name: "Emil", Role: poker.Observer, Online: true, StandIn: true}
	s.Members = slices.Insert(slices.Insert(s.Members, 2, emil), 0, dora)
}

func clearRound(s *poker.Snapshot) {
	s.Round, s.Estimates, s.Topic, s.Finished = 4, 0, poker.Story{}, 3
	s.Undo, s.UndoUntil = "clear", noon+10_000
	s.Members[0].Estimated = false
}

// reveal shows what Ada and Ben estimate, all of them numbers.
func reveal(s *poker.Snapshot) {
	s.Revealed, s.RevealedBy, s.Estimates = true, ada, 2
	s.Members[0].Vote = &poker.Vote{Value: "3", Comment: "as last time"}
	s.Members[1].Estimated, s.Members[1].Vote = true, &poker.Vote{Value: "8"}
	s.Summary = poker.Summarise(s.Deck, []poker.Vote{*s.Members[0].Vote, *s.Members[1].Vote})
}

func hide(s *poker.Snapshot) {
	s.Revealed, s.Summary, s.AgreedNumber, s.Agreed = false, nil, nil, ""
	for i := range s.Members {
		s.Members[i].Vote = nil
	}
}

// late8 makes Ben estimate the same as everybody else, so that less is to be said.
func late8(s *poker.Snapshot) {
	s.Members[1].Vote = s.Members[0].Vote
	s.Summary = poker.Summarise(s.Deck, []poker.Vote{*s.Members[0].Vote, *s.Members[0].Vote})
}

// passOn makes Cleo an estimator who gives what Ben took back.
func passOn(s *poker.Snapshot) {
	ben, cleo := &s.Members[1], &s.Members[2]
	cleo.Role, cleo.Estimated, cleo.Vote = poker.Estimator, true, ben.Vote
	ben.Estimated, ben.Vote = false, nil
}

// TestAppendPatch writes, for each change, the status before, the patch and the
// status after into a golden file, which clients can test themselves with.
func TestAppendPatch(t *testing.T) {
	for name, p := range patches {
		prev, next := p.before(), p.before()
		p.change(next)
		next.Version = prev.Version + 1
		got, ok := AppendPatch([]byte("before "), prev, next)
		patch, found := bytes.CutPrefix(got, []byte("before "))
		if !ok || !found {
			t.Errorf("%s: got no patch, want one", name)
			continue
		}
		before, after := AppendStatus(nil, prev), AppendStatus(nil, next)
		checkPatch(t, before, patch, after)
		golden(t, "testdata/patches/"+name+".json", fmt.Appendf(nil, "[\n%s,\n%s,\n%s\n]\n", before, patch, after))
		if name == "estimated" || name == "left" {
			golden(t, "testdata/events/roomPatch-"+name+".json", append(patch, '\n'))
		}
	}
}

// checkPatch applies a patch as a client does.
func checkPatch(t *testing.T, before, patch, after []byte) {
	t.Helper()
	if !strict(patch) {
		t.Fatalf("got %s, want strict JSON", patch)
	}
	type status struct {
		RoomID  string
		Since   uint64
		Version uint64
		Room    any
		Patch   any
	}
	var was, step, is status
	for data, s := range map[string]*status{string(before): &was, string(patch): &step, string(after): &is} {
		if err := json.Unmarshal([]byte(data), s); err != nil {
			t.Fatalf("got %s, %v, want a message", data, err)
		}
	}
	got := merge(was.Room, step.Patch)
	if room := got.(map[string]any); room["summary"] == nil {
		room["summary"] = nil // one that was removed means the same
	}
	if !reflect.DeepEqual(got, is.Room) {
		t.Errorf("before %s\npatch  %s\nwant   %s\ngot    %v", before, patch, after, got)
	}
	if step.RoomID != is.RoomID || step.Since != was.Version || step.Version != is.Version || len(patch) >= len(after) {
		t.Errorf("before %s\npatch  %s\nafter  %s\nwant a shorter patch between these versions", before, patch, after)
	}
}

// merge is the algorithm of RFC 7396, section 2.
func merge(target, patch any) any {
	fields, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	object, ok := target.(map[string]any)
	if !ok {
		object = make(map[string]any)
	}
	for name, value := range fields {
		if value == nil {
			delete(object, name)
		} else {
			object[name] = merge(object[name], value)
		}
	}
	return object
}

func TestNoPatch(t *testing.T) {
	for name, change := range map[string]func(prev, next *poker.Snapshot){
		"no version before": func(prev, _ *poker.Snapshot) { prev.Version = 0 },
		"same version":      func(prev, next *poker.Snapshot) { next.Version = prev.Version },
		"older version":     func(prev, _ *poker.Snapshot) { prev.Version = 100 },
		"another room":      func(_, next *poker.Snapshot) { next.ID = "another" },
		"revived":           func(_, next *poker.Snapshot) { next.Epoch = "later" },
		"a null, revealed":  func(prev, next *poker.Snapshot) { prev.Summary, next.Summary.Mean = nil, nil },
		"a null, later":     func(_, next *poker.Snapshot) { next.Summary.Spread = nil },
		"many gone":         func(prev, _ *poker.Snapshot) { prev.Members = bigRoom(30).Members },
	} {
		prev, next := revealedRoom(), revealedRoom()
		next.Version++
		change(prev, next)
		dst := []byte("before")
		if got, ok := AppendPatch(dst, prev, next); ok || string(got) != "before" {
			t.Errorf("%s: got %v, %s, want no patch", name, ok, got)
		}
	}
}
