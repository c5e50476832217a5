const segmenter = new Intl.Segmenter();

/** What a reader takes for the characters of a text. @param {string} text */
export const graphemes = (text) => Array.from(segmenter.segment(text), (part) => part.segment);
