package actors

import "time"

// inbox sends a message to the actor that it belongs to, from any goroutine.
type inbox func(message any)

// after sends a message after d. The actor stops the timer in *actor.Stopping.
func (i inbox) after(d time.Duration, message any) *time.Timer {
	return time.AfterFunc(d, func() { i(message) })
}
