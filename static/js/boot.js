// Runs before the first paint, so that a chosen appearance does not flash, and
// asks for the texts and what a room needs without waiting for the module that
// will say so.
try {
  document.documentElement.dataset.theme = JSON.parse(localStorage.getItem('pokey.theme') ?? '"auto"');
} catch {}
if (!CSS.supports('selector(:popover-open) and (color: light-dark(red, tan))')) {
  document.documentElement.classList.add('below-floor');
}
{
  const here = /** @type {HTMLScriptElement} */ (document.currentScript).src;
  const ask = (/** @type {string} */ module) => {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = new URL(module, here).href;
    document.head.append(link);
  };
  // As speak() in i18n.js chooses.
  const there = document.documentElement.dataset.languages?.split(' ') ?? [];
  let wished = null;
  try {
    wished = JSON.parse(localStorage.getItem('pokey.language') ?? 'null');
  } catch {}
  const choices = [wished, ...navigator.languages].map((choice) => String(choice).split('-')[0].toLowerCase());
  ask(`lang/${choices.find((choice) => there.includes(choice)) ?? 'en'}/page.js`);
  if (/\/r\/[^/]+(\/stage)?\/?$/.test(location.pathname)) ask('room-page.js');
}
