/** What a reader takes for the characters of a text. @param {string} text */
export const graphemes = (text) => Array.from(new Intl.Segmenter().segment(text), (part) => part.segment);
