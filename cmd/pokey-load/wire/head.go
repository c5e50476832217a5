package wire

// Head is what tells one event from another. Its byte slices are parts of the
// message it was peeked from.
type Head struct {
	Event   string // one of the names below, or "" for an event nobody here needs
	RoomID  []byte // raw, without quotes
	ID      []byte // raw, without quotes; of ok and error
	Code    []byte // raw, without quotes; of error
	Version uint64 // of roomStatus and roomPatch
	Since   uint64 // of roomPatch
	Body    []byte // room or patch, raw; set only when it stands last, as promised
}

// The events that a light client tells apart.
const (
	Welcome     = "welcome"
	OK          = "ok"
	Error       = "error"
	RoomCreated = "roomCreated"
	RoomStatus  = "roomStatus"
	RoomPatch   = "roomPatch"
	OwnEstimate = "ownEstimate"
	RoomLeft    = "roomLeft"
	RoomClosed  = "roomClosed"
	Closing     = "closing"
)

// Peek reads the head of an event. A body that stands last in a status or a
// patch, where the contract puts it, is not walked over.
func Peek(msg []byte) (Head, error) {
	var h Head
	i := space(msg, 0)
	if i >= len(msg) || msg[i] != '{' {
		return h, ErrSyntax
	}
	for i = space(msg, i+1); i < len(msg) && msg[i] == '"'; i = space(msg, i+1) {
		end, err := skipString(msg, i)
		if err != nil {
			return h, err
		}
		key := msg[i+1 : end-1]
		i = space(msg, end)
		if i >= len(msg) || msg[i] != ':' {
			return h, ErrSyntax
		}
		i = space(msg, i+1)
		if h.bodyIsNext(key) {
			h.Body = msg[i:]
			return h, nil
		}
		if end, err = skip(msg, i); err != nil {
			return h, err
		}
		h.set(key, msg[i:end])
		if i = space(msg, end); i >= len(msg) {
			return h, ErrSyntax
		}
		if msg[i] == '}' {
			return h, nil
		}
	}
	return h, ErrSyntax
}

// bodyIsNext reports whether the value of key is the last thing to know.
func (h *Head) bodyIsNext(key []byte) bool {
	if h.RoomID == nil || h.Version == 0 {
		return false
	}
	return h.Event == RoomStatus && string(key) == "room" ||
		h.Event == RoomPatch && string(key) == "patch" && h.Since != 0
}

func (h *Head) set(key, value []byte) {
	switch string(key) {
	case "event":
		h.Event = name(unquote(value))
	case "roomId":
		h.RoomID = unquote(value)
	case "id":
		h.ID = unquote(value)
	case "code":
		h.Code = unquote(value)
	case "version":
		h.Version, _ = Uint(value)
	case "since":
		h.Since, _ = Uint(value)
	case "room", "patch":
		h.Body = value
	}
}

// name returns a constant, so that peeking allocates nothing.
func name(b []byte) string {
	for _, n := range [...]string{
		RoomPatch, RoomStatus, OK, OwnEstimate, Error, Welcome, RoomCreated, RoomLeft, RoomClosed, Closing,
	} {
		if string(b) == n {
			return n
		}
	}
	return ""
}

func unquote(value []byte) []byte {
	if len(value) < 2 || value[0] != '"' {
		return nil
	}
	return value[1 : len(value)-1]
}
