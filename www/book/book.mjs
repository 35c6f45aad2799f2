// The rule book: a page for each finding, for each of the five parameters, and a field guide. The words of
// a rule come from the engine, and what a page shows of a case is what the engine says of it at this build.

import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GUIDE, GUIDE_SOURCES } from './guide.mjs';
import { PARAMETERS } from './parameters.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const CASES = join(here, '../../tests/rules');
const GROUPS = [
  ['etcd-', 'What etcd went through'],
  ['fleet-', 'What fleet went through'],
  ['client-', 'What clients were told'],
  ['host-', 'What the machines went through'],
  ['config-', 'What a configuration says'],
  ['unexplained-', 'What no other finding takes up'],
];
const KINDS = GROUPS.map(([prefix]) => prefix).join('|');
const RULE_LINK = new RegExp(`href="(?:\\.\\./)?(?:rules/)?((?:${KINDS})[a-z0-9-]+)\\.html"`, 'g');
const SEVERITY = { critical: 'Critical', warning: 'Warning', info: 'Note', ok: 'Fine' };
const SHOWN_LINES = 16;
const LEAD =
  'Every finding of the advisor: what it looks like, why it matters, what to do. Each example was read by the engine of this build, and the sentence beside a finding is what it says of that example.';
const SEARCH =
  '<p class="search"><label for="search">Search, also for words of a log line</label> <input id="search" type="search" autocomplete="off"> <span id="found" role="status"></span></p>';

/** @typedef {{ id: string, why: string, whatToDo: string, references: string[] }} Rule */
/** @typedef {{ name: string, text: string }} Doc */
/** @typedef {(input: { documents: Doc[] }) => Promise<any>} Analyze */
/** @typedef {{ rule: Rule, bad: Doc[], healthy: Doc[], finding: any, documents: any[] }} Entry */

/**
 * All pages by address, and the cases by name for `#example=`.
 *
 * @param {Rule[]} rules
 * @param {Analyze} analyze
 * @returns {Promise<Map<string, string>>}
 */
export async function book(rules, analyze) {
  const sorted = rules.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const entries = await Promise.all(sorted.map((rule) => entry(rule, analyze)));
  /** @type {Map<string, string>} */
  const pages = new Map();
  for (const each of entries) pages.set(`rules/${each.rule.id}.html`, page(each.rule.id, '../', rulePage(each)));
  pages.set('rules/index.html', page('Rule book', '../', index(entries)));
  pages.set('rules/search.js', await readFile(join(here, 'search.js'), 'utf8'));
  pages.set('rules/examples.json', JSON.stringify(examples(entries)));
  for (const each of PARAMETERS)
    pages.set(`parameters/${each.key}.html`, page(each.key, '../', parameterPage(each, entries)));
  pages.set('guide.html', page('Field guide', '', guide('')));
  return pages;
}

/**
 * The same texts as one piece, for the single file: every link stays within it, and the examples are data.
 *
 * @param {Map<string, string>} pages
 */
export function inOnePiece(pages) {
  const main = (/** @type {string} */ name) => {
    const [, html] = /<main>([^]*)<\/main>/.exec(pages.get(name) ?? '') ?? ['', ''];
    // Every heading stands two levels deeper: this is a part of a page.
    return html.replace(/<(\/?)h([12])\b/g, (_, end, level) => `<${end}h${Number(level) + 2}`);
  };
  const folded = (/** @type {string} */ id, /** @type {string} */ title, /** @type {string} */ name) =>
    `<details class="book-page entry" id="${id}"><summary>${title}</summary>${main(name)}</details>`;
  const articles = [...pages.keys()].flatMap((name) => {
    const [, folder, key] = /^(rule|parameter)s\/([a-z0-9-]+)\.html$/.exec(name) ?? [];
    return folder && key !== 'index' ? [folded(`${folder}-${key}`, key, name)] : [];
  });
  const local = (/** @type {string} */ html) =>
    html
      .replace(/<p class="crumb">[^]*?<\/p>/g, '')
      .replace(/href="\.\.\/#example=/g, 'href="#example=')
      .replace(RULE_LINK, 'href="#rule-$1"')
      .replace(/href="(?:\.\.\/)?parameters\/([a-z-]+)\.html"/g, 'href="#parameter-$1"');
  return `${local(`<section class="book" aria-labelledby="book-title">
<h2 id="book-title">Rule book</h2>
<p>${LEAD}</p>
${SEARCH}
${folded('guide', 'Field guide', 'guide.html')}
<div class="entries">
${articles.join('\n')}
</div>
</section>`)}
<script type="application/json" id="examples">${(pages.get('rules/examples.json') ?? '{}').replaceAll('<', '\\u003c')}</script>`;
}

/** @param {Rule} rule @param {Analyze} analyze @returns {Promise<Entry>} */
async function entry(rule, analyze) {
  const [bad, healthy] = [await documents(rule.id, 'bad'), await documents(rule.id, 'healthy')];
  const report = await analyze({ documents: bad });
  const finding = report.findings.find((/** @type {{ id: string }} */ each) => each.id === rule.id);
  if (!finding) throw new Error(`tests/rules/${rule.id}: the bad case does not give this finding`);
  return { rule, bad, healthy, finding, documents: report.documents };
}

/** @param {string} id @param {string} kind @returns {Promise<Doc[]>} */
async function documents(id, kind) {
  const files = (await readdir(join(CASES, id))).filter((name) => name.startsWith(kind)).sort();
  if (files.length === 0) throw new Error(`tests/rules/${id} has no ${kind} case`);
  return Promise.all(files.map(async (name) => ({ name, text: await readFile(join(CASES, id, name), 'utf8') })));
}

/** @param {Entry[]} entries */
function examples(entries) {
  return Object.fromEntries(
    entries.flatMap(({ rule, bad, healthy }) => [
      [`${rule.id}/bad`, bad],
      [`${rule.id}/healthy`, healthy],
    ]),
  );
}

/** @param {Entry} entry */
function rulePage({ rule, bad, healthy, finding, documents: read }) {
  const [, about] = GROUPS.find(([prefix]) => rule.id.startsWith(prefix)) ?? ['', ''];
  return `
<p class="crumb"><a href="index.html">Rule book</a> · ${about}</p>
<h1>${rule.id}</h1>
<p class="lead"><b class="${finding.severity}">${severity(finding)}.</b> ${text(finding.title)}.</p>
<h2>What it looks like</h2>
${bad.map((doc, at) => excerpt(doc, lines(finding, read[at]?.id))).join('')}
<p>${text(finding.what)}</p>
<p class="try"><a href="../#example=${rule.id}/bad">Open this example in the advisor</a></p>
<h2>Why it matters</h2>
<p>${text(rule.why)}</p>
<h2>What to do</h2>
<p>${text(rule.whatToDo)}</p>
<h2>What looks alike and is fine</h2>
${healthy.map((doc) => excerpt(doc, new Set())).join('')}
${rule.references.length > 0 ? sourceList(rule.references) : ''}
${finding.parameters.length > 0 ? `<p>It concerns ${finding.parameters.map(parameterLink).join(' and ')}.</p>` : ''}`;
}

/** @param {string[]} sources */
function sourceList(sources) {
  const lab = sources.some((each) => each.startsWith('lab:')) ? '<p>lab: measured on real clusters.</p>' : '';
  return `<h2>Sources</h2><ul>${sources.map((each) => `<li><code>${text(each)}</code></li>`).join('')}</ul>${lab}`;
}

/** @param {any} finding @param {string} document @returns {Set<number>} */
function lines(finding, document) {
  return new Set(
    finding.evidence
      .filter((/** @type {any} */ each) => each.document === document)
      .map((/** @type {any} */ each) => each.line),
  );
}

/** @param {Doc} doc @param {Set<number>} marked */
function excerpt(doc, marked) {
  const all = doc.text.replace(/\n$/, '').split('\n');
  const rows = all.slice(0, SHOWN_LINES).map((line, at) => [marked.has(at + 1) ? 'mark' : 'span', text(line) || ' ']);
  if (all.length > SHOWN_LINES) rows.push(['span', `… ${all.length - SHOWN_LINES} more lines`]);
  // Each line is an element: where it wraps, it is seen where the next one begins.
  const shown = rows.map(([tag, line]) => `<${tag}>${line}\n</${tag}>`).join('');
  return `<pre role="group" aria-label="${doc.name}">${shown}</pre>`;
}

/** @param {string} id */
function parameterLink(id) {
  const key = id.replace(/^\w+\./, '');
  return `<a href="../parameters/${key}.html">${key}</a>`;
}

/** @param {Entry[]} entries */
function index(entries) {
  const group = (/** @type {string} */ title, /** @type {string[]} */ rows) =>
    `<section><h2>${title}</h2><ul class="list">${rows.join('')}</ul></section>`;
  const row = (/** @type {string} */ href, /** @type {string} */ html, /** @type {string} */ words) =>
    `<li class="entry" data-words="${words}"><a href="${href}">${html}</li>`;
  const rules = GROUPS.map(([prefix, title]) =>
    group(
      title,
      entries
        .filter(({ rule }) => rule.id.startsWith(prefix))
        .map(({ rule, bad, finding }) =>
          row(
            `${rule.id}.html`,
            `${rule.id}</a> <b class="${finding.severity}">${severity(finding)}</b><br>${text(finding.title)}.`,
            text([finding.what, rule.why, rule.whatToDo, ...bad.map((doc) => doc.text)].join(' ').replace(/\s+/g, ' ')),
          ),
        ),
    ),
  );
  const parameters = PARAMETERS.map((each) =>
    row(`../parameters/${each.key}.html`, `${each.key}</a><br>${each.lead}`, text(words(parameterPage(each, [])))),
  );
  const questions = GUIDE.map(({ id, title, html }) => row(`../guide.html#${id}`, `${title}</a>`, text(words(html))));
  return `
<h1>Rule book</h1>
<p class="lead">${LEAD}</p>
${SEARCH}
${group('What people ask', questions)}
${rules.join('')}
${group('The five parameters', parameters)}
<script type="module" src="search.js"></script>`;
}

/** The text of some HTML. @param {string} html */
function words(html) {
  return html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

/** @param {{ severity: string }} finding */
function severity(finding) {
  return SEVERITY[/** @type {keyof typeof SEVERITY} */ (finding.severity)];
}

/** @param {typeof PARAMETERS[number]} parameter @param {Entry[]} entries */
function parameterPage({ key, daemon, lead, unit, defaults, spellings, bounds, does, raising, sources }, entries) {
  const about = entries.filter(({ finding }) => finding.parameters.includes(`${daemon}.${key}`));
  const row = ([name, value]) => `<tr><th scope="row">${name}</th><td>${value}</td></tr>`;
  const table = (caption, head, rows) =>
    `<table><caption>${caption}</caption><thead><tr>${head.map((each) => `<th scope="col">${each}</th>`).join('')}</tr></thead><tbody>${rows.map(row).join('')}</tbody></table>`;
  return `
<p class="crumb"><a href="../rules/index.html">Rule book</a> · ${daemon}</p>
<h1>${key}</h1>
<p class="lead">${lead}</p>
<p>Unit: ${unit}</p>
${table('Default', ['Version', 'Value'], defaults)}
${table('How it is written', ['Where', 'As'], spellings)}
<h2>Bounds</h2>
<p>What has no mark was read in the sources below.</p>
<ul>${bounds.map((each) => `<li>${each}</li>`).join('')}</ul>
<h2>What ${daemon} does with it</h2>
${does.map((each) => `<p>${each}</p>`).join('')}
<h2>What a higher value costs</h2>
<p>${raising}</p>
<h2>Findings that bear on it</h2>
<ul class="list">${about.map(({ rule }) => `<li><a href="../rules/${rule.id}.html">${rule.id}</a></li>`).join('')}</ul>
${sourceList(sources)}`;
}

/** @param {string} up */
function guide(up) {
  return `
<h1>Field guide</h1>
<p class="lead">What people ask when etcd and fleet misbehave on loaded machines, and where to look first.</p>
<ol class="list">${GUIDE.map(({ id, title }) => `<li><a href="#${id}">${title}</a></li>`).join('')}</ol>
${GUIDE.map(({ id, title, html }) => `<h2 id="${id}">${title}</h2>${html.replaceAll('RULES/', `${up}rules/`).replaceAll('PARAMETERS/', `${up}parameters/`)}`).join('\n')}
${sourceList(GUIDE_SOURCES)}`;
}

/** @param {string} title @param {string} up the way to the folder of the page @param {string} main */
function page(title, up, main) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<title>${title} · Timing Advisor</title>
<link rel="icon" href="${up}icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${up}book.css">
</head>
<body>
<header><nav aria-label="Timing Advisor"><a class="brand" href="${up || './'}">Timing Advisor</a> <a href="${up}rules/index.html">Rule book</a> <a href="${up}guide.html">Field guide</a></nav></header>
<main>${main}</main>
</body>
</html>
`;
}

/** @param {string} given */
function text(given) {
  return given.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
