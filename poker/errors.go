package poker

import "errors"

// The refusals of a room. Apply returns one of these, perhaps wrapped, and then
// nothing has changed. Their texts are for logs; clients get a code. No text
// contains a name, a topic or an estimate.
//
// If several apply, the first in this order is returned: not a member; not the
// owner, or not an estimator; stale round; an invalid value; the rest.
var (
	ErrNotMember       = errors.New("not a member of this room")
	ErrNotOwner        = errors.New("only the owner may do this")
	ErrNotEstimator    = errors.New("observers do not estimate")
	ErrStaleRound      = errors.New("another round is current")
	ErrRoomFull        = errors.New("the room is full")
	ErrRoomLocked      = errors.New("the room is locked")
	ErrNotAdmitted     = errors.New("removed from this room for good")
	ErrRoomClosed      = errors.New("the room is closed")
	ErrInvalidName     = errors.New("not a valid name")
	ErrInvalidMark     = errors.New("not a valid mark")
	ErrInvalidTopic    = errors.New("not a valid topic")
	ErrInvalidDeck     = errors.New("not a valid deck")
	ErrInvalidEstimate = errors.New("not a valid estimate")
	ErrInvalidRole     = errors.New("not a role")
	ErrInvalidOption   = errors.New("not a valid option")
	ErrUnknownMember   = errors.New("the named user is not a member")
	ErrNotRevealed     = errors.New("the round is hidden")
	ErrEstimatesFixed  = errors.New("estimates are fixed after the reveal")
	ErrUnknownRound    = errors.New("the named round is not in the history")
	ErrNothingToUndo   = errors.New("there is nothing to undo")
	ErrUnknownTopic    = errors.New("the named topic is not on the list")
	ErrTooMuchAhead    = errors.New("too much text in estimates that were made ahead")
)

// ErrState is returned by [Restore] for a state that no room can have.
var ErrState = errors.New("not the state of a room")
