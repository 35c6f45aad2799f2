// The worker: reader.js, wired to the page's messages.

import { Reader } from './reader.js';

const reader = new Reader((answer) => self.postMessage(answer));
self.onmessage = ({ data }) => reader.take(data);
