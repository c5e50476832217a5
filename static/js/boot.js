// Runs before the first paint, so that a chosen appearance does not flash, and
// asks for what a room needs without waiting for the modules that will say so.
try {
  document.documentElement.dataset.theme = JSON.parse(localStorage.getItem('pokey.theme') ?? '"auto"');
} catch {}
if (/\/r\/[^/]+(\/stage)?\/?$/.test(location.pathname)) {
  const { src } = /** @type {HTMLScriptElement} */ (document.currentScript);
  const needed = [
    'actions/estimate',
    'actions/history',
    'actions/room',
    'agreement',
    'announcements',
    'clipboard',
    'keyboard',
    'members',
    'room-page',
    'tab',
    'views/hand',
    'views/invite',
    'views/offer',
    'views/outcome',
    'views/room',
    'views/round-controls',
    'views/table',
    'views/timer',
    'views/topic',
  ];
  for (const name of needed) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = new URL(`${name}.js`, src).href;
    document.head.append(link);
  }
}
