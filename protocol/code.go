package protocol

// Code is the reason why a request was refused. The set is closed, and no code is
// ever reused for something else.
type Code string

// The codes of version 2. Those below the blank line were added after it was first
// published.
const (
	BadJSON         Code = "bad_json"
	BadRequest      Code = "bad_request"
	UnknownRequest  Code = "unknown_request"
	InvalidName     Code = "invalid_name"
	InvalidTopic    Code = "invalid_topic"
	InvalidDeck     Code = "invalid_deck"
	InvalidEstimate Code = "invalid_estimate"
	InvalidRole     Code = "invalid_role"
	NotMember       Code = "not_member"
	NotOwner        Code = "not_owner"
	NotEstimator    Code = "not_estimator"
	RoomNotFound    Code = "room_not_found"
	RoomFull        Code = "room_full"
	TooManyRooms    Code = "too_many_rooms"
	StaleRound      Code = "stale_round"
	RateLimited     Code = "rate_limited"
	Unavailable     Code = "unavailable"
	Internal        Code = "internal"

	InvalidOption  Code = "invalid_option"
	UnknownMember  Code = "unknown_member"
	NotRevealed    Code = "not_revealed"
	EstimatesFixed Code = "estimates_locked"
	NothingToUndo  Code = "nothing_to_undo"
	RoomLocked     Code = "room_locked"
	NotAdmitted    Code = "not_admitted"
	UnknownRound   Code = "unknown_round"
	InvalidMark    Code = "invalid_mark"
	UnknownTopic   Code = "unknown_topic"
	AheadFull      Code = "ahead_full"
	StorageFull    Code = "storage_full"
)

// CloseCode is a WebSocket close code. 40xx: do not reconnect; 41xx: reconnect
// with back-off; 42xx: reconnect at once.
type CloseCode int

// The close codes.
const (
	CloseProtocol      CloseCode = 1002
	CloseBinary        CloseCode = 1003
	CloseNotUTF8       CloseCode = 1007
	CloseTooBig        CloseCode = 1009
	CloseInternal      CloseCode = 1011
	CloseRestart       CloseCode = 1012
	CloseSession       CloseCode = 4001
	CloseReplaced      CloseCode = 4002
	CloseSlowConsumer  CloseCode = 4101
	CloseNoPong        CloseCode = 4102
	CloseRateLimited   CloseCode = 4103
	CloseTooManyErrors CloseCode = 4104
	CloseMoved         CloseCode = 4201
	CloseResync        CloseCode = 4202
)
