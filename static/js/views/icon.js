import { h } from '../render.js';

const PATHS = {
  check: 'M5 12.5l4.500 4.500L19 7.500',
  clock: 'M12 8v4.5l3 2M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z',
  close: 'M6 6l12 12M18 6L6 18',
  crown: 'M4 18h16M4 15L3 6l5.5 4L12 4l3.5 6L21 6l-1 9z',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
  grip: 'M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01',
  history: 'M4 5v4h4M4.5 9a8.5 8.5 0 1 1-1 4M12 8v4.5l3 1.5',
  invite: 'M10 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM3 20c.5-4 3-5.5 7-5.5 2 0 3.5.4 4.7 1.2M18 14v6M15 17h6',
  lock: 'M6.500 11h11v9h-11zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  list: 'M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01',
  sliders: 'M4 8h8M18 8h2M4 16h2M12 16h8M15 5.5v5M9 13.5v5',
  star: 'M12 4l2.4 5.2 5.6.7-4.1 3.9 1.1 5.6-5-2.8-5 2.8 1.1-5.6L4 9.9l5.6-.7z',
  undo: 'M8 5L4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-4',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c.5-4 3-5.5 7.5-5.5s7 1.5 7.5 5.5',
};

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  return h(
    'svg',
    { class: `icon ${name}`, viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    h('path', { d: PATHS[name] }),
  );
}

/** Pokey's mark, as in icons/icon.svg: a card that a hole poked into it makes a p. */
export const mark = () => {
  const transform = 'rotate(8 32 32)';
  return h(
    'svg',
    { class: 'mark', viewBox: '0 0 64 64', 'aria-hidden': 'true' },
    h('rect', { x: 11, y: 4, width: 42, height: 56, rx: 9, transform }),
    h('path', { d: 'M24 47V27a9 9 0 1 1 9 9', transform }),
  );
};

/** Whether there is an icon of that name. @param {string} name @returns {name is keyof typeof PATHS} */
export const isIcon = (name) => Object.hasOwn(PATHS, name);
