// The page's own words, in one place. What the engine says is not here.

export const WORDS = {
  title: 'Timing Advisor',
  ask: 'Why does etcd keep changing leaders, and why does fleet time out?',
  promise:
    'Paste the logs and your cloud-config. You get the cause, the timing values that fit, what they cost, and a plain no when timing is not the cure.',
  privacy: [
    'Nothing leaves this tab.',
    'The page makes no request after it has loaded and stores nothing. It works offline.',
  ],
  placeholder:
    'Paste a log or a cloud-config here; paste again to add another.\n\nNov 22 06:23:55 core-03 etcd2[612]: failed to send out heartbeat on time (deadline exceeded for 1.40s)\nNov 22 06:24:41 core-01 fleetd[615]: ERROR reconcile.go:120: Failed fetching Units from Registry: …',
  box: 'Log or configuration',
  choose: 'Choose files',
  drop: 'or drop them anywhere on this page: journals, .log, .gz, any size',
  dropNow: 'Drop to read. The files stay on this machine.',
  examples: 'Or look at an example',
  where: 'Where to get it',
  whereWhy: 'On each machine. One hour around the trouble is best; all members tell more than one.',
  whereCommand: 'journalctl -u etcd2 -u fleet --since -1h --no-pager -o short-precise > $(hostname).journal',
  whereConfig:
    'Your cloud-config: the user-data of the machine, or the file you gave to coreos-install. Templates work too.',
  unfold: 'Evidence and roll-out',
  otherInput: 'Other input',
  reading: 'Reading',
  engineFault:
    'The analysis stopped on a fault of its own, and this input got no answer. Change the input or try again: the next analysis starts afresh.',
  engineMissing:
    'The engine did not load, so nothing can be analysed. Load the page again; if that does not help, this browser may be too old for WebAssembly.',
  noWasm:
    "The page around the advisor does not allow WebAssembly: its Content-Security-Policy needs 'wasm-unsafe-eval' in script-src.",
  noFetch:
    'The engine could not be fetched. It lies beside the script, or where the attribute engine says; a Content-Security-Policy needs its origin in connect-src.',
  cancelled: 'Stopped. Nothing was analysed.',
  badFile: 'could not be read. If it ends in .gz, it may be cut off or not be a gzip file.',
};

/** @type {Record<string, string>} */
export const SEVERITY = { critical: 'Critical', warning: 'Warning', info: 'Note', ok: 'Fine' };

/** @type {Record<string, { words: string, icon: 'ok' | 'no' | 'info', tone: string }>} */
export const TIMING = {
  remedy: { words: 'Timing is the remedy', icon: 'ok', tone: 'okc' },
  partly: { words: 'Timing helps in part', icon: 'ok', tone: 'okc' },
  'not-the-remedy': { words: 'Timing is not the remedy', icon: 'no', tone: '' },
  undecided: { words: 'This input does not decide about timing', icon: 'info', tone: 'info' },
  'none-needed': { words: 'No change of timing needed', icon: 'ok', tone: 'okc' },
};

/** @type {Record<string, string>} */
export const CONFIDENCE = { high: 'sure', medium: 'likely', low: 'unclear' };

/** @type {Record<string, string>} */
export const PROVENANCE = { stated: 'as written', inferred: 'read off the log', default: 'default' };

/** @type {Record<string, string>} */
export const ORDER = { 'oldest-first': 'oldest first', 'newest-first': 'newest first', unknown: 'order unknown' };

/** @type {Record<string, string>} */
export const FORM = {
  'cloud-config': 'cloud-config',
  'drop-in': 'Drop-in',
  environment: 'Environment',
  flags: 'Flags',
  'fleet.conf': 'fleet.conf',
  'container-linux-config': 'Container Linux',
  'static-pod': 'Static pod',
};

/** @type {Record<string, string>} */
export const MARK = {
  'late-heartbeat': 'late-heartbeat line',
  'leader-change': 'leader change',
  'lease-lost': 'engine lease lost',
  restart: 'restart',
  'fleet-error': 'fleet error',
  'slow-disk': 'slow disk',
};

/** Assumptions the reader may correct: id, label, unit, and whether it is a number. */
export const ASSUMPTIONS = [
  { id: 'members', label: 'etcd members', number: true },
  { id: 'peerRttMs', label: 'Round trip between members, ms', number: true },
  { id: 'machines', label: 'Machines with fleet', number: true },
  { id: 'units', label: 'Units in the cluster', number: true },
  { id: 'etcdVersion', label: 'etcd version', number: false },
  { id: 'fleetVersion', label: 'fleet version', number: false },
];

/** `1 line`, `2 lines`. @param {number} count @param {string} word */
export function plural(count, word) {
  return `${count.toLocaleString('en')}\u00a0${word}${count === 1 ? '' : 's'}`;
}
