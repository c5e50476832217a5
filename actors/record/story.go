package record

import (
	"slices"

	"example.com/pokey/poker"
)

// maxTopicID is what JSON readers hold exactly. A room does not get that far.
const maxTopicID = 1<<53 - 1

func topicID(id uint64) poker.TopicID { return poker.TopicID(min(id, maxTopicID)) }

// storyOf is what is known of a story besides its title; nil if nothing is.
func storyOf(s poker.Story) *Story {
	if s == (poker.Story{Title: s.Title}) {
		return nil
	}
	return &Story{Key: s.Key, Url: s.URL, Estimate: s.Estimate, Id: uint64(s.ID)}
}

func ofStory(title string, s *Story) poker.Story {
	return poker.Story{ID: topicID(s.GetId()), Title: title, Key: s.GetKey(), URL: s.GetUrl(), Estimate: s.GetEstimate()}
}

// storiesOf are the titles of a list of stories, and what else is known of each; nil
// if nothing is known of any.
func storiesOf(list []poker.Story) (titles []string, stories []*Story) {
	known := slices.ContainsFunc(list, func(s poker.Story) bool { return storyOf(s) != nil })
	for _, s := range list {
		titles = append(titles, s.Title)
		if known {
			story := storyOf(s)
			if story == nil {
				story = &Story{} // the others keep their places
			}
			stories = append(stories, story)
		}
	}
	return titles, stories
}

func ofStories(titles []string, stories []*Story) []poker.Story {
	if len(titles) == 0 {
		return nil
	}
	list := make([]poker.Story, len(titles))
	for i, title := range titles {
		list[i].Title = title
		if len(stories) == len(titles) {
			list[i] = ofStory(title, stories[i])
		}
	}
	return list
}
