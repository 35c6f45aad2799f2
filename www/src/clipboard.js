// The clipboard, and a way around where it is closed.

import { h } from './dom.js';

/** Copies a text; whether that was allowed. @param {string} text */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByHand(text);
  }
}

/** Where the clipboard's own way is not open. @param {string} text */
function copyByHand(text) {
  const area = h('textarea', { value: text, 'aria-hidden': 'true' });
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}
