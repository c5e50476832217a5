package cluster

import "time"

// Credentials x.
type Credentials struct{}

// Expires x.
func (c *Credentials) Expires() time.Time { return time.Time{} }
