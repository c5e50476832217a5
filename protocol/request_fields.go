package protocol

import (
	"unicode/utf8"

	"example.com/pokey/poker"
)

// The fields that requests have in common.

// id returns the message's id, empty for none.
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

// round returns zero for none.
func (o *object) round() int { return o.optionalPositive("round") }

// index is a place in a list, counted from 0; nil if there is none.
func (o *object) index() *int {
	if !o.has("index") {
		return nil
	}
	n := o.integer("index")
	if n < 0 {
		o.refuse(BadRequest)
	}
	return &n
}

func (o *object) topicID() poker.TopicID { return poker.TopicID(o.positive("topicId")) }

// story reads a story whose title is the field of that name.
func (o *object) story(title string) poker.Story {
	return poker.Story{
		Title: o.text(title), Key: o.optionalText("key"), URL: o.optionalText("url"), Estimate: o.optionalText("estimate"),
	}
}

// stories reads a list of stories, each an object or, with only a title, a string. One
// that is on the room's list may say its topicId.
func (o *object) stories(name string) []poker.Story {
	all := []poker.Story{}
	o.elements(name, func(element []byte) {
		switch element[0] {
		case '"':
			all = append(all, poker.Story{Title: string(unquote(element))})
		case '{':
			o.within(element, func(s *object) {
				story := s.story("title")
				story.ID = poker.TopicID(s.optionalPositive("topicId"))
				all = append(all, story)
			})
		default:
			o.refuse(BadRequest)
		}
	})
	return all
}

// markPart returns nil if a part of a mark is not given, and an empty text for null.
func (o *object) markPart(name string) *string {
	if !o.has(name) {
		return nil
	}
	value := o.textOrNull(name)
	if value == nil {
		return new("")
	}
	if *value == "" {
		o.refuse(InvalidMark)
	}
	return value
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

// agreed returns nil for null. An empty value is refused: the rules take it for
// "nothing is agreed".
func (o *object) agreed() *string {
	value := o.textOrNull("value")
	if value != nil && *value == "" {
		o.refuse(InvalidEstimate)
	}
	return value
}

// deck returns the deck that the client wrote, or the preset that it named.
func (o *object) deck() poker.Deck {
	if preset := o.value("deck"); len(preset) > 0 && preset[0] == '"' {
		deck, ok := poker.Preset(string(unquote(preset)))
		if !ok {
			o.refuse(InvalidDeck)
		}
		return deck
	}
	var deck poker.Deck
	o.inner("deck", func(d *object) {
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
	o.inner("options", func(p *object) {
		options.AutoReveal = p.booleanOrNil("autoReveal")
		options.StandIn = p.booleanOrNil("standIn")
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
