// Stands inside the document and runs before its first paint, so that a chosen
// appearance or language does not flash. What is pressed before the page can act is
// kept for it.
{
  const html = document.documentElement;
  const { language, languages } = html.dataset;
  const recall = (/** @type {string} */ key) => {
    try {
      return JSON.parse(localStorage.getItem(`pokey.${key}`) ?? 'null');
    } catch {}
  };
  html.dataset.theme = recall('theme') ?? 'auto';
  if (!CSS.supports('selector(:popover-open) and (color: light-dark(red, tan))')) html.classList.add('below-floor');

  // As speak() in i18n.js chooses. Where it is not what the server could know, what
  // it sent waits unseen, and the next document will be right.
  const there = languages?.split(' ') ?? [];
  const choices = [recall('language'), ...navigator.languages].map((choice) =>
    String(choice).split('-')[0].toLowerCase(),
  );
  const spoken = choices.find((choice) => there.includes(choice)) ?? 'en';
  html.dataset.page = spoken === language ? 'coming' : 'foreign';
  if (spoken !== language) {
    const base = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name=base]')).content;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not in every browser
    document.cookie = `pokey_language=${spoken}; Path=${base}; Max-Age=31536000; SameSite=Lax`;
    for (const link of document.querySelectorAll('link[rel=modulepreload]')) {
      const { href } = /** @type {HTMLLinkElement} */ (link);
      const [before, after] = href.split(`/lang/${language}/`);
      if (after) /** @type {HTMLLinkElement} */ (link).href = `${before}/lang/${spoken}/${after}`;
    }
  }

  const rooms = recall('rooms');
  if (Array.isArray(rooms) && rooms.length > 0) {
    html.dataset.visits = '';
    html.style.setProperty('--visits', String(rooms.length));
  }

  addEventListener('error', () => html.dataset.page !== 'here' && html.classList.add('broken'), true);

  /** @param {Event} event */
  const keep = (event) => {
    if (html.dataset.page === 'here') return;
    if (event.type === 'submit') event.preventDefault();
    const button = /** @type {HTMLElement} */ (event.target).closest('button');
    if (button) button.dataset.early = '';
  };
  addEventListener('click', keep);
  addEventListener('submit', keep);
}
