package protocol

import (
	"testing"
)

// The objects that the path of an estimate allocates are counted, so that a change that
// adds some is noticed. Each is a handful: the texts of the request, what is encoded.
func TestAllocations(t *testing.T) {
	prev, next := hiddenRoom(), hiddenRoom()
	next.Version++
	next.Members[1].Estimated = true
	data := []byte(`{"request":"estimate","id":"4","roomId":"` + roomID + `","round":3,"value":"5"}`)
	value, durable := "5", true
	for name, c := range map[string]struct {
		most float64
		do   func()
	}{
		"decode":                {11, func() { _, _ = Decode(data) }},
		"status":                {2, func() { NewStatus(prev, next) }},
		"encode ok":             {1, func() { OK{ID: "4", Durable: &durable}.Encode() }},
		"encode the estimate":   {1, func() { OwnEstimate{RoomID: roomID, Round: 3, Value: &value}.Encode() }},
		"encode a whole status": {12, func() { AppendStatus(nil, next) }},
	} {
		if got := testing.AllocsPerRun(100, c.do); got > c.most {
			t.Errorf("%s: got %v objects, want at most %v", name, got, c.most)
		}
	}
}
