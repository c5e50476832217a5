package record

import (
	"google.golang.org/protobuf/proto"

	"example.com/pokey/poker"
)

// EncodeCode returns the record of the short code of a room.
func EncodeCode(room poker.RoomID) []byte { return encode(&Code{Room: string(room)}) }

// DecodeCode returns the room that the record of a code names, empty if the record is
// in no form that any version has written.
func DecodeCode(data []byte) poker.RoomID {
	m := &Code{}
	if proto.Unmarshal(data, m) != nil {
		return ""
	}
	return poker.RoomID(m.GetRoom())
}

// CodeOf returns the code in a room's record, empty if it has none or the record is in
// no form that any version has written.
func CodeOf(room []byte) string {
	m := &Room{}
	if proto.Unmarshal(room, m) != nil {
		return ""
	}
	return m.GetCode()
}
