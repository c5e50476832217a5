package chaos

import (
	"slices"
	"testing"
)

func TestFaultNames(t *testing.T) {
	for _, c := range []struct {
		faults []fault
		want   []string
	}{{faults, FaultNames}, {embeddedFaults, EmbeddedFaultNames}} {
		var names []string
		for _, f := range c.faults {
			names = append(names, f.name)
		}
		if !slices.Equal(names, c.want) {
			t.Errorf("there are faults %v, and names %v", names, c.want)
		}
	}
}
