// The page's whole rendering: h() describes an element, render() makes the
// document say so. A view is a function from state to such descriptions, so
// nothing but the state needs to be remembered between two of them.

/** @import {Child, Element, Props} from '../types/page.js' */
/** @typedef {{kid: any, node: any}} Grown */

import { t } from './i18n.js';

const SVG = 'http://www.w3.org/2000/svg';

/** What render() last made of an element's children, by key. */
const grown = new WeakMap();

/** @type {(() => void)[]} */
let mounts = [];

/**
 * Describes an element. Children are texts, numbers, descriptions, arrays of
 * them, and holes (null, undefined, false), which keep their place: what comes
 * and goes disturbs no neighbour. Siblings that change order need a `key`.
 *
 * Properties are attributes, except: `on…` is an event handler, `value` and
 * `checked` are set only where they differ from what the user sees, `vars` are
 * CSS custom properties, and `mount` is called once with the new element.
 *
 * @param {string} tag
 * @param {Props} [props]
 * @param {...Child} kids
 * @returns {Element}
 */
export const h = (tag, props = {}, ...kids) => ({ tag, props, kids });

/**
 * Describes what a view will say when it is drawn. One that throws costs only
 * itself: a short word stands in its place until it can be drawn again.
 *
 * @param {() => Child} view
 */
export const part = (view) => ({ view });

/** What stands where something could not be drawn. */
const failed = () => h('p', { class: 'failed', role: 'note' }, t('view.failed'));

/**
 * Does what may fail. If it does, the console says why, nobody else does, and
 * the result is the other one's.
 *
 * @template T
 * @param {() => T} act
 * @param {() => T} [otherwise]
 * @returns {T}
 */
export function attempt(act, otherwise) {
  try {
    return act();
  } catch (fault) {
    console.error(fault);
    return /** @type {T} */ (otherwise?.());
  }
}

/**
 * Makes the children of root those described, keeping node, focus and caret of
 * all that stay.
 *
 * @param {HTMLElement} root
 * @param {Child} tree
 */
export function render(root, tree) {
  const focused = /** @type {HTMLElement} */ (document.activeElement);
  mounts = [];
  fill(root, [tree]);
  if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
  for (const mount of mounts) attempt(mount);
}

/** The children by key, holes left out. @param {any[]} kids */
function keyed(kids, prefix = '', into = new Map()) {
  kids.forEach((given, place) => {
    const kid = given?.view ? attempt(given.view, failed) : given;
    if (kid === null || kid === undefined || kid === false) return;
    if (Array.isArray(kid)) keyed(kid, `${prefix}${place}.`, into);
    else into.set(kid.props?.key === undefined ? prefix + place : `${prefix}:${kid.props.key}`, kid);
  });
  return into;
}

/**
 * What the document came with is taken over where it is what is described, and
 * else makes way.
 *
 * @param {any} parent
 * @param {Child[]} kids
 */
function fill(parent, kids) {
  /** @type {Map<string, Grown>} */
  const old = grown.get(parent) ?? new Map();
  const found = grown.has(parent) ? [] : [...parent.childNodes];
  /** @type {Map<string, Grown>} */
  const now = new Map();
  for (const [key, kid] of keyed(kids)) {
    const was = old.get(key);
    const grow = () => ({
      kid,
      node: was && was.kid.tag === kid.tag ? update(was.node, was.kid, kid) : create(kid, parent, found),
    });
    const one = attempt(grow, () => ({ kid: failed(), node: create(failed(), parent) }));
    if (one.node === was?.node) old.delete(key);
    now.set(key, one);
  }
  for (const { node } of old.values()) node.remove();
  for (const node of found) node.remove();
  let at = parent.firstChild;
  for (const { node } of now.values()) {
    if (node === at) at = at.nextSibling;
    else if (node.isConnected && parent.moveBefore) parent.moveBefore(node, at);
    else parent.insertBefore(node, at);
  }
  grown.set(parent, now);
}

/** @param {any} kid @param {any} parent @param {any[]} [found] @returns {any} */
function create(kid, parent, found = []) {
  if (found[0]?.nodeName.toLowerCase() === (kid.tag ?? '#text')) return adopt(found.shift(), kid);
  if (kid.tag === undefined) return document.createTextNode(String(kid));
  const inSVG = kid.tag === 'svg' || parent.namespaceURI === SVG;
  const node = inSVG ? document.createElementNS(SVG, kid.tag) : document.createElement(kid.tag);
  update(node, { props: {} }, kid);
  if (kid.props.mount) mounts.push(() => kid.props.mount(node));
  return node;
}

/** @param {any} node @param {any} kid */
function adopt(node, kid) {
  for (const name of node.getAttributeNames?.() ?? []) if (!Object.hasOwn(kid.props, name)) node.removeAttribute(name);
  return update(node, { props: {} }, kid);
}

/** @param {any} node @param {any} was @param {any} kid */
function update(node, was, kid) {
  if (kid.tag === undefined) {
    if (node.data !== String(kid)) node.data = String(kid);
    return node;
  }
  fill(node, kid.kids);
  for (const name of new Set([...Object.keys(was.props), ...Object.keys(kid.props)])) {
    set(node, name, kid.props[name], was.props[name]);
  }
  return node;
}

/** @param {any} node @param {string} name @param {any} value @param {any} was */
function set(node, name, value, was) {
  if (name === 'key' || name === 'mount') return;
  if (name === 'vars') {
    for (const key of Object.keys(value ?? {})) {
      if (value[key] !== was?.[key]) node.style.setProperty(key, value[key]);
    }
  } else if (name.startsWith('on')) {
    // Without the result: a handler that returns false would cancel the event.
    node[name] = value ? (/** @type {Event} */ event) => void value(event) : null;
  } else if (name === 'value' || name === 'checked') {
    if (value !== undefined && node[name] !== value) node[name] = value;
  } else if (value !== was) {
    if (value === undefined || value === null || value === false) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? '' : value);
  }
}
