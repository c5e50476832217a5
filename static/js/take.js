/**
 * Copies a text; false where that is not allowed. A page served by plain http
 * has no navigator.clipboard but may still copy what is selected.
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
  area.className = 'vh';
  const home = document.querySelector('dialog[open]') ?? document.body; // beside a modal dialog nothing can be selected
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  home.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  focused?.focus();
  return copied;
}

/** Offers a text as a file to keep. */
export function save(name, type, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
