/**
 * The list with one topic moved to another place.
 *
 * @template T
 * @param {T[]} topics
 * @param {number} from
 * @param {number} to
 */
export function moved(topics, from, to) {
  const rest = topics.toSpliced(from, 1);
  return rest.toSpliced(Math.max(0, to), 0, topics[from]);
}
