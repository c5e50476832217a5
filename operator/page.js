// Reads the page again every five seconds and puts in place what has changed. Without
// this script the page is whole, and its link reads it again.
const every = 5000;
const parts = ['at', 'headline', 'findings', 'graphs', 'nodes-title', 'rows', 'nodes', 'facts', 'uptime'];
let paused = false;
let timer = 0;

const button = document.createElement('button');
button.type = 'button';
button.textContent = 'Pause';
button.addEventListener('click', () => {
  paused = !paused;
  button.textContent = paused ? 'Go on' : 'Pause';
  if (!paused) read();
});
document.getElementById('again')?.replaceWith(button);

async function read() {
  clearTimeout(timer);
  if (!paused && !document.hidden) await update();
  timer = setTimeout(read, every);
}

async function update() {
  const at = document.getElementById('at');
  try {
    const response = await fetch('.', { signal: AbortSignal.timeout(every), cache: 'no-store' });
    if (!response.ok) throw new Error(response.statusText);
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    document.title = fresh.title;
    document.body.className = fresh.body.className;
    for (const id of parts) {
      const old = document.getElementById(id);
      const now = fresh.getElementById(id);
      if (!old || !now || old.isEqualNode(now)) continue;
      old.hidden = now.hidden;
      if (id !== 'nodes') old.replaceChildren(...now.childNodes);
    }
  } catch {
    document.title = '! Pokey';
    if (at) at.textContent = 'The server does not answer; what follows is old.';
  }
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) read();
});
timer = setTimeout(read, every);
