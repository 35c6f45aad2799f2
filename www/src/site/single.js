// The page as one file: the element with the engine out of the page itself, its talk with a host, and the
// rule book at its foot.

import '../../book/search.js';
import { TimingAdvisor } from '../app.js';
import { openExamples } from './examples-of-rules.js';
import { talkWithHost } from './frame.js';

const advisor = document.querySelector('timing-advisor');
if (advisor instanceof TimingAdvisor) {
  talkWithHost(advisor);
  const examples = document.getElementById('examples')?.textContent ?? '{}';
  openExamples(advisor, async () => JSON.parse(examples));
}

// In `srcdoc` the browser would take a link to a part of this page for one into the page around the frame.
document.addEventListener('click', (event) => {
  const link = event.composedPath().find((each) => each instanceof HTMLAnchorElement);
  const to = link?.getAttribute('href');
  if (!to?.startsWith('#') || event.defaultPrevented) return;
  event.preventDefault();
  if (location.hash === to) window.dispatchEvent(new Event('hashchange'));
  else location.hash = to;
});

/** A page of the book that a link leads to is unfolded. */
function unfold() {
  const target = document.getElementById(location.hash.slice(1));
  const page = target?.closest('details');
  if (!target || !page) return;
  page.open = true;
  page.hidden = false;
  page.querySelector('summary')?.focus({ preventScroll: true });
  target.scrollIntoView();
}
window.addEventListener('hashchange', unfold);
unfold();
