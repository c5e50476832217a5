package protocol

// refusal is what an error says besides its code.
type refusal struct {
	message   string // for people
	retryable bool   // the same request may work a little later
}

// refusals has every code. The messages may change.
var refusals = map[Code]refusal{
	BadJSON:         {message: "The message is not one well-formed JSON object."},
	BadRequest:      {message: "A field is missing or has the wrong type."},
	UnknownRequest:  {message: "There is no request of this name."},
	InvalidName:     {message: "A name has at most 40 characters (200 bytes), and at least one letter or digit."},
	InvalidMark:     {message: "A mark is one of the colours and one emoji, each or none."},
	InvalidTopic:    {message: "The topic, its key, its link or its estimate is too long or has a character that is not allowed, or there are too many topics."},
	InvalidDeck:     {message: "A deck is the name of a preset, or has at most 40 different cards of 1 to 16 characters."},
	InvalidEstimate: {message: "The value is no card of the deck or longer than 16 characters, or the comment has line breaks or more than 500 characters (4096 bytes)."},
	InvalidRole:     {message: "The role must be estimator or observer."},
	NotMember:       {message: "You are not a member of this room."},
	NotOwner:        {message: "You may not do this in this room, or not yet."},
	NotEstimator:    {message: "Observers cannot estimate."},
	RoomNotFound:    {message: "There is no such room."},
	RoomFull:        {message: "The room is full, or too many people wait to be let in."},
	TooManyRooms:    {message: "You own, have joined or have closed as many rooms as you may."},
	StaleRound:      {message: "The round has changed, so nothing was done."},
	RateLimited:     {message: "That was too fast. Please wait a moment and try again.", retryable: true},
	Unavailable:     {message: "This is not possible right now. Please try again.", retryable: true},
	Internal:        {message: "Something went wrong on the server. Please try again.", retryable: true},
	InvalidOption:   {message: "This option cannot have that value, or the timer cannot run for that long."},
	UnknownMember:   {message: "That person is not in this room, or does not wait to be let in."},
	NotRevealed:     {message: "Reveal the estimates first."},
	EstimatesFixed:  {message: "Estimates cannot be changed once they are revealed."},
	NothingToUndo:   {message: "There is nothing to undo any more."},
	RoomLocked:      {message: "The room is locked. Nobody new can join without being let in."},
	UnknownRound:    {message: "That round is not in the history."},
	UnknownTopic:    {message: "That topic is no longer on the list."},
	AheadFull:       {message: "Your estimates of topics to come have too much text. Please shorten some of your reasons."},
	StorageFull:     {message: "Nothing can be saved at the moment, so nothing was changed. Whoever runs this server can see why.", retryable: true},
	NotAdmitted:     {message: "The owner has removed you from this room for good."},
}

// NewError returns the error event for a code, with its message and whether a
// client may try again. The caller fills in ID, Request and RoomID. An unknown code
// becomes [Internal].
func NewError(code Code) *Error {
	r, ok := refusals[code]
	if !ok {
		code, r = Internal, refusals[Internal]
	}
	return &Error{Code: code, Message: r.message, Retryable: r.retryable}
}
