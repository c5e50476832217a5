package actors

import "time"

// inbox sends a message to the actor that it belongs to, from any goroutine.
type inbox func(message any)

// after sends a message after d. The actor stops the timer in *actor.Stopping.
func (i inbox) after(d time.Duration, message any) *time.Timer {
	return time.AfterFunc(ahead(d), func() { i(message) })
}

// ahead returns d, or the shortest time there is if d is over already. All timers are set
// with it. In a synctest bubble, Go calls a timer that is due on the goroutine that sets it,
// and two that do so at once crash the race detector (go.dev/issue/78156).
func ahead(d time.Duration) time.Duration { return max(d, time.Nanosecond) }
