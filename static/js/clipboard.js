/**
 * Copies a text; false where that is not allowed. A page served by plain http
 * has no navigator.clipboard but may still copy what is selected.
 *
 * @param {string} text
 */
export async function copy(text) {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {}
  const area = document.createElement('textarea');
  area.value = text;
  area.readOnly = true;
  area.className = 'visually-hidden';
  const home = document.querySelector('dialog[open]') ?? document.body; // beside a modal dialog nothing can be selected
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  home.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  focused?.focus();
  return copied;
}
