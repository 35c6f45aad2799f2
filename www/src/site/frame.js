// In a frame: the host says how the advisor looks and what it reads, by address or by message, and
// learns its height. Messages are data. A report goes back only for texts that all came from the
// host, so a page that frames the advisor never learns what its reader pasted.

/** @typedef {import('../app.js').TimingAdvisor} TimingAdvisor */

const LOOKS = ['compact', 'examples', 'theme'];
const NAME = 'timing-advisor';

/** @param {TimingAdvisor} advisor */
export function talkWithHost(advisor) {
  look(advisor, Object.fromEntries(new URLSearchParams(location.search)));
  if (window.parent === window) return;
  document.documentElement.classList.add('framed');
  tellHeight();

  /** @type {{ reply: (data: object) => void, texts: string[] } | undefined} */
  let asked;
  window.addEventListener('message', ({ source, origin, data }) => {
    if (source !== window.parent || data?.type !== NAME) return;
    look(advisor, data);
    if (!isDocuments(data.documents)) return;
    // The frame's sandbox and files have the origin 'null', which no address can name.
    const reply = (/** @type {object} */ answer) => window.parent.postMessage(answer, origin === 'null' ? '*' : origin);
    asked = { reply, texts: data.documents.map((/** @type {{ text: string }} */ each) => each.text) };
    advisor.documents = data.documents;
  });
  advisor.addEventListener('report', (event) => {
    const given = asked?.texts ?? [];
    if (!asked || advisor.documents.some((each) => each.text === undefined || !given.includes(each.text))) return;
    asked.reply({ type: NAME, report: /** @type {CustomEvent} */ (event).detail });
  });
  window.parent.postMessage({ type: NAME, ready: true }, '*');
}

/**
 * @param {TimingAdvisor} advisor
 * @param {Record<string, unknown>} given
 */
function look(advisor, given) {
  for (const name of LOOKS) {
    const value = given[name];
    if (value === false) advisor.removeAttribute(name);
    else if (typeof value === 'string' || value === true) advisor.setAttribute(name, value === true ? '' : value);
  }
}

/** @param {unknown} given @returns {given is { name?: string, text: string }[]} */
function isDocuments(given) {
  return Array.isArray(given) && given.every((each) => typeof each?.text === 'string');
}

/** A height tells nothing of the text, so every host may learn it. */
function tellHeight() {
  let told = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height !== told) window.parent.postMessage({ type: NAME, height: (told = height) }, '*');
  }).observe(document.body);
}
