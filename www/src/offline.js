// The hosted page keeps a copy of itself in the browser, so that it opens without a network. A newer
// copy is offered, and never takes the place of a page that holds someone's text.

import { h } from './dom.js';
import { scriptAddress } from './trusted.js';

const OFFER = 'A newer version of this page is ready. It is used when the page is next opened.';
const KEPT = 'This page holds your text, and loading it anew would lose it. Clear the input first.';

/** @param {import('./app.js').TimingAdvisor} advisor */
export async function keepOffline(advisor) {
  // Files and sandboxed frames have no such copy; asking a sandboxed frame for it throws.
  if (window.parent !== window || !window.isSecureContext || !('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  const offer = (/** @type {ServiceWorker} */ waiting) => document.body.append(notice(advisor, waiting));
  try {
    const registration = await serviceWorker.register(scriptAddress('sw.js'), { updateViaCache: 'none' });
    if (registration.waiting && serviceWorker.controller) offer(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const worker = registration.installing;
      worker?.addEventListener('statechange', () => {
        if (worker.state === 'installed' && serviceWorker.controller) offer(worker);
      });
    });
  } catch {
    // Private windows and some policies refuse it. The page works all the same while it is open.
  }
}

/**
 * @param {import('./app.js').TimingAdvisor} advisor
 * @param {ServiceWorker} waiting
 */
function notice(advisor, waiting) {
  document.getElementById('newer')?.remove();
  const words = h('span', null, OFFER);
  const use = () => {
    if (advisor.documents.length > 0) {
      words.textContent = KEPT;
      return;
    }
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      // Between the click and now a text may have come.
      if (advisor.documents.length === 0) location.reload();
    });
    waiting.postMessage('use');
  };
  const close = () => box.remove();
  const box = h(
    'div',
    { id: 'newer', role: 'status' },
    words,
    h('button', { type: 'button', onclick: use }, 'Load it now'),
    h('button', { type: 'button', onclick: close }, 'Later'),
  );
  return box;
}
