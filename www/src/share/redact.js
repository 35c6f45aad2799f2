// Takes out of a text what nobody else should read, and leaves what the engine reads: its lines, its
// times, its keys. The same name gets the same stand-in in every text, so that who did what stays plain.

/** @typedef {{ kind: string, count: number }} Replaced */

/**
 * One pattern and its stand-in. Secrets go for good; names are numbered.
 *
 * @typedef {object} Rule
 * @property {string} kind in words, for the reader
 * @property {RegExp} find
 * @property {(match: RegExpExecArray, name: (kind: string, text: string) => number) => string} put
 */

const HOLE = 'REDACTED';

/** Keys whose value is a secret, as `key: value`, `key=value`, `"key": "value"` or `--key value`. */
const SECRET_KEY =
  'pass(?:word|wd|phrase)?(?:[-_]?hash)?|[\\w.-]*(?:secret|token|api[-_]?key|private[-_]?key|access[-_]?key|credential)s?';

/** From the most certain to the most general: what one took is not looked at again. @type {Rule[]} */
const RULES = [
  {
    kind: 'private keys',
    find: /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$(?![\s\S]))/g,
    // Line by line, so that every line keeps its number.
    put: ([text]) => text.replace(/[^\s].*/g, HOLE),
  },
  {
    kind: 'SSH keys',
    find: /\b(ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-[\w-]+|sk-[\w@.-]+) [A-Za-z0-9+/=]{16,}(?: [^\s"',]+)?/g,
    put: ([, type]) => `${type} ${HOLE}`,
  },
  { kind: 'password hashes', find: /\$(?:1|2[aby]?|5|6|y|argon2\w*)\$[^\s"',]+/g, put: () => HOLE },
  {
    kind: 'discovery tokens',
    find: /(https?:\/\/[^\s"'/]+\/)[0-9a-f]{32}\b/g,
    put: ([, address]) => `${address}${HOLE}`,
  },
  {
    kind: 'credentials in addresses',
    find: /([a-z][a-z0-9+.-]*:\/\/)[^\s/"'@]+@/gi,
    put: ([, scheme]) => `${scheme}${HOLE}@`,
  },
  {
    kind: 'tokens and passwords',
    find: /\b(authorization["']?\s*[:=]\s*["']?(?:bearer|basic)?\s*|(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}/gi,
    put: ([, key]) => `${key}${HOLE}`,
  },
  {
    kind: 'tokens and passwords',
    find: new RegExp(
      `((?:^|[^\\w])["']?(?:${SECRET_KEY})["']?(?:[ \\t]*[:=][ \\t]*|[ \\t]+(?=\\S+$)))(?!${HOLE})("[^"\\n]*"|'[^'\\n]*'|[^\\s,;&#{}]+)`,
      'gim',
    ),
    put: ([, key]) => `${key}${HOLE}`,
  },
  { kind: 'long keys', find: /\b(?:AKIA[A-Z0-9]{12,}|eyJ[\w-]{10,}\.[\w.-]+|gh[pousr]_\w{20,})\b/g, put: () => HOLE },
  {
    kind: 'mail addresses',
    // `web@1.service` is a unit of systemd.
    find: /\b[\w.+-]+@(?![\w.-]+\.(?:service|socket|timer|mount|path|target|slice|device|scope|swap)\b)[\w-]+(?:\.[\w-]+)+\b/g,
    put: ([text], name) => `user-${name('user', text)}@example.org`,
  },
  {
    kind: 'ids',
    find: /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
    put: ([text], name) => `00000000-0000-0000-0000-${hex(name('id', text), 12)}`,
  },
  // Members and machines of etcd and fleet. Without a letter it is a number, not an id.
  {
    kind: 'ids',
    find: /\b(?=[0-9a-f]*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{14,16})\b/g,
    put: ([text], name) => `a${hex(name('id', text), text.length - 1)}`,
  },
  {
    kind: 'addresses',
    find: /\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/gi,
    put: ([text], name) => `02:00:00:00:00:${hex(name('address', text) % 256, 2)}`,
  },
  {
    kind: 'addresses',
    find: /\b(?!(?:127\.|0\.0\.0\.0|255\.))(?:\d{1,3}\.){3}\d{1,3}\b/g,
    put: ([text], name) => {
      const number = name('address', text);
      return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
    },
  },
  {
    kind: 'addresses',
    find: /(?<![\w:.])(?=[0-9a-f:]*[a-f:]{2})(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4})+(?![\w:.])/gi,
    put: ([text], name) => `fd00::${name('address', text).toString(16)}`,
  },
];

const PLAIN_HOSTS = new Set(['localhost', 'discovery.etcd.io', 'example.com', 'example.org']);

/**
 * @param {{ name: string, text: string }[]} documents
 * @param {string[]} [hosts] names the report knows
 * @returns {{ documents: { name: string, text: string }[], replaced: Replaced[] }}
 */
export function redact(documents, hosts = []) {
  const { clean, replaced } = redactor([...hosts, ...documents.flatMap((doc) => hostsOf(doc.text))]);
  const cleaned = documents.map((doc) => ({ name: clean(doc.name), text: clean(doc.text) }));
  return { documents: cleaned, replaced: replaced() };
}

/**
 * What cleans one text after another, with the same stand-ins in all.
 *
 * @param {string[]} hosts
 * @param {string[]} [files] names of files that must not stay either
 */
export function redactor(hosts, files = []) {
  /** @type {Map<string, Map<string, number>>} */
  const names = new Map();
  /** @type {Map<string, number>} */
  const counts = new Map();
  const name = (/** @type {string} */ kind, /** @type {string} */ text) => {
    const known = names.get(kind) ?? new Map();
    names.set(kind, known);
    if (!known.has(text)) known.set(text, known.size + 1);
    return /** @type {number} */ (known.get(text));
  };
  const count = (/** @type {string} */ kind) => counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const found = new Set(hosts);
  for (const plain of PLAIN_HOSTS) found.delete(plain);
  const rules = [
    ...namesRule('file names', 'document', files),
    ...RULES,
    ...namesRule('host names', 'host', [...found]),
  ];
  const clean = (/** @type {string} */ text) => {
    let out = withoutFiles(text, () => count('contents of files'));
    for (const rule of rules) {
      out = out.replace(rule.find, (...parts) => {
        count(rule.kind);
        return rule.put(/** @type {any} */ (parts), name);
      });
    }
    return out;
  };
  return { clean, replaced: () => [...counts].map(([kind, count]) => ({ kind, count })) };
}

/** Hosts named by a journal, or in an address. @param {string} text */
export function hostsOf(text) {
  const found = new Set();
  const journal =
    /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?|\d{4}-\d\d-\d\dT\S+) ([\w.-]+) [\w./-]+(?:\[\d+\])?:/gm;
  for (const [, host] of text.matchAll(journal)) found.add(host);
  const address = /[a-z][a-z0-9+.-]*:\/\/(?:[^\s/"'@]+@)?([a-z][\w.-]*[a-z0-9])(?=[:/\s"',]|$)/gim;
  for (const [, host] of text.matchAll(address)) found.add(host);
  for (const [, host] of text.matchAll(/^\s*(?:hostname|"?_HOSTNAME"?|"host")\s*[:=]\s*"?([\w.-]+)/gim))
    found.add(host);
  for (const [host] of text.matchAll(/\b[\w-]+(?:\.[\w-]+)*\.(?:internal|local|lan|corp|intra|cluster)\b/gi))
    found.add(host);
  return [...found].map(String).filter((each) => /[a-z]/i.test(each) && each.length > 1);
}

/** @param {string} kind @param {string} stand how its stand-ins begin @param {string[]} given @returns {Rule[]} */
function namesRule(kind, stand, given) {
  if (given.length === 0) return [];
  // The longest first: a name that begins like another is not cut in two.
  const words = given.sort((a, b) => b.length - a.length).map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return [
    {
      kind,
      find: new RegExp(`(?<![\\w-])(?:${words.join('|')})(?![\\w-])`, 'g'),
      put: ([text], name) => `${stand}-${name(stand, text)}`,
    },
  ];
}

/**
 * `write_files` holds whole files. Their lines stay in number, so that line 33 stays line 33.
 *
 * @param {string} text
 * @param {() => void} found
 */
function withoutFiles(text, found) {
  let section = -1;
  let block = -1;
  return text.replace(/^.*$/gm, (line) => {
    const indent = line.search(/\S/);
    if (indent < 0) return line;
    if (block >= 0 && indent > block) return `${' '.repeat(indent)}${HOLE}`;
    block = -1;
    if (/^\s*["']?write[-_]files["']?\s*:/.test(line)) {
      section = indent;
      return line;
    }
    if (section >= 0 && indent <= section && !/^\s*-/.test(line)) section = -1;
    const content = section >= 0 && /^(\s*(?:-\s+)?)(content\s*:\s*)(.*)$/.exec(line);
    if (!content) return line;
    found();
    block = content[1].length;
    return /^[|>]/.test(content[3]) ? line : `${content[1]}${content[2]}${HOLE}`;
  });
}

/** @param {number} number @param {number} length */
function hex(number, length) {
  return number.toString(16).padStart(length, '0');
}
