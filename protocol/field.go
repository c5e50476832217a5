package protocol

import (
	"unicode/utf8"

	"example.com/pokey/poker"
)

// id is the message's id, or empty if it has none.
func (o *object) id() string {
	if !o.has("id") {
		return ""
	}
	id := o.text("id")
	if n := utf8.RuneCountInString(id); n < 1 || n > maxID {
		o.refuse(BadRequest)
		return ""
	}
	return id
}

func (o *object) room() In { return In{poker.RoomID(o.text("roomId"))} }

func (o *object) user() poker.UserID { return poker.UserID(o.text("userId")) }

// round is zero if there is none.
func (o *object) round() int { return o.ordinal("round") }

// ordinal is an integer from 1, or zero if there is none.
func (o *object) ordinal(name string) int {
	if !o.has(name) {
		return 0
	}
	n := o.integer(name)
	if n < 1 {
		o.refuse(BadRequest)
	}
	return n
}

func (o *object) role() poker.Role {
	role := poker.Role(o.text("role"))
	if role != poker.Estimator && role != poker.Observer {
		o.refuse(InvalidRole)
	}
	return role
}

func (o *object) optionalRole() poker.Role {
	if !o.has("role") {
		return ""
	}
	return o.role()
}

// agreed is nil for null. The rules know "nothing is agreed" by an empty value,
// which is no card, so that a client may not write it that way.
func (o *object) agreed() *string {
	value := o.textOrNull("value")
	if value != nil && *value == "" {
		o.refuse(InvalidEstimate)
	}
	return value
}

// deck is a deck as the client wrote it, or the preset that it named.
func (o *object) deck() poker.Deck {
	if preset := o.get("deck"); len(preset) > 0 && preset[0] == '"' {
		deck, ok := poker.Preset(string(unquote(preset)))
		if !ok {
			o.refuse(InvalidDeck)
		}
		return deck
	}
	var deck poker.Deck
	o.inside("deck", func(d *object) {
		deck = poker.Deck{Name: d.text("name"), Cards: d.texts("cards")}
	})
	return deck
}

func (o *object) optionalDeck() *poker.Deck {
	if !o.has("deck") {
		return nil
	}
	deck := o.deck()
	return &deck
}

func (o *object) options() OptionsPatch {
	var options OptionsPatch
	o.inside("options", func(p *object) {
		options.AutoReveal = p.maybeTruth("autoReveal")
		options.StandIn = p.maybeTruth("standIn")
		if p.has("lateEstimates") {
			late := poker.LateEstimates(p.text("lateEstimates"))
			options.LateEstimates = &late
		}
	})
	return options
}

func (o *object) optionalOptions() OptionsPatch {
	if !o.has("options") {
		return OptionsPatch{}
	}
	return o.options()
}
