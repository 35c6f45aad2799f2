// `#example=etcd-slow-disk/bad` opens an example of the rule book in the advisor.

import { SITE } from '../strings.js';
import { notice } from './notice.js';

/** @typedef {import('../app.js').TimingAdvisor} TimingAdvisor */
/** @typedef {Record<string, { name: string, text: string }[]>} Examples */

/**
 * Opens the example that the address names, now and whenever it changes. A text of the reader gives way
 * only when they say so.
 *
 * @param {TimingAdvisor} advisor
 * @param {() => Promise<Examples>} load
 */
export function openExamples(advisor, load) {
  let shown = '';
  const open = async () => {
    const name = /^#example=([a-z0-9-]+\/(?:bad|healthy))$/.exec(location.hash)?.[1];
    const documents = name && (await load().catch(() => undefined))?.[name];
    if (!documents) return;
    const show = () => {
      shown = JSON.stringify(documents);
      advisor.documents = documents;
      advisor.scrollIntoView();
    };
    const held = advisor.documents;
    if (held.length === 0 || JSON.stringify(held) === shown) return show();
    const box = notice(SITE.example, [[SITE.openExample, () => (box.remove(), show())]], SITE.keepText);
  };
  window.addEventListener('hashchange', open);
  open();
}
