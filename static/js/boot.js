// Runs before the first paint, so that a chosen appearance does not flash, and
// asks for what a room needs without waiting for the module that will say so.
try {
  document.documentElement.dataset.theme = JSON.parse(localStorage.getItem('pokey.theme') ?? '"auto"');
} catch {}
if (!CSS.supports('selector(:popover-open) and (color: light-dark(red, tan))')) {
  document.documentElement.classList.add('below-floor');
}
if (/\/r\/[^/]+(\/stage)?\/?$/.test(location.pathname)) {
  const link = document.createElement('link');
  link.rel = 'modulepreload';
  link.href = new URL('room-page.js', /** @type {HTMLScriptElement} */ (document.currentScript).src).href;
  document.head.append(link);
}
