// The page's own words, in one place. What the engine says is not here.

export const WORDS = {
  title: 'Timing Advisor',
  skip: 'Skip to the content',
  sections: 'Sections',
  colours: 'Colours',
  export: 'Export',
  share: 'Share',
  runsHere: 'Runs in this tab. Sends nothing, stores nothing.',
  values: 'Values',
  answer: 'Answer',
  evidence: 'Evidence',
  rollout: 'Roll-out',
  whatIf: 'What if',
  input: 'Input and limits',
  inputShort: 'Input',
  changeInput: 'Change input',
  restsOn: 'What this rests on, and what it cannot see',
  addMore: 'Add more',
  clear: 'Clear all',
  allInput: 'All input',
  removed: 'was removed.',
  allRemoved: 'were removed.',
  leftOut: 'was not read to its end and is left out.',
  allLeftOut: 'were not read to their end and are left out.',
  replaced: 'was replaced by another input.',
  undo: 'Undo',
  undoThere: 'Undo brings it back.',
  gain: 'You gain',
  pay: 'You pay',
  helps: 'What helps',
  anywayCost: 'What higher values would cost',
  willNotCure: 'Timing will not cure',
  interrupts: 'Interrupts',
  asInStep: 'As in step',
  commandsOfStep: 'The commands of step',
  inOrder: 'In this order. Same values on every machine.',
  linesAreOf: 'Lines are those of',
  itTells: 'It tells',
  timeless: 'no time',
  noTimes: 'no times',
  surer: 'to a surer answer',
  pasteIt: 'Paste what the commands print.',
  questions: 'Questions',
  measureNext: 'Measure next',
  findCause: 'Find the cause',
  timingStays: 'Timing stays as it is.',
  wouldDecide: 'What would decide. Until then timing stays as it is.',
  alsoCosts: 'What else it costs',
  restsUpon: 'It rests on',
  whyNot: 'Why not other values?',
  basis: 'What it rests on',
  checked: 'Read back and checked: nothing else changed.',
  withoutChanges: (/** @type {string} */ file) =>
    `What you changed in ${file} is not in it: copy that from the editor.`,
  copied: 'Copied.',
  copyCommand: (/** @type {string} */ of) => `Copy the command for ${of}`,
  copyCommands: (/** @type {number} */ step, /** @type {string} */ list) =>
    `Copy the commands of step ${step}: ${list}`,
  commandsCopied: (/** @type {number} */ count) => (count > 1 ? 'Commands copied.' : 'Command copied.'),
  copyText: 'Copy this text',
  textCopied: 'Text copied.',
  keepsOld: 'Values apply once their program restarts.',
  thisOrder: 'Roll out in this order.',
  keptValues: 'The values as they are',
  anyway: 'If you raised the values anyway',
  correction: 'Correction',
  copyRefused: 'The browser did not allow copying. Select the text and copy it by hand, or download it.',
  badLink: 'This link is damaged or cut off, so nothing of it was read. Ask for it again, or for the report as a file.',
  otherLink:
    'Another version of this page made this link, so nothing of it was read. Load the page again, or ask for the report as a file.',
  noAnswer: 'No answer',
  taken: 'Your input was taken. The answer follows; the first one has to wait until the engine has loaded.',
  again: 'Try again',
  configuration: 'Configuration',
  whichConfiguration: 'Which configuration',
  editInPlace: 'edit and fix in place',
  editorKeys: 'F8: next mark. Esc, then Tab: leave.',
  plainEditor: 'Plain text field',
  editedHere: 'Edits stay in this tab; the answer follows them.',
  editedBeside: 'Edits stay in this tab. They come after the log, so the answer does not follow them.',
  noEditor: 'The editor did not load. A plain text field takes its place:',
  noMarks: 'no marks',
  notWritten: 'A key is not written here:',
  standsHere: 'stands here:',
  notActing: 'A value does not apply as it is written here:',
  together: 'One fix changes it together with line',
  fixAbove: 'The fix above does it too.',
  add: 'Add',
  and: 'and',
  change: 'Change',
  to: 'to',
  fixOne: 'Apply the fix',
  fixAll: 'Apply all fixes',
  done: 'Done.',
  fixedAll: 'All fixes are applied. Undo takes them back.',
  holdsAll: 'now holds the proposed values; nothing further is to change in it.',
  holdsSome: (/** @type {number} */ made, /** @type {number} */ all) => `now holds ${made} of ${all} proposed changes.`,
  writtenBefore: 'The log was written before that, so the answer still tells what happened under the old values.',
  editedAfter: 'was changed here.',
  inForce: 'The log was written with these values',
  wasInForce: 'When the log was written:',
  asChanged: 'As it is written now:',
  thenRollOut: 'Roll it out in the order below, and paste a later log to see the effect.',
  inFile: 'in the file now',
  keptAlike: 'Kept:',
  ask: 'Why does etcd keep changing leaders, and why does fleet time out?',
  fullReport: 'Full report',
  firstStep: 'First:',
  sendsNothing: 'Timing Advisor, sends nothing',
  promise:
    'Paste the logs and your configuration. You get the cause, the timing values that fit, what they cost, and a plain no when timing is not the cure.',
  privacy: [
    'Nothing leaves this tab.',
    'The advisor makes no request after it has loaded and stores nothing. It works offline.',
  ],
  placeholder:
    'Paste a log or a configuration here; paste again to add another.\n\nNov 22 06:23:55 core-03 etcd2[612]: failed to send out heartbeat on time (deadline exceeded for 1.40s)\nNov 22 06:24:41 core-01 fleetd[615]: ERROR reconcile.go:120: Failed fetching Units from Registry: …',
  pasteMore: 'Paste or drop more here',
  box: 'Log or configuration',
  choose: 'Choose files',
  drop: 'or drop files or a folder here: logs, .gz, .tar, any size',
  dropNow: 'Drop to read. The files stay on this machine.',
  examples: 'Or look at an example',
  where: 'Where to get it',
  whereWhy: 'On each machine. One hour around the trouble is best; all members tell more than one.',
  whereCommands: {
    // A unit may be called etcd, etcd2 or etcd-member; what has no unit of the name is passed over (man journalctl: -u).
    'systemd, CoreOS': "journalctl -u 'etcd*' -u fleet --since -1h --no-pager -o short-precise > $(hostname).journal",
    Kubernetes: 'kubectl -n kube-system logs --since 1h --timestamps etcd-$(hostname) > $(hostname).log',
    // The API answers only while etcd does. The kubelet keeps the logs of a pod there, also of containers that ended
    // (pkg/kubelet/kuberuntime/helpers.go, `BuildPodLogsDirectory`; docs.rke2.io/reference/logging).
    'Kubernetes, API down': 'sudo cat /var/log/pods/kube-system_etcd-*/etcd/*.log > $(hostname).log',
    // Each row carries its pod's name, so one file holds all members; of pods chosen by a label kubectl gives ten rows without
    // --tail (kubernetes.io: kubectl logs).
    'OpenShift, all members':
      'oc -n openshift-etcd logs -l app=etcd -c etcd --prefix --timestamps --since 1h --tail=-1 > etcd.log',
    k3s: 'journalctl -u k3s --since -1h --no-pager -o short-precise > $(hostname).journal',
  },
  whereConfig:
    'Your configuration: the cloud-config of the machine, an environment file, or /etc/kubernetes/manifests/etcd.yaml. Templates work too.',
  unfold: 'Evidence and roll-out',
  otherInput: 'Other input',
  read: 'Read',
  engineFault: 'The advisor itself failed, and this input got no answer. Change the input or try again.',
  engineMissing:
    'The engine did not load, so nothing can be analysed. Load the page again; if that does not help, this browser may be too old for WebAssembly.',
  noWasm:
    "The page around the advisor does not allow WebAssembly: its Content-Security-Policy needs 'wasm-unsafe-eval' in script-src.",
  noFetch:
    'The engine could not be fetched. See whether this machine is online, and try again; what you pasted stays in this tab. For whoever runs this page: the engine lies beside the script, or where the attribute engine says; a Content-Security-Policy needs its origin in connect-src.',
  notRead: 'not read',
  notReadYet: 'not read yet',
  stopped: 'Stopped early: the rest was not read.',
  broken: 'Cut off: a packed file was read as far as it goes.',
  toldNothing: (/** @type {string} */ names) => `${names} told nothing.`,
  nextMark: 'Next mark',
};

/** @type {Record<string, string>} */
export const SEVERITY = { critical: 'Critical', warning: 'Warning', info: 'Note', ok: 'Fine' };

/** @type {Record<string, { words: string, icon: 'ok' | 'no' | 'info', tone: string }>} */
export const TIMING = {
  remedy: { words: 'Timing is the remedy', icon: 'ok', tone: 'okc' },
  partly: { words: 'Timing helps in part', icon: 'ok', tone: 'okc' },
  'not-the-remedy': { words: 'Timing is not the remedy', icon: 'no', tone: '' },
  undecided: { words: 'Not clear whether timing is at fault', icon: 'info', tone: 'info' },
  'none-needed': { words: 'No change of timing needed', icon: 'ok', tone: 'okc' },
};

/**
 * Of a configuration alone nothing shows whether it fits.
 *
 * @param {Pick<import('./types.js').Report, 'verdict' | 'documents'>} report
 */
export function timingOf({ verdict, documents }) {
  const alone = documents.some(({ kind }) => kind === 'configuration') && documents.every(({ kind }) => kind !== 'log');
  return alone && verdict.timing === 'none-needed'
    ? { words: 'Whether it fits is not clear without a log', icon: /** @type {const} */ ('info'), tone: 'info' }
    : TIMING[verdict.timing];
}

/** @type {Record<string, string>} */
export const CONFIDENCE = { high: 'sure', medium: 'likely', low: 'unclear' };

/** Of a value, after "How sure:". @type {Record<string, string>} */
export const HOW_SURE = { high: 'very', medium: 'fairly', low: 'not very' };

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
  'presence-lost': 'presence given up',
  'unit-moved': 'unit taken away',
};

/**
 * Assumptions the reader may correct; those of fleet only where something speaks of it.
 *
 * @type {{ id: string, label: string, is: 'count' | 'time' | 'version', fleet?: boolean }[]}
 */
export const ASSUMPTIONS = [
  { id: 'members', label: 'etcd members', is: 'count' },
  { id: 'peerRttMs', label: 'Round trip, ms', is: 'time' },
  { id: 'machines', label: 'Machines with fleet', is: 'count', fleet: true },
  { id: 'units', label: 'Units in the cluster', is: 'count', fleet: true },
  { id: 'etcdVersion', label: 'etcd version', is: 'version' },
  { id: 'fleetVersion', label: 'fleet version', is: 'version', fleet: true },
];

/** `12,345`. A browser's own way loads its tables of languages first, for half as long as an answer is drawn. @param {number} count */
export function grouped(count) {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 line`, `2 lines`. @param {number} count @param {string} word */
export function plural(count, word) {
  return `${grouped(count)}\u00a0${word}${count === 1 ? '' : 's'}`;
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)}\u00a0kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(0)}\u00a0MB`;
  return `${(bytes / 1e9).toFixed(1)}\u00a0GB`;
}

/** How much was read. A line may hold many messages, as where a form joined them. @param {number} read @param {number} lines */
export function readOf(read, lines) {
  return read > lines
    ? `${plural(read, 'message')} in ${plural(lines, 'line')}`
    : `${grouped(read)} of ${plural(lines, 'line')}`;
}

/** `a`, `a and b`, `a, b and c`. @param {string[]} names */
export function listed(names) {
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} ${WORDS.and} ${names[names.length - 1]}` : names.join('');
}

/** The same, and the number of documents where their names would be a list. @param {string[]} names */
export function documentsNamed(names) {
  return names.length > 3 ? plural(names.length, 'document') : listed(withinFolder(names));
}

/** Paths without the folders that hold all of them. @param {string[]} names */
function withinFolder(names) {
  const [first, ...others] = names;
  if (others.length === 0) return names;
  let folder = first.replace(/[^/]*$/, '');
  while (!others.every((name) => name.startsWith(folder))) folder = folder.replace(/[^/]*\/$/, '');
  return names.map((name) => name.slice(folder.length));
}

/** Whether it is the name of a text that was given none: the page numbers them, and so does the engine. @param {string} name */
export function isUnnamed(name) {
  return name.startsWith(SOURCE.unnamed) && /^ ?\d*$/.test(name.slice(SOURCE.unnamed.length));
}

/** A name as a shell takes it. @param {string} name */
function quoted(name) {
  return /^[\w./@%+=:,-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

/** What to say of files that give no text, once for all of a kind. @param {import('./types.js').Unread[]} files */
export function notRead(files) {
  const kinds = [
    files.filter(({ gzip }) => gzip),
    files.filter(({ gzip, journal }) => !gzip && !journal),
    files.filter(({ journal }) => journal),
  ];
  const printed = `journalctl ${kinds[2].map(({ name }) => `--file ${quoted(name)}`).join(' ')} -o short-precise`;
  const says = [
    [
      'It is cut off, or is not a gzip file. Copy it again, or unpack it with gunzip and drop the text.',
      'They are cut off, or are not gzip files. Copy them again, or unpack them with gunzip and drop the texts.',
    ],
    [
      'It may have been moved or changed, or is a folder. Choose the file again.',
      'They may have been moved or changed, or are folders. Choose the files again.',
    ],
    [
      `It is a journal as systemd keeps it, which is no text. Drop or paste what this prints: ${printed}`,
      `They are journals as systemd keeps them, which are no texts. Drop or paste what this prints: ${printed}`,
    ],
  ];
  return kinds.flatMap((some, kind) => {
    if (some.length === 0) return [];
    return `${listed(some.map(({ name }) => name))} could not be read. ${says[kind][some.length > 1 ? 1 : 0]}`;
  });
}

export const THEMES = [
  ['', 'Theme: auto'],
  ['light', 'Theme: light'],
  ['dark', 'Theme: dark'],
];

/** Counts of a log that is still being read. @type {Record<string, string>} */
export const SIGNS = {
  'late-heartbeat': 'Late heartbeats',
  'leader-change': 'New leaders',
  'lease-lost': 'Engine leases lost',
  'fleet-error': 'fleet requests that failed',
  'slow-disk': 'Slow disk writes',
  'presence-lost': 'Machines lost to fleet',
  'unit-moved': 'Units taken from a machine',
};

/** While files are read. */
export const PROGRESS = {
  enough: 'Stop and use what was read',
  cancel: 'Cancel',
  files: 'Files',
  seen: 'Seen so far',
  seenRemark: 'Counts only. The verdict waits for the last line: the end of a log can change it.',
  columns: ['Sign', 'Lines'],
  fileColumns: ['File', 'Size', 'State'],
  states: ['read', 'being read', 'waiting'],
  inPieces:
    'Read in pieces and not kept, so memory stays small whatever the size. You can leave this tab; reading goes on.',
  title: (/** @type {string} */ name, /** @type {number} */ done, /** @type {number} */ total) =>
    `Reading ${name}: ${size(done)} of ${size(total)}`,
  left: (/** @type {number} */ seconds) =>
    `, about ${seconds < 60 ? plural(Math.max(1, Math.round(seconds)), 'second') : plural(Math.round(seconds / 60), 'minute')} left`,
  speed: (/** @type {number} */ bytes) => `, ${size(bytes)} per second`,
  lines: (/** @type {number} */ count) => `${plural(count, 'line')} so far`,
  file: (/** @type {number} */ number, /** @type {number} */ count) => `file ${number} of ${count}`,
};

/** What each parameter is, in one sentence. @type {Record<string, string>} */
export const MEANS = {
  'heartbeat-interval': 'How often a leader says that it lives.',
  'election-timeout': 'How long a follower waits for a word of the leader before it asks for an election.',
  'etcd-request-timeout': 'How long fleet waits for one answer of etcd.',
  'agent-ttl': 'How long a machine that is silent keeps its place in the cluster, and with it its units.',
  'engine-reconcile-interval': "How often fleet's engine compares what should run with what runs.",
};

export const VALUES = {
  columns: ['Parameter', 'Now', 'Proposed', 'Why', 'What it costs'],
  counts: ['None', 'One', 'Two', 'Three', 'Four', 'Five'],
  toChange: 'to change',
  toKeep: 'to keep',
  nothing: 'Nothing.',
  line: (/** @type {number} */ line) => `line\u00a0${line}`,
  show: (/** @type {string} */ place) => `${place}: show it in the text`,
  basis: (/** @type {string} */ basis, /** @type {string} */ sure) => `Basis: ${basis}. ${VALUES.howSure(sure)}`,
  howSure: (/** @type {string} */ sure) => `How sure: ${sure}.`,
  rowsSayWhy: 'The rows say why.',
  pairs: ['heartbeat / election', 'New leader, median', '99 in 100'],
  proposed: (/** @type {string} */ values) => (values ? `Proposed: ${values}.` : 'No change is proposed.'),
};

export const EVIDENCE = {
  onTimeLine: 'What the logs show. Choose a mark or a line to see it in the text.',
  lines: 'The lines behind each finding.',
  withoutLines: 'What was found. The lines behind it are not in the link.',
  what: 'What',
  why: 'Why it matters',
  whatToDo: 'What to do',
  rule: 'Rule',
  show: 'show in the text',
  showAt: (/** @type {number} */ line, /** @type {string} */ name) => `show in the text: line ${line} of ${name}`,
  showLine: (/** @type {number} */ line) => `${line}, show this line in the text`,
  more: (/** @type {number} */ lines) => `and ${plural(lines, 'more line')}`,
  marked: ', marked in the text',
  hidden: (/** @type {number} */ count) =>
    `${plural(count, 'finding')} outside this span ${count === 1 ? 'is' : 'are'} not shown.`,
  untimed: (/** @type {number} */ count) =>
    count === 1
      ? 'One finding is not on the time line: its lines carry no time.'
      : `${count} findings are not on the time line: their lines carry no time.`,
};

export const TIMELINE = {
  span: 'Span that is shown',
  from: 'From',
  to: 'to',
  whole: 'Whole span',
  inSpan: 'in this span',
  noTime: 'Write a time as 10:23:45, or with its day as 03-14 10:23.',
  noSpan: 'The span ends before it begins.',
  lead: 'leads',
  stall: 'stalled',
  table: 'Time line as a table',
  columns: ['Time', 'Host', 'What', 'Line'],
  clock: 'time as written in the logs',
  leads: (/** @type {string} */ until, /** @type {string} */ term) => `leads until ${until}, ${term}`,
  stalled: (/** @type {string} */ label) => `stalled, ${label}`,
  line: (/** @type {number} */ line) => `line ${line}`,
  first: (/** @type {number} */ shown, /** @type {number} */ all) =>
    `The first ${shown} of ${all} rows. Narrow the span to see the others.`,
  /** @param {{ hosts: number, from: string, to: string, leads: number, stalls: number, marks: number }} of */
  summary: ({ hosts, from, to, leads, stalls, marks }) =>
    `Time line of ${plural(hosts, 'host')} from ${from} to ${to}: ${plural(leads, 'span')} of leadership, ${plural(stalls, 'stall')}, ${plural(marks, 'mark')}. The table below has the same.`,
};

export const PATCH = {
  title: 'Patch',
  forms: 'Form of the values',
  copy: 'Copy',
  copyFile: 'Copy patched file',
  copySnippet: 'Copy snippet',
  diff: 'Diff',
  snippet: 'Snippet',
  command: 'Command',
  whyNone: 'Why none',
  noFile: 'No file can hold these values',
  mergeInto: (/** @type {string | undefined} */ name) => `To merge into ${name ?? 'your own file'} by hand`,
  changesIn: (/** @type {string} */ name) => `Changes in ${name}`,
  download: 'Download',
  unchanged: (/** @type {number} */ from, /** @type {number} */ to) =>
    from === to ? `line ${from} unchanged` : `lines ${from} to ${to} unchanged`,
};

export const MARKS = {
  proposed: (
    /** @type {string} */ name,
    /** @type {string} */ now,
    /** @type {string} */ where,
    /** @type {string} */ to,
  ) => `${name} is ${now} ${where}, ${to} proposed`,
  withoutIt: 'without it',
  inFile: (/** @type {string} */ file) => `in ${file}`,
  inForce: 'in force',
  lines: (/** @type {number[]} */ lines) =>
    lines.length > 1 ? `lines ${lines.slice(0, -1).join(', ')} and ${lines.at(-1)}` : `line ${lines[0]}`,
};

export const LIMITS = {
  allRead: (/** @type {number} */ unknown) =>
    unknown > 0
      ? `Everything was read; ${plural(unknown, 'line')} of no known form told nothing.`
      : 'Everything was read; nothing was left out.',
  saidAbove: 'The sentence under the headline says it.',
  stoppedEarly: (/** @type {string} */ name) =>
    `${name} was read only in part: you stopped it. The rest may change the answer.`,
  broken: (/** @type {string} */ name) =>
    `${name} is cut off or damaged, and was read up to there. The rest may change the answer.`,
};

/** What the page around the element says. */
export const SITE = {
  newer: 'A newer version of this page is ready. It is used when the page is next opened.',
  loadNow: 'Load it now',
  later: 'Later',
  holdsText: 'This page holds your text, and loading it again would lose it. Clear the input first.',
  example: 'The advisor holds your text, and the example would take its place.',
  openExample: 'Open the example',
  keepText: 'Keep my text',
};

export const DOCUMENTS = {
  columns: ['Document', 'Recognised as', 'Understood', 'Span'],
  actions: 'Actions',
  name: 'Name of the document',
  open: 'Open',
  remove: 'Remove',
  silent: (/** @type {number} */ count) => `${plural(count, 'document')} told nothing`,
  removeSilent: 'Remove what told nothing',
  first: (/** @type {number} */ shown, /** @type {number} */ all) => `The first ${shown} of ${grouped(all)} are shown.`,
};

export const EXPORT = {
  copyMarkdown: 'Copy report as Markdown',
  copied: 'Report copied.',
  markdown: 'Download Markdown',
  json: 'Download JSON',
  patch: 'Download .patch',
  annotated: 'Download annotated configuration',
  print: 'Print',
  columns: '| parameter | now | proposed | | why | what it costs |',
  stated: 'Stated by the reader, and not found in the input',
};

export const SHARE = {
  title: 'A link to this answer',
  carries:
    'It carries the verdict, the findings, the five timing values, what was measured and assumed, what to measure next, and the curve. Host names and addresses in it are replaced.',
  leaves:
    'It carries no log line, no configuration, no file name. The answer stands in the link itself, behind the #, which no browser sends to a server.',
  copy: 'Copy link',
  withTexts: 'With the texts, redacted',
  replaced: 'Replaced:',
  nothingReplaced: 'Nothing was found that had to be replaced.',
  look: 'Read it before you share it: only what a pattern recognises is replaced.',
  preview: 'What would be shared of',
  copyWithTexts: 'Copy link with these texts',
  copied: 'Link copied.',
  letters: 'characters.',
  tooLong: (/** @type {number} */ letters) =>
    `The link would have ${grouped(letters)} characters, and mail or chat would cut it. Share without texts, or send the Markdown report.`,
  tooLongToShow: 'are not shown, but would be in the link',
  came: 'This answer came in a link, without the texts behind it. It was not worked out here.',
  cameTexts:
    'These texts came in a link, redacted, and the answer was worked out here, from them. Names and addresses in them are invented: of a corrected file take only the changed lines.',
  own: 'Read your own logs',
};

export const WRONG = {
  title: 'This answer is wrong',
  what: 'Say what it should have been. You get one file with your texts, redacted, and what you say here. Attached to an issue of the project it becomes a test. Nothing is sent.',
  findings: 'Findings that should not be there',
  missing: 'Findings that are missing, by their ids in the rule book',
  timing: 'About timing it should say',
  right: 'what it says',
  about: 'What happened, as far as you know',
  look: 'Read the file before you pass it on: only what a pattern recognises is replaced.',
  save: 'Download the case',
  saved: (/** @type {string} */ name) => `Saved as ${name}. Read it, then attach it to an issue.`,
  noId: 'is not an id. An id looks like etcd-slow-disk; the rule book lists them.',
  nothingSaid:
    'Say first what is wrong: tick a finding, name a missing one, or choose what it should say about timing.',
  notHeld:
    'The texts were read in pieces and are not kept here. Paste the lines around the trouble as a new input, and see whether the answer is still wrong.',
};

export const SOURCE = {
  unnamed: 'pasted text',
  close: 'Close',
  line: 'Line',
  at: (/** @type {number} */ line, /** @type {number} */ number, /** @type {number} */ count) =>
    `Line ${line}, ${number} of ${count}`,
  marked: 'marked: ',
  previous: 'Previous marked line',
  next: 'Next marked line',
  around: 'around line',
  reading: 'Reading the part around the line.',
  packed: 'This file is packed and was read in pieces, so its text cannot be shown.',
  gone: 'The file can no longer be read. It was moved or changed.',
  tooMany: 'Only the first 800,000 lines are shown.',
  edit: 'Edit this text',
};

export const WHATIF = {
  remark: 'Move a limit or correct an assumption; the answer above follows.',
  fixed: 'What the answer assumes. Nothing can be moved here: the texts it was worked out from are not in the link.',
  noStall: (/** @type {boolean} */ some) =>
    `${some ? 'With this' : 'Without a'} stall to survive no leader loses its place, so no pair of values would gain anything.`,
  tableShows: 'The table shows what each costs when a leader really dies.',
  curveTwin: 'Curve as a table',
  costs: ['heartbeat / election', 'Failover, median', '99 in 100'],
  depose: 'Stalls that cost the lead',
  needless: 'Needless elections a day',
  columns: ['Assumption', 'Value', 'Where from'],
  budget: 'Failover budget',
  stall: 'Stall to survive',
  assumptions: 'Assumptions you can correct',
  assumed: 'Assumptions',
  costTwin: 'What each pair costs',
  model: 'A model of etcd\u2019s election timers, not a measurement of this cluster.',
  lines:
    'The solid line takes what is not known at its worst, the dashed one at its best. The stroke beside a point ends where 99 in 100 failovers have ended.',
  article:
    'The 2015 article is \u201cTuning fleet and etcd on CoreOS to avoid unit failures\u201d; it advises 600 and 6000 ms.',
  undo: 'back to what was found',
  notKnown: 'not known',
  stated: 'stated by you',
  points: { now: 'now', proposed: 'proposed', article: '2015 article' },
  sameAs: (/** @type {string} */ name) => `, as in the ${name}`,
  keepYours: 'yours, keep',
  perDay: 'needless elections per day',
  perStall: 'stalls that cost the leader its place',
  across: 'failover after the leader really dies: seconds, median',
  budgetLine: (/** @type {string} */ budget) => `budget ${budget}`,
  range: (/** @type {string | number} */ low, /** @type {string | number} */ high) => `${low} to ${high}`,
  picture: (/** @type {string} */ what, /** @type {string[]} */ points) =>
    `${what}, against failover time. ${points.join('. ')}. The table below has the same.`,
  refused: {
    count: 'Not taken: it has to be a whole number from 1 to 1,000,000.',
    time: 'Not taken: it has to be a number above 0, up to 1,000,000.',
    version: 'Not taken: it has to be a version such as 2.3.8.',
  },
  none: 'none',
};
