// The page as one file: the element with the engine out of the page itself, and its talk with a host.

import { TimingAdvisor } from './app.js';
import { talkWithHost } from './frame.js';

const advisor = document.querySelector('timing-advisor');
if (advisor instanceof TimingAdvisor) talkWithHost(advisor);
