/**
 * Applies an RFC 7396 merge patch. Neither argument is changed; what the patch
 * does not touch is shared with the result. The objects it makes have no
 * prototype: whatever a key is called, it is a field and nothing else.
 *
 * @param {unknown} target
 * @param {unknown} patch
 * @returns {any}
 */
export function mergePatch(target, patch) {
  if (!isObject(patch)) return patch;
  const result = Object.assign(Object.create(null), isObject(target) ? target : null);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/**
 * The same object, and those in it, without a prototype, as mergePatch makes
 * them.
 *
 * @param {unknown} value
 * @returns {any}
 */
export function bare(value) {
  if (!isObject(value)) return value;
  const result = Object.create(null);
  for (const [key, inner] of Object.entries(value)) result[key] = bare(inner);
  return result;
}

/** @param {unknown} value @returns {value is object} */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
