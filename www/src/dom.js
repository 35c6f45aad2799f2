// Elements from data. Text only ever arrives as text nodes, so no input can become markup.

/** So long a note stands beside a button. */
const NOTED_MS = 8000;

/** @typedef {Node | string | number | null | undefined | false | any[]} Child */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any> | null} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  // What a machine reads stays as it is, whatever language a browser translates the page to.
  if (tag === 'code' || tag === 'pre') element.translate = false;
  fill(element, props, children);
  return element;
}

/**
 * @param {string} tag
 * @param {Record<string, any> | null} [props]
 * @param {...Child} children
 */
export function svg(tag, props, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  fill(element, props, children);
  return element;
}

/**
 * @param {Element} element
 * @param {Record<string, any> | null | undefined} props
 * @param {Child[]} children
 */
function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value') /** @type {HTMLInputElement} */ (element).value = value;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  append(element, children);
}

/**
 * @param {Element} element
 * @param {Child[]} children
 */
function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child instanceof Node ? child : String(child));
  }
}

const SHAPES = {
  critical: { d: 'M4.9 1h6.2L15 4.9v6.2L11.1 15H4.9L1 11.1V4.9z' },
  warning: { d: 'M8 1.2 15.4 14.6H.6z' },
  info: { d: 'M8 2.4a5.6 5.6 0 1 0 0 11.2A5.6 5.6 0 1 0 8 2.4z', line: 2.4 },
  ok: { d: 'M2 8.6 6.2 12.8 14 3.8', line: 2.6 },
  no: { d: 'M3 3 13 13M13 3 3 13', line: 2.6 },
};

/** @param {keyof typeof SHAPES} name */
export function icon(name) {
  const shape = /** @type {{ d: string, line?: number }} */ (SHAPES[name]);
  const paint = shape.line
    ? { fill: 'none', stroke: 'currentColor', 'stroke-width': shape.line }
    : { fill: 'currentColor' };
  return svg(
    'svg',
    { width: 16, height: 16, viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: shape.d, ...paint }),
  );
}

/**
 * A section with its heading and a quiet remark beside it.
 *
 * @param {string} id
 * @param {string} title
 * @param {string | HTMLElement | undefined} remark
 * @param {...Child} children
 */
export function section(id, title, remark, ...children) {
  return h(
    'section',
    { class: 'blk', id, 'aria-labelledby': `${id}-title` },
    heading(`${id}-title`, title, remark),
    children,
  );
}

/**
 * A section of which the heading is shown, and the rest where the reader asks for it.
 *
 * @param {string} id
 * @param {string} title
 * @param {string} remark how much is in it
 * @param {...Child} children
 */
export function fold(id, title, remark, ...children) {
  const head = h(
    'summary',
    { class: 'hd' },
    h('h2', { id: `${id}-title`, tabindex: -1 }, title),
    h('span', { class: 'q s' }, remark),
  );
  return h(
    'section',
    { class: 'blk', id, 'aria-labelledby': `${id}-title` },
    h('details', { id: `${id}-fold`, class: 'fold' }, head, children),
  );
}

/**
 * @param {string} id
 * @param {string} title
 * @param {string | HTMLElement} [remark]
 */
export function heading(id, title, remark) {
  return h('div', { class: 'hd' }, h('h2', { id, tabindex: -1 }, title), remark && h('span', { class: 'q s' }, remark));
}

/** The head of a table: a title for each column; one that does not apply is left out. @param {...Child} titles */
export function columns(...titles) {
  const shown = titles.filter(Boolean);
  return h(
    'thead',
    null,
    h(
      'tr',
      null,
      shown.map((title) => h('th', { scope: 'col' }, title)),
    ),
  );
}

/** Keeps a number and its unit on one line. @param {string} text */
export function unbroken(text) {
  return text.replace(/(\d) (ms|s|min|h|lines?|hosts?|days?|%)\b/g, '$1\u00a0$2');
}

/** The height of a line, in pixels: it grows with the letters that the reader chose. @param {Element} element */
export function lineHeight(element) {
  return parseFloat(getComputedStyle(element).lineHeight) || 20;
}

/** Says beside a button what came of pressing it. It is said aloud elsewhere. @param {Element} button @param {string} words */
export function noteBeside(button, words) {
  button.parentElement?.querySelector('.noted')?.remove();
  const note = h('span', { class: 'noted s q', 'aria-hidden': 'true' }, words);
  button.after(note);
  setTimeout(() => note.remove(), NOTED_MS);
}

/** A sentence in which `words between backticks` are code. @param {string} text */
export function sentence(text) {
  return unbroken(text)
    .split('`')
    .map((part, index, all) => (index % 2 === 1 && index < all.length - 1 ? h('code', null, words(part)) : part));
}

/** Where a line may break: a browser breaks `--since` after its hyphen. @param {string} command */
export function words(command) {
  return command.split(/([ \n]+)/).map((part) => (part.trim() ? h('span', { class: 'word' }, part) : part));
}

/** Whether two sentences say the same: with a capital or without, with a full stop or without. @param {string[]} texts */
export function sameWords(...texts) {
  const [one, other] = texts.map((text) => text.replace(/\.$/, '').toLowerCase());
  return one === other;
}

/** A short name: `etcd.election-timeout` is `election-timeout` of etcd. @param {string} parameter */
export function shortName(parameter) {
  return parameter.slice(parameter.indexOf('.') + 1);
}
