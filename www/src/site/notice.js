// A sentence at the foot of the page, with buttons. One at a time; it takes no focus.

import { h } from '../dom.js';

/**
 * @param {string} text
 * @param {[label: string, run: (words: HTMLElement) => void][]} buttons each may change the sentence
 * @param {string} close what the button says that does nothing else
 */
export function notice(text, buttons, close) {
  document.getElementById('notice')?.remove();
  const words = h('span', null, text);
  const box = h(
    'div',
    { id: 'notice', role: 'status' },
    words,
    buttons.map(([label, run]) => h('button', { type: 'button', onclick: () => run(words) }, label)),
    h('button', { type: 'button', onclick: () => box.remove() }, close),
  );
  document.body.append(box);
  return box;
}
