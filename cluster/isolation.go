package cluster

import "slices"

// isolate marks the members that are to own nothing, so that no two of the rest
// miss each other. It depends on nothing but the members, in whatever order: all
// nodes agree at each revision.
//
// Members are joined by an edge if either misses the other. As long as there is
// one, the member with the most is isolated, which takes its edges away; the last
// member never has one. Who turns out to miss only the isolated is then let in.
func isolate(members []Member) {
	edges := missing(members)
	degree := make([]int, len(members))
	for i := range members {
		members[i].Isolated = false
		for j := range members {
			if edges[[2]int{i, j}] {
				degree[i]++
			}
		}
	}
	var isolated []int
	for {
		worst := -1
		for i := range members {
			if degree[i] > 0 && (worst < 0 || sooner(members[i], degree[i], members[worst], degree[worst])) {
				worst = i
			}
		}
		if worst < 0 {
			break
		}
		members[worst].Isolated = true
		isolated = append(isolated, worst)
		degree[worst] = 0
		for j := range members {
			if edges[[2]int{worst, j}] && !members[j].Isolated {
				degree[j]--
			}
		}
	}
	for _, i := range slices.Backward(isolated) {
		members[i].Isolated = false
		for j := range members {
			if edges[[2]int{i, j}] && !members[j].Isolated {
				members[i].Isolated = true
			}
		}
	}
}

// missing are the edges between members, by their indices, in both directions.
func missing(members []Member) map[[2]int]bool {
	var edges map[[2]int]bool
	for i, m := range members {
		for _, id := range m.Misses {
			j := slices.IndexFunc(members, func(other Member) bool { return other.ID == id })
			if j < 0 || i == j {
				continue // it is no member any more
			}
			if edges == nil {
				edges = map[[2]int]bool{}
			}
			edges[[2]int{i, j}], edges[[2]int{j, i}] = true, true
		}
	}
	return edges
}

// sooner reports whether a is isolated rather than b, given the edges of each.
func sooner(a Member, edgesOfA int, b Member, edgesOfB int) bool {
	switch {
	case a.Yields != b.Yields:
		return a.Yields // or they would change places while links mend one by one
	case edgesOfA != edgesOfB:
		return edgesOfA > edgesOfB
	case a.Draining != b.Draining:
		return a.Draining // it owns nothing anyway
	case a.MissesSince != b.MissesSince:
		// Who says nothing may be frozen or dead, and who says it later did not
		// change the decision by doing so.
		return a.MissesSince == 0 || b.MissesSince != 0 && a.MissesSince > b.MissesSince
	case !a.Since.Equal(b.Since):
		return a.Since.After(b.Since)
	}
	return a.Address > b.Address
}
