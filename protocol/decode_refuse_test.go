package protocol

import (
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"testing"

	"example.com/pokey/poker"
)

func TestDecodeRefuses(t *testing.T) {
	long := strings.Repeat("é", 64)
	for message, want := range map[string]Error{
		`{}`:                                      {Code: BadRequest},
		`{"id":"1"}`:                              {Code: BadRequest, ID: "1"},
		`{"Request":"ping"}`:                      {Code: BadRequest},
		`{"request":null}`:                        {Code: BadRequest},
		`{"request":["ping"]}`:                    {Code: BadRequest},
		`{"request":"Ping"}`:                      {Code: UnknownRequest, Request: "Ping"},
		`{"request":""}`:                          {Code: UnknownRequest},
		`{"request":"vote","id":"1"}`:             {Code: UnknownRequest, Request: "vote", ID: "1"},
		`{"request":"vote","roomId":"r"}`:         {Code: UnknownRequest, Request: "vote", RoomID: "r"},
		`{"request":"ping","id":""}`:              {Code: BadRequest, Request: "ping"},
		`{"request":"ping","id":1}`:               {Code: BadRequest, Request: "ping"},
		`{"request":"ping","id":null}`:            {Code: BadRequest, Request: "ping"},
		`{"request":"ping","id":"` + long + `x"}`: {Code: BadRequest, Request: "ping"},
		`{"request":"vote","id":"","roomId":"r"}`: {Code: BadRequest, Request: "vote", RoomID: "r"},

		`{"request":"setName","id":"1"}`:                      {Code: BadRequest, Request: "setName", ID: "1"},
		`{"request":"setName","name":5}`:                      {Code: BadRequest, Request: "setName"},
		`{"request":"setName","Name":"Ada"}`:                  {Code: BadRequest, Request: "setName"},
		`{"request":"createRoom","topic":null}`:               {Code: BadRequest, Request: "createRoom"},
		`{"request":"createRoom","deck":null}`:                {Code: BadRequest, Request: "createRoom"},
		`{"request":"createRoom","deck":"poker"}`:             {Code: InvalidDeck, Request: "createRoom"},
		`{"request":"createRoom","deck":""}`:                  {Code: InvalidDeck, Request: "createRoom"},
		`{"request":"createRoom","deck":["1"]}`:               {Code: BadRequest, Request: "createRoom"},
		`{"request":"createRoom","deck":{}}`:                  {Code: BadRequest, Request: "createRoom"},
		`{"request":"createRoom","options":null}`:             {Code: BadRequest, Request: "createRoom"},
		`{"request":"createRoom","options":[]}`:               {Code: BadRequest, Request: "createRoom"},
		`{"request":"createRoom","deck":"poker","options":0}`: {Code: InvalidDeck, Request: "createRoom"},

		`{"request":"joinRoom"}`:                           {Code: BadRequest, Request: "joinRoom"},
		`{"request":"joinRoom","roomId":7}`:                {Code: BadRequest, Request: "joinRoom"},
		`{"request":"joinRoom","roomId":"r","role":null}`:  {Code: BadRequest, Request: "joinRoom", RoomID: "r"},
		`{"request":"joinRoom","roomId":"r","role":true}`:  {Code: BadRequest, Request: "joinRoom", RoomID: "r"},
		`{"request":"joinRoom","roomId":"r","role":""}`:    {Code: InvalidRole, Request: "joinRoom", RoomID: "r"},
		`{"request":"joinRoom","role":"boss"}`:             {Code: BadRequest, Request: "joinRoom"},
		`{"request":"setRole","roomId":"r","role":"boss"}`: {Code: InvalidRole, Request: "setRole", RoomID: "r"},
		`{"request":"setRole","roomId":"r"}`:               {Code: BadRequest, Request: "setRole", RoomID: "r"},

		`{"request":"estimate","roomId":"r"}`:                            {Code: BadRequest, Request: "estimate", RoomID: "r"},
		`{"request":"estimate","roomId":"r","value":5}`:                  {Code: BadRequest, Request: "estimate", RoomID: "r"},
		`{"request":"estimate","roomId":"r","value":"5","comment":null}`: {Code: BadRequest, Request: "estimate", RoomID: "r"},
		`{"request":"estimate","roomId":"r","value":"5","round":null}`:   {Code: BadRequest, Request: "estimate", RoomID: "r"},
		`{"request":"estimate","roomId":"r","value":"5","round":"1"}`:    {Code: BadRequest, Request: "estimate", RoomID: "r"},
		`{"request":"estimate","id":"4","value":"5"}`:                    {Code: BadRequest, Request: "estimate", ID: "4"},

		`{"request":"reveal","roomId":"r","round":0}`:                    {Code: BadRequest, Request: "reveal", RoomID: "r"},
		`{"request":"reveal","roomId":"r","round":-1}`:                   {Code: BadRequest, Request: "reveal", RoomID: "r"},
		`{"request":"reveal","roomId":"r","round":1.0}`:                  {Code: BadRequest, Request: "reveal", RoomID: "r"},
		`{"request":"reveal","roomId":"r","round":1e0}`:                  {Code: BadRequest, Request: "reveal", RoomID: "r"},
		`{"request":"reveal","roomId":"r","round":true}`:                 {Code: BadRequest, Request: "reveal", RoomID: "r"},
		`{"request":"reveal","roomId":"r","round":9007199254740992}`:     {Code: BadRequest, Request: "reveal", RoomID: "r"},
		`{"request":"reveal","roomId":"r","round":18446744073709551617}`: {Code: BadRequest, Request: "reveal", RoomID: "r"},

		`{"request":"settle","roomId":"r"}`:                                      {Code: BadRequest, Request: "settle", RoomID: "r"},
		`{"request":"settle","roomId":"r","value":""}`:                           {Code: InvalidEstimate, Request: "settle", RoomID: "r"},
		`{"request":"settle","roomId":"r","value":false}`:                        {Code: BadRequest, Request: "settle", RoomID: "r"},
		`{"request":"setTopic","roomId":"r","topic":null}`:                       {Code: BadRequest, Request: "setTopic", RoomID: "r"},
		`{"request":"setTopics","roomId":"r","topics":"a"}`:                      {Code: BadRequest, Request: "setTopics", RoomID: "r"},
		`{"request":"setTopics","roomId":"r","topics":["a",null]}`:               {Code: BadRequest, Request: "setTopics", RoomID: "r"},
		`{"request":"setTopic","roomId":"r","topic":"a","key":1}`:                {Code: BadRequest, Request: "setTopic", RoomID: "r"},
		`{"request":"setTopics","roomId":"r","topics":[{"key":"A-1"}]}`:          {Code: BadRequest, Request: "setTopics", RoomID: "r"},
		`{"request":"setTopics","roomId":"r","topics":[{"title":"a","url":[]}]}`: {Code: BadRequest, Request: "setTopics", RoomID: "r"},
		`{"request":"amendRound","roomId":"r","value":"5"}`:                      {Code: BadRequest, Request: "amendRound", RoomID: "r"},
		`{"request":"amendRound","roomId":"r","finished":1}`:                     {Code: BadRequest, Request: "amendRound", RoomID: "r"},
		`{"request":"addTopics","roomId":"r"}`:                                   {Code: BadRequest, Request: "addTopics", RoomID: "r"},
		`{"request":"nextTopic","roomId":"r","index":-1}`:                        {Code: BadRequest, Request: "nextTopic", RoomID: "r"},
		`{"request":"nextTopic","roomId":"r","index":1.5}`:                       {Code: BadRequest, Request: "nextTopic", RoomID: "r"},
		`{"request":"setTopics","roomId":"r","topics":{"0":"a"}}`:                {Code: BadRequest, Request: "setTopics", RoomID: "r"},
		`{"request":"setDeck","roomId":"r"}`:                                     {Code: BadRequest, Request: "setDeck", RoomID: "r"},
		`{"request":"setDeck","roomId":"r","deck":{"cards":["1"]}}`:              {Code: BadRequest, Request: "setDeck", RoomID: "r"},
		`{"request":"setDeck","roomId":"r","deck":{"name":"a","cards":[1]}}`:     {Code: BadRequest, Request: "setDeck", RoomID: "r"},
		`{"request":"setDeck","roomId":"r","deck":{"name":"a","cards":null}}`:    {Code: BadRequest, Request: "setDeck", RoomID: "r"},
		`{"request":"setDeck","roomId":"r","deck":{"name":null,"cards":["1"]}}`:  {Code: BadRequest, Request: "setDeck", RoomID: "r"},
		`{"request":"setOptions","roomId":"r"}`:                                  {Code: BadRequest, Request: "setOptions", RoomID: "r"},
		`{"request":"setOptions","roomId":"r","options":{"autoReveal":null}}`:    {Code: BadRequest, Request: "setOptions", RoomID: "r"},
		`{"request":"setOptions","roomId":"r","options":{"standIn":"true"}}`:     {Code: BadRequest, Request: "setOptions", RoomID: "r"},
		`{"request":"setOptions","roomId":"r","options":{"lateEstimates":true}}`: {Code: BadRequest, Request: "setOptions", RoomID: "r"},
		`{"request":"setDeputy","roomId":"r","userId":"u"}`:                      {Code: BadRequest, Request: "setDeputy", RoomID: "r"},
		`{"request":"setDeputy","roomId":"r","userId":"u","deputy":1}`:           {Code: BadRequest, Request: "setDeputy", RoomID: "r"},
		`{"request":"setDeputy","roomId":"r","deputy":true}`:                     {Code: BadRequest, Request: "setDeputy", RoomID: "r"},
		`{"request":"transferRoom","roomId":"r","userId":null}`:                  {Code: BadRequest, Request: "transferRoom", RoomID: "r"},
		`{"request":"removeMember","roomId":"r"}`:                                {Code: BadRequest, Request: "removeMember", RoomID: "r"},
		`{"request":"startTimer","roomId":"r"}`:                                  {Code: BadRequest, Request: "startTimer", RoomID: "r"},
		`{"request":"startTimer","roomId":"r","seconds":"60"}`:                   {Code: BadRequest, Request: "startTimer", RoomID: "r"},
		`{"request":"startTimer","roomId":"r","seconds":60.5}`:                   {Code: BadRequest, Request: "startTimer", RoomID: "r"},
		`{"request":"history"}`:                                                  {Code: BadRequest, Request: "history"},
		`{"request":"history","roomId":"r","before":0}`:                          {Code: BadRequest, Request: "history", RoomID: "r"},
		`{"request":"history","roomId":"r","before":null}`:                       {Code: BadRequest, Request: "history", RoomID: "r"},
		`{"request":"history","roomId":"r","limit":0}`:                           {Code: BadRequest, Request: "history", RoomID: "r"},
		`{"request":"history","roomId":"r","limit":"20"}`:                        {Code: BadRequest, Request: "history", RoomID: "r"},
		`{"request":"removeMember","roomId":"r","userId":"u","forGood":1}`:       {Code: BadRequest, Request: "removeMember", RoomID: "r"},
		`{"request":"removeMember","roomId":"r","userId":"u","forGood":null}`:    {Code: BadRequest, Request: "removeMember", RoomID: "r"},
		`{"request":"showCode"}`:                                                 {Code: BadRequest, Request: "showCode"},
		`{"request":"resolveCode"}`:                                              {Code: BadRequest, Request: "resolveCode"},
		`{"request":"resolveCode","code":123456}`:                                {Code: BadRequest, Request: "resolveCode"},
		`{"request":"lockRoom","roomId":"r"}`:                                    {Code: BadRequest, Request: "lockRoom", RoomID: "r"},
		`{"request":"lockRoom","roomId":"r","locked":"yes"}`:                     {Code: BadRequest, Request: "lockRoom", RoomID: "r"},
		`{"request":"setMark","colour":"red","emoji":5}`:                         {Code: BadRequest, Request: "setMark"},
		`{"request":"setMark","colour":"","emoji":null}`:                         {Code: InvalidMark, Request: "setMark"},
		`{"request":"admitUser","roomId":"r","userId":"u"}`:                      {Code: BadRequest, Request: "admitUser", RoomID: "r"},
		`{"request":"admitUser","roomId":"r","admitted":true}`:                   {Code: BadRequest, Request: "admitUser", RoomID: "r"},
		`{"request":"joinRoom","roomId":"r","wait":1}`:                           {Code: BadRequest, Request: "joinRoom", RoomID: "r"},
		`{"request":"removeAway"}`:                                               {Code: BadRequest, Request: "removeAway"},
		`{"request":"closeRoom"}`:                                                {Code: BadRequest, Request: "closeRoom"},
		`{"request":"acceptRoom"}`:                                               {Code: BadRequest, Request: "acceptRoom"},
	} {
		in, refusal := Decode([]byte(message))
		if refusal == nil || !reflect.DeepEqual(in, Incoming{}) {
			t.Errorf("%s: got %+v, want %s", message, in, want.Code)
			continue
		}
		want.Message, want.Retryable = refusals[want.Code].message, refusals[want.Code].retryable
		if *refusal != want {
			t.Errorf("%s:\n got %+v\nwant %+v", message, *refusal, want)
		}
	}
}

// TestDecodeLeavesValuesToTheRules says what is not Decode's to refuse: the order
// of refusals in a room would otherwise depend on who sees a fault first.
func TestDecodeLeavesValuesToTheRules(t *testing.T) {
	for _, message := range []string{
		`{"request":"setName","name":""}`,
		`{"request":"joinRoom","roomId":""}`,
		`{"request":"estimate","roomId":"r","value":"` + strings.Repeat("9", 500) + `"}`,
		`{"request":"setDeck","roomId":"r","deck":{"name":"","cards":["1","1"]}}`,
		`{"request":"setOptions","roomId":"r","options":{"lateEstimates":"maybe"}}`,
		`{"request":"startTimer","roomId":"r","seconds":-0}`,
		`{"request":"startTimer","roomId":"r","seconds":9007199254740991}`,
		`{"request":"ping","id":"` + strings.Repeat("é", 64) + `"}`,
	} {
		if _, refusal := Decode([]byte(message)); refusal != nil {
			t.Errorf("%s: got refusal %+v, want a request", message, *refusal)
		}
	}
}

func TestDecodeKeepsNothing(t *testing.T) {
	data := []byte(`{"request":"setTopics","id":"one","roomId":"room","topics":["first","sec\u006fnd"]}`)
	in, refusal := Decode(data)
	if refusal != nil {
		t.Fatal(*refusal)
	}
	for i := range data {
		data[i] = 'X'
	}
	want := SetTopics{In{"room"}, []poker.Story{titled("first"), titled("second")}}
	if in.ID != "one" || in.Name != "setTopics" || !reflect.DeepEqual(in.Request, Request(want)) {
		t.Errorf("got %s %s %#v, want one setTopics %#v, with memory of its own", in.ID, in.Name, in.Request, want)
	}
}

// TestDigest pins the digest: it has to be the same in every process.
func TestDigest(t *testing.T) {
	in, _ := Decode([]byte(`{"request":"ping"}`))
	other, _ := Decode([]byte(`{"request":"ping" }`))
	if in.Digest != 0xa12ba99f26149b60 || other.Digest == in.Digest {
		t.Errorf("got %#x and %#x, want %#x and another", in.Digest, other.Digest, uint64(0xa12ba99f26149b60))
	}
}

func TestNothingPrintsAnEstimate(t *testing.T) {
	value := "canary"
	in, refusal := Decode([]byte(`{"request":"estimate","roomId":"r","value":"canary","comment":"canary"}`))
	if refusal != nil {
		t.Fatal(*refusal)
	}
	own := OwnEstimate{RoomID: "r", Round: 1, Value: &value, Comment: value}
	var log strings.Builder
	asJSON := slog.New(slog.NewJSONHandler(&log, nil))
	asText := slog.New(slog.NewTextHandler(&log, nil))
	for _, v := range []any{in, in.Request, own} {
		for _, format := range []string{"%v", "%+v", "%s"} {
			fmt.Fprintf(&log, format, v)
		}
		asJSON.Info("printed", "v", v)
		asText.Info("printed", "v", v)
	}
	if strings.Contains(log.String(), value) {
		t.Errorf("got %s, want no estimate in it", log.String())
	}
}

// TestRoomRequests says which requests name a room.
func TestRoomRequests(t *testing.T) {
	without := map[string]bool{"setName": true, "setMark": true, "createRoom": true, "forgetMe": true, "ping": true, "resolveCode": true}
	for _, name := range declared(t).requests {
		data, err := os.ReadFile("testdata/requests/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		in, refusal := Decode(data)
		if refusal != nil {
			t.Fatalf("%s: got refusal %+v, want a request", name, *refusal)
		}
		r, ok := in.Request.(RoomRequest)
		if in.Name != name || ok == without[name] || ok && r.Room() != poker.RoomID(roomID) {
			t.Errorf("%s: got %s with a room %v, want one with a room %v", name, in.Name, ok, !without[name])
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, message := range map[string]string{
		"estimate": `{"request":"estimate","id":"4","roomId":"` + roomID + `","round":3,"value":"5","comment":"legacy parser"}`,
		"escapes":  `{"request":"estimate","id":"4","roomId":"` + roomID + `","round":3,"value":"5","comment":"\"legacy\" parser"}`,
		"keys":     manyKeys(),
	} {
		b.Run(name, func(b *testing.B) {
			data := []byte(message)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, refusal := Decode(data); refusal != nil {
					b.Fatal(*refusal)
				}
			}
		})
	}
}

// manyKeys is the message with the most names to tell apart.
func manyKeys() string {
	message := []byte(`{"request":"ping"`)
	for i := 0; len(message) < MaxMessage-20; i++ {
		message = fmt.Appendf(message, `,"\u0061%x":0`, i)
	}
	return string(append(message, '}'))
}
