// The keeper of the offline copy. VERSION and FILES come from build.mjs: each build whose files
// differ is another version, fetched whole before it may serve anything.

/// <reference lib="webworker" />

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
// Another copy of this page may live under another path of the same origin.
const PREFIX = `timing-advisor ${worker.registration.scope} `;
const CURRENT = PREFIX + VERSION;

worker.addEventListener('install', (event) => event.waitUntil(fill()));
worker.addEventListener('activate', (event) => event.waitUntil(tidy()));
worker.addEventListener('message', ({ data }) => {
  if (data === 'use') worker.skipWaiting();
});
worker.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'GET' && url.startsWith(worker.registration.scope)) event.respondWith(answer(event.request));
});

async function fill() {
  const cache = await caches.open(CURRENT);
  await Promise.all(FILES.map(async (file) => cache.put(file, await fresh(file))));
}

/** Some hosts send `page.html` on to `page`; an answer marked so may not serve a page. @param {string} file */
async function fresh(file) {
  const answer = await fetch(file, { cache: 'no-cache' });
  if (!answer.ok) throw new Error(`${file} answered ${answer.status}`);
  return answer.redirected ? new Response(answer.body, { headers: answer.headers }) : answer;
}

/** A page that is still open may need a part of the version before: that one stays too. */
async function tidy() {
  const mine = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CURRENT);
  await Promise.all(mine.slice(0, -1).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** @param {Request} request */
async function answer(request) {
  // A folder's own address stands for its index.html.
  const address = request.url.replace(/[?#].*/, '').replace(/\/index\.html$/, '/');
  const current = await caches.open(CURRENT);
  const kept = (await current.match(address)) ?? (await older(address));
  return kept ?? fetch(request);
}

/** @param {string} address */
async function older(address) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX) || name === CURRENT) continue;
    const kept = await (await caches.open(name)).match(address);
    if (kept) return kept;
  }
  return undefined;
}
