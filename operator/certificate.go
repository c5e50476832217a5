package operator

import (
	"fmt"
	"time"
)

// firstOrder is how long the first order of a certificate may take.
const firstOrder = 2 * time.Minute

// certificates is what browsers are shown.
func (f *findings) certificates(now Status) {
	if now.RejectedFiles != "" {
		f.add(Warning, "The newest files in -tls-cert and -tls-key cannot be used, and the old certificate stays: "+now.RejectedFiles, "Put a certificate and its own key there.")
	}
	for _, c := range now.Certificates {
		left := c.Expires.Sub(now.Time)
		level, what, do := Trouble, "", c.Do
		switch {
		case c.Expires.IsZero() && c.Why == "" && now.Time.Sub(now.Started) < firstOrder:
			f.add(Note, fmt.Sprintf("The certificate for %s is being ordered.", c.Domain), "Wait a few seconds; until then, browsers cannot open it.")
			continue
		case c.Expires.IsZero():
			what = fmt.Sprintf("There is no certificate for %s, so browsers cannot open it.", c.Domain)
		case left <= 0:
			what = fmt.Sprintf("The certificate for %s has expired, so browsers do not open it.", c.Domain)
		case !now.Time.Before(c.Late):
			level, what = Warning, fmt.Sprintf("The certificate for %s expires in %s, and should have been replaced by now.", c.Domain, spanText(left))
		case c.Why != "":
			level, what = Note, fmt.Sprintf("The certificate for %s could not be renewed yet, and is valid for %s more.", c.Domain, spanText(left))
		default:
			continue
		}
		switch {
		case c.Why != "":
			what += " " + c.Why
			if c.Said != "" {
				what += fmt.Sprintf(" What was found: %s", c.Said)
			}
		case c.Ordered:
			do = "The log says what happens; at level debug, all of it."
			if now.Cluster != nil {
				do = "One node orders for all: look at the others' pages too. " + do
			}
		default:
			do = "Put a new certificate and its key in place of the files in -tls-cert and -tls-key; they are read without a restart."
		}
		f.add(level, what, do)
	}
}
