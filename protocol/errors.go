package protocol

// refusal is what a client is told besides the code.
type refusal struct {
	message   string
	retryable bool // the same request may work a little later
}

// refusals has every code. The messages are for people and may change.
var refusals = map[Code]refusal{
	BadJSON:         {message: "The message is not one well-formed JSON object."},
	BadRequest:      {message: "A field is missing or has the wrong type."},
	UnknownRequest:  {message: "There is no request of this name."},
	InvalidName:     {message: "A name has 1 to 40 characters and at most 200 bytes, a letter or digit among them."},
	InvalidTopic:    {message: "A topic has at most 200 characters and 1024 bytes, and a room at most 200 topics to come."},
	InvalidDeck:     {message: "A deck has at most 40 different cards of 1 to 8 characters, or is named by a preset."},
	InvalidEstimate: {message: "The value is not a card of the deck, or the comment has more than 500 characters or 4096 bytes."},
	InvalidRole:     {message: "A role is estimator or observer."},
	NotMember:       {message: "You are not a member of this room."},
	NotOwner:        {message: "Only the owner of the room may do this, or somebody the owner lets."},
	NotEstimator:    {message: "Observers do not estimate."},
	RoomNotFound:    {message: "There is no such room."},
	RoomFull:        {message: "The room is full."},
	TooManyRooms:    {message: "You have reached the limit of rooms."},
	StaleRound:      {message: "This was meant for another round."},
	RateLimited:     {message: "Too many requests. Slow down and try again.", retryable: true},
	Unavailable:     {message: "This is not possible at the moment. Try again.", retryable: true},
	Internal:        {message: "Something went wrong on the server. Try again.", retryable: true},
	InvalidOption:   {message: "This is not what the option can be set to, or how long the timer can run."},
	UnknownMember:   {message: "The user is not a member of this room."},
	NotRevealed:     {message: "The estimates are hidden."},
	EstimatesFixed:  {message: "Estimates are locked once they are revealed."},
	NothingToUndo:   {message: "There is nothing to undo, or it is too long ago."},
	RoomLocked:      {message: "The room is locked: nobody new is let in."},
	NotAdmitted:     {message: "The owner has removed you from this room for good."},
}

// NewError is the error event for a code, with its words and whether a client may
// try again. The caller fills in what it answers. A code that is not in the
// table is [Internal].
func NewError(code Code) *Error {
	r, ok := refusals[code]
	if !ok {
		code, r = Internal, refusals[Internal]
	}
	return &Error{Code: code, Message: r.message, Retryable: r.retryable}
}
