package chaos

import (
	"slices"
	"testing"
)

func TestFaultNames(t *testing.T) {
	var names []string
	for _, f := range faults {
		names = append(names, f.name)
	}
	if !slices.Equal(names, FaultNames) {
		t.Errorf("there are faults %v, and names %v", names, FaultNames)
	}
}
