package poker_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// canaries finds them wherever they are in v.
func canaries(v any) []string {
	var found []string
	walk(reflect.ValueOf(v), func(leaf reflect.Value) {
		if leaf.Kind() == reflect.String && strings.Contains(leaf.String(), canary) {
			found = append(found, leaf.String())
		}
	})
	return found
}

// dump writes down all there is in v.
func dump(v any) string {
	var b strings.Builder
	walk(reflect.ValueOf(v), func(leaf reflect.Value) { fmt.Fprintf(&b, "%v|", leaf) })
	return b.String()
}

// walk visits every leaf of v in a fixed order.
func walk(v reflect.Value, visit func(reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), visit)
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			walk(field, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), visit)
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }) // String does not read numbers
		for _, k := range keys {
			walk(k, visit)
			walk(v.MapIndex(k), visit)
		}
	default:
		visit(v)
	}
}
