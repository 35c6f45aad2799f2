// The worker: reader.js, wired to the page's messages.

import { reader } from './reader.js';

const read = reader((answer) => self.postMessage(answer));
self.onmessage = ({ data }) => read(data);
