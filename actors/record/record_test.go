package record_test

import (
	"reflect"
	"strings"
	"testing"

	"example.com/pokey/actors/record"
	"example.com/pokey/poker"
)

// stored is a room as it is written: its record and all parts.
func stored(s *poker.State, requests map[poker.UserID]record.Requests) (data []byte, parts []record.Part) {
	add := func(name string, data []byte) {
		if len(data) > 0 {
			parts = append(parts, record.Part{Name: name, Data: data})
		}
	}
	add(record.SettingsPart, record.EncodeSettings(s))
	add(record.TopicsPart, record.EncodeTopics(s))
	add(record.UndoPart, record.EncodeUndo(s))
	users := map[poker.UserID]bool{}
	for u := range s.Members {
		users[u] = true
	}
	for u := range requests {
		users[u] = true
	}
	for u := range users {
		member, _ := record.EncodeMember(s, u, requests[u])
		add(record.MemberPart(u), member)
		add(record.AheadPart(u), record.EncodeAhead(s, u))
	}
	for _, f := range s.History {
		parts = append(parts, record.EncodeRound(&f)...)
	}
	return record.EncodeRoom(s), parts
}

// fill gives every field below v a value that no other one has.
func fill(v reflect.Value, n *int64) {
	*n++
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(*n)
	case reflect.Uint64:
		v.SetUint(uint64(*n))
	case reflect.String:
		v.SetString("text " + string(rune('A'+*n%26)) + strings.Repeat("'", int(*n/26)))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(key, n)
			fill(value, n)
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(field, n)
		}
	default:
		panic(v.Kind())
	}
}

// full is a room in which no field has its zero value.
func full() *poker.State {
	s, n := &poker.State{}, int64(0)
	fill(reflect.ValueOf(s).Elem(), &n)
	s.ID, s.Round, s.Options.LateEstimates, s.Undo.What = "room", 1000, poker.LateLocked, "clear"
	s.Undo.Votes = map[poker.UserID]poker.Vote{}
	role := poker.Estimator
	for u, m := range s.Members {
		if m.Role = role; role == poker.Estimator {
			role = poker.Observer
		} else {
			m.Vote = nil
		}
		s.Members[u] = m
	}
	s.Members["undone"] = poker.Member{Role: poker.Estimator}
	s.Undo.Votes["undone"] = poker.Vote{Value: "8", Comment: "before"}
	for i := range s.History {
		s.History[i].Round, s.History[i].Topic.ID = 10+i, 0
	}
	for u, m := range s.Members {
		ahead := map[poker.TopicID]poker.Vote{}
		for _, v := range m.Ahead {
			ahead[s.Topics[len(ahead)].ID] = v
		}
		if len(ahead) > 0 {
			m.Ahead = ahead
		}
		s.Members[u] = m
	}
	return s
}

// A field that somebody adds to the state of a room and not to its stored form is
// lost in a restart.
func TestEveryFieldOfARoomIsStored(t *testing.T) {
	want := full()
	requests := map[poker.UserID]record.Requests{
		"undone":   {Digests: []byte("\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8abcdefgh"), At: 5},
		"nobody's": {Digests: []byte("12345678"), At: 6},
	}
	data, parts := stored(want, requests)
	got, err := record.Decode(want.ID, data, parts)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Odd) > 0 {
		t.Errorf("odd parts: %q", got.Odd)
	}
	if !reflect.DeepEqual(got.State, *want) {
		t.Errorf("got\n%+v\nwant\n%+v", dump(&got.State), dump(want))
	}
	if !reflect.DeepEqual(got.Requests, requests) {
		t.Errorf("requests: got %v, want %v", got.Requests, requests)
	}
	if got.Voted["undone"] != 999 {
		t.Errorf("the estimate that can be undone is of round %d, want 999", got.Voted["undone"])
	}
}

// What is on the disk of an estimate counts for its round alone.
func TestAnEstimateOfAnotherRoundDoesNotCount(t *testing.T) {
	s := poker.NewRoom("room", "epoch", "ada", 1, poker.DefaultDeck()).State()
	s.Members["ada"] = poker.Member{Role: poker.Estimator, Vote: &poker.Vote{Value: "5"}}
	_, parts := stored(s, nil)
	for _, c := range []struct {
		name        string
		round       int
		undo        *poker.UndoState
		vote, undid bool
	}{
		{"its own", 1, nil, true, false},
		{"the next", 2, nil, false, false},
		{"the next, after a reveal", 2, &poker.UndoState{What: "reveal", Until: 9}, false, false},
		{"the next, while the clear can be undone", 2, &poker.UndoState{What: "clear", Until: 9}, false, true},
		{"the one after", 3, &poker.UndoState{What: "clear", Until: 9}, false, false},
	} {
		s.Round, s.Undo = c.round, c.undo
		got, err := record.Decode(s.ID, record.EncodeRoom(s), parts)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if v := got.State.Members["ada"].Vote; (v != nil) != c.vote {
			t.Errorf("%s: got an estimate: %v, want %v", c.name, v != nil, c.vote)
		}
		undid := false
		if u := got.State.Undo; u != nil {
			_, undid = u.Votes["ada"]
		}
		if undid != c.undid {
			t.Errorf("%s: got an estimate to undo: %v, want %v", c.name, undid, c.undid)
		}
	}
}

// A room can do without a member or a round, but not without its record or its
// settings.
func TestPartsThatMakeNoSense(t *testing.T) {
	want := full()
	data, parts := stored(want, nil)
	odd := []record.Part{
		{Name: "x", Data: []byte("x")},
		{Name: "m-", Data: []byte("\x08\x01")},
		{Name: "m-damaged", Data: []byte("{nonsense")},
		{Name: "a-undone", Data: []byte("{nonsense")},
		{Name: "a-nobody", Data: []byte("\x0a\x02\x08\x01")},
		{Name: "r-1.1", Data: record.EncodeRound(&poker.Finished{Round: 1})[0].Data}, // without its beginning
		{Name: "r-2", Data: record.EncodeRound(&poker.Finished{Round: 3})[0].Data},
		{Name: "r-1000", Data: record.EncodeRound(&poker.Finished{Round: 1000})[0].Data}, // not over yet
		{Name: "r-04", Data: record.EncodeRound(&poker.Finished{Round: 4})[0].Data},
		{Name: "r-5.0", Data: record.EncodeRound(&poker.Finished{Round: 5})[0].Data},
		{Name: "r--6", Data: record.EncodeRound(&poker.Finished{Round: 6})[0].Data},
	}
	got, err := record.Decode(want.ID, data, append(odd, parts...))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.State, *want) {
		t.Errorf("got\n%+v\nwant\n%+v", dump(&got.State), dump(want))
	}
	found := map[string]bool{}
	for _, name := range got.Odd {
		found[name] = true
	}
	for _, p := range odd {
		if !found[p.Name] {
			t.Errorf("%q is not told as odd: %q", p.Name, got.Odd)
		}
	}
	if len(got.Odd) != len(odd) {
		t.Errorf("odd: got %q, want %d", got.Odd, len(odd))
	}
	if _, err := record.Decode(want.ID, []byte("{nonsense"), parts); err == nil {
		t.Error("nonsense is a room")
	}
	if _, err := record.Decode(want.ID, data, parts[1:]); err == nil {
		t.Error("a room without settings")
	}
	parts[0].Data = []byte("{nonsense")
	if _, err := record.Decode(want.ID, data, parts); err == nil {
		t.Error("a room with nonsense for settings")
	}
}

// A round of any size is in parts that every store takes.
func TestALargeRoundIsSeveralParts(t *testing.T) {
	f := poker.Finished{Round: 7, Topic: titled("Login"), At: 5}
	comment := strings.Repeat("é", 8000)
	for i := range 300 {
		f.Votes = append(f.Votes, poker.FinishedVote{User: poker.UserID(rune('a' + i)), Name: "n", Vote: poker.Vote{Value: "5", Comment: comment}})
	}
	s := full()
	s.History = []poker.Finished{f}
	data, parts := stored(s, nil)
	pieces := 0
	for _, p := range parts {
		if strings.HasPrefix(p.Name, "r-7") {
			pieces++
		}
		if len(p.Data) > 300<<10 {
			t.Errorf("part %s has %d bytes", p.Name, len(p.Data))
		}
	}
	if pieces != 18 {
		t.Errorf("got %d parts, want 18", pieces)
	}
	got, err := record.Decode(s.ID, data, parts)
	if err != nil || !reflect.DeepEqual(got.State.History, s.History) {
		t.Errorf("the round is another one when it is loaded, %v", err)
	}
}
