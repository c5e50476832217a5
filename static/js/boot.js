// Runs before the first paint, so that a chosen appearance does not flash, and
// asks for what a room needs without waiting for the modules that will say so.
try {
  document.documentElement.dataset.theme = JSON.parse(localStorage.getItem('pokey.theme') ?? '"auto"');
} catch {}
if (/\/r\/[^/]+(\/stage)?\/?$/.test(location.pathname)) {
  for (const name of 'play acts announce keys room take views/hand views/invite views/room views/stage views/table'.split(' ')) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = new URL(`${name}.js`, /** @type {HTMLScriptElement} */ (document.currentScript).src).href;
    document.head.append(link);
  }
}
