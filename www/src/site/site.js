// The hosted page: the element, its talk with a page that frames it, and the copy for offline use.

import { TimingAdvisor } from '../app.js';
import { openExamples } from './examples-of-rules.js';
import { talkWithHost } from './frame.js';
import { keepOffline } from './offline.js';

const advisor = document.querySelector('timing-advisor');
if (advisor instanceof TimingAdvisor) {
  talkWithHost(advisor);
  openExamples(advisor, async () => (await fetch('rules/examples.json')).json());
  keepOffline(advisor);
}
