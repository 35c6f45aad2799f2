// The hosted page keeps a copy of itself in the browser, so that it opens without a network. A newer
// copy is offered, and never takes the place of a page that holds someone's text.

import { SITE } from '../strings.js';
import { scriptAddress } from '../trusted.js';
import { notice } from './notice.js';

/** @param {import('../app.js').TimingAdvisor} advisor */
export async function keepOffline(advisor) {
  // Files and sandboxed frames have no such copy; asking a sandboxed frame for it throws.
  if (window.parent !== window || !window.isSecureContext || !('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  try {
    const registration = await serviceWorker.register(scriptAddress('sw.js'), { updateViaCache: 'none' });
    if (registration.waiting && serviceWorker.controller) offer(advisor, registration.waiting);
    registration.addEventListener('updatefound', () => {
      const worker = registration.installing;
      worker?.addEventListener('statechange', () => {
        if (worker.state === 'installed' && serviceWorker.controller) offer(advisor, worker);
      });
    });
  } catch {
    // Private windows and some policies refuse it. The page works all the same while it is open.
  }
}

/**
 * @param {import('../app.js').TimingAdvisor} advisor
 * @param {ServiceWorker} waiting
 */
function offer(advisor, waiting) {
  const use = (/** @type {HTMLElement} */ words) => {
    if (advisor.documents.length > 0) {
      words.textContent = SITE.holdsText;
      return;
    }
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      // Between the click and now a text may have come.
      if (advisor.documents.length === 0) location.reload();
    });
    waiting.postMessage('use');
  };
  notice(SITE.newer, [[SITE.loadNow, use]], SITE.later);
}
