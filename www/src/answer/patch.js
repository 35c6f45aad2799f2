// The corrected file beside the values: diff, other forms, copy, download.

import { h, heading } from '../dom.js';
import { EXPORT, FORM, isUnnamed, PATCH, WORDS } from '../strings.js';

/** @typedef {import('../types.js').Report} Report */
/** @typedef {import('../types.js').Actions} Actions */
/** @typedef {{ id: string, label: string, file: string, body: Node | null, buttons: Node[], note?: string }} Pane */

/**
 * @param {Report} report
 * @param {Actions} actions
 * @param {string} [changed] name of a document that the reader changed by hand, of which the patch knows nothing
 */
export function patchPanel(report, actions, changed) {
  const panes = [...patchPanes(report, actions), ...formPanes(report, actions)];
  if (panes.length === 0) return null;
  const box = h('div', { class: 'patch' });
  const about = h('p', { class: 'q s about' });
  const body = h('div', { class: 'pane' });
  /** @param {Pane} pane */
  const choose = (pane) => {
    about.textContent = pane.file;
    body.replaceChildren(
      ...(pane.body ? [pane.body] : []),
      ...(pane.buttons.length > 0 ? [h('div', { class: 'foot' }, pane.buttons)] : []),
      ...(pane.note ? [h('p', { class: 'note' }, pane.note)] : []),
    );
  };
  box.append(
    h(
      'fieldset',
      { class: 'tabs' },
      h('legend', { class: 'vh' }, PATCH.forms),
      panes.map((pane, index) =>
        h(
          'label',
          null,
          h('input', {
            type: 'radio',
            name: 'patch-form',
            id: `form-${pane.id}`,
            checked: index === 0,
            onchange: () => choose(pane),
          }),
          pane.label,
        ),
      ),
    ),
    body,
  );
  choose(panes[0]);
  return h(
    'div',
    { id: 'patch' },
    heading('patch-title', PATCH.title),
    about,
    box,
    h(
      'p',
      { class: 'q s after' },
      changed && `${WORDS.withoutChanges(changed)} `,
      `${WORDS.keepsOld} `,
      report.rollout.length > 0 &&
        h('button', { class: 'link', type: 'button', onclick: () => actions.jump('rollout') }, WORDS.thisOrder),
    ),
  );
}

/**
 * What a snippet would be called: a cloud-config, k3s' file, a manifest or its arguments, those of an installer, or variables.
 * @param {string | null | undefined} text
 */
function nameOfSnippet(text) {
  if (!text || text.startsWith('#cloud-config')) return 'cloud-config.yaml';
  if (text.startsWith('etcd-arg:')) return 'config.yaml';
  return isOfPod(text) || /^[a-z-]+: /.test(text) ? 'etcd.yaml' : 'etcd.env';
}

/** @param {string | null | undefined} text */
const isOfPod = (text) => /^(\s*- --|(apiVersion|kind):)/m.test(text ?? '');

/**
 * The name that a document was given; one that was pasted and is known by its content has that of a file of its kind.
 * @param {string} given
 * @param {string | null | undefined} text
 */
export function nameOf(given, text) {
  const known = text?.startsWith('#cloud-config') || isOfPod(text);
  return given === '' || (isUnnamed(given) && known) ? nameOfSnippet(text) : given;
}

/** Whether the values are there alone, as no file could be corrected. @param {Report['patches'][number]} patch */
function isSnippet({ document, disposition }) {
  return document === undefined || document === null || disposition === 'refused';
}

/**
 * Where a patch goes, in words; `known` is the name of the document that it is for.
 *
 * @param {Report['patches'][number]} patch
 * @param {string | undefined} known
 * @param {string} name
 */
function fileOf(patch, known, name) {
  if (!patch.text && !known) return PATCH.noFile;
  return isSnippet(patch) ? PATCH.mergeInto(known) : `${name}${changed(patch)}`;
}

/** @param {Report['patches'][number]} patch */
export function copyLabel(patch) {
  return isSnippet(patch) ? PATCH.copySnippet : PATCH.copyFile;
}

/**
 * The diff with the file's own name, as `git apply` and `patch -p1` take it.
 *
 * @param {Report['patches'][number]} patch
 * @param {Report} report
 */
export function diffOf({ diff, document, text }, report) {
  const given = report.documents.find((each) => each.id === document)?.name ?? '';
  const name = nameOf(given, text).replace(/^[./\\]+|\p{Cc}/gu, '');
  // Where a name has a blank, a tab ends it, as in the diffs of git and GNU.
  const end = name.includes(' ') ? '\t' : '';
  return diff?.replace('--- before\n+++ after\n', () => `--- a/${name}${end}\n+++ b/${name}${end}\n`);
}

/**
 * @param {Report} report
 * @param {Actions} actions
 * @returns {Pane[]}
 */
function patchPanes(report, actions) {
  return report.patches.map((patch, index) => {
    const doc = report.documents.find((each) => each.id === patch.document);
    const name = nameOf(doc?.name ?? '', patch.text);
    const text = patch.text;
    const snippet = isSnippet(patch);
    // What no file can hold is set by a command, if at all: the roll-out has the same words as a step.
    const instead = text ? undefined : report.rollout.find((step) => step.effect && step.text === patch.reason);
    const command = instead?.commands[0];
    const several = report.patches.length > 1;
    const take = (/** @type {string} */ taken) =>
      actions.taken({ document: patch.document ?? null, name, form: 'patch', text: taken });
    return {
      id: `patch-${index}`,
      label: several ? name : !text ? (command ? PATCH.command : PATCH.whyNone) : snippet ? PATCH.snippet : PATCH.diff,
      file: fileOf(patch, doc && name, name),
      note: patch.reason ?? undefined,
      body: patch.diff ? diffView(patch.diff, name) : (text ?? command) ? plain(text ?? command ?? '', name) : null,
      buttons: [
        command
          ? h(
              'button',
              {
                class: 'pri',
                type: 'button',
                id: `copy-patch-${index}`,
                onclick: (/** @type {Event} */ event) => actions.copy(command, WORDS.copied, event),
              },
              PATCH.copy,
            )
          : null,
        text !== undefined && text !== null
          ? h(
              'button',
              {
                class: 'pri',
                type: 'button',
                id: `copy-patch-${index}`,
                onclick: (/** @type {Event} */ event) => {
                  actions.copy(text, WORDS.copied, event);
                  take(text);
                },
              },
              copyLabel(patch),
            )
          : null,
        patch.diff
          ? h(
              'button',
              {
                type: 'button',
                onclick: () => actions.download(`${name}.patch`, diffOf(patch, report) ?? '', 'text/x-diff'),
              },
              EXPORT.patch,
            )
          : null,
        text && !patch.diff
          ? h(
              'button',
              {
                type: 'button',
                onclick: () => {
                  actions.download(name, text);
                  take(text);
                },
              },
              PATCH.download,
            )
          : null,
      ].filter((button) => button !== null),
    };
  });
}

/**
 * How many lines go and come, and that the engine has read both texts again, where it could.
 * @param {Report['patches'][number]} patch
 */
function changed({ diff, disposition }) {
  if (!diff) return '';
  const lines = diff.split('\n').slice(2);
  const count = (/** @type {string} */ sign) => lines.filter((line) => line.startsWith(sign)).length;
  const counts = `, +${count('+')} \u2212${count('-')}.`;
  return disposition === 'safe' ? `${counts} ${WORDS.checked}` : counts;
}

/**
 * @param {Report} report
 * @param {Actions} actions
 * @returns {Pane[]}
 */
function formPanes(report, actions) {
  // What a patch holds already is not offered once more.
  const shown = report.alternatives.filter(
    (each) =>
      (each.form !== 'cloud-config' || report.patches.length === 0) &&
      report.patches.every((patch) => patch.text !== each.text),
  );
  const forms = [...new Set(shown.map((each) => each.form))];
  return forms.map((form, index) => {
    const files = shown.filter((each) => each.form === form);
    return {
      id: `form-${index}`,
      label: FORM[form] ?? form,
      file: files.map((each) => each.file).join(', '),
      body: h(
        'div',
        null,
        files.map((each) => [
          files.length > 1 && h('p', { class: 'q s file' }, each.file),
          plain(each.text, each.file),
        ]),
      ),
      buttons: files.map((each) =>
        h(
          'button',
          {
            class: files.length === 1 ? 'pri' : '',
            type: 'button',
            onclick: (/** @type {Event} */ event) => {
              actions.copy(each.text, WORDS.copied, event);
              actions.taken({ document: null, name: each.file, form, text: each.text });
            },
          },
          files.length === 1 ? PATCH.copy : `${PATCH.copy} ${each.file.split('/').pop()}`,
        ),
      ),
    };
  });
}

/**
 * @param {string} text
 * @param {string} label
 */
function plain(text, label) {
  return h('pre', { class: 'plain', tabindex: 0, role: 'group', 'aria-label': label }, text);
}

/**
 * @param {string} diff unified
 * @param {string} label
 */
function diffView(diff, label) {
  let before = 0;
  let after = 0;
  const rows = [];
  for (const line of diff.replace(/\n$/, '').split('\n')) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
    if (hunk) {
      if (before > 0 && Number(hunk[1]) > before) rows.push(fold(before, Number(hunk[1]) - 1));
      else if (before === 0 && Number(hunk[1]) > 1) rows.push(fold(1, Number(hunk[1]) - 1));
      before = Number(hunk[1]) || 1;
      after = Number(hunk[2]) || 1;
    } else if (before > 0 && line.startsWith('-')) rows.push(row('del', before++, '', '-', line.slice(1)));
    else if (before > 0 && line.startsWith('+')) rows.push(row('add', '', after++, '+', line.slice(1)));
    else if (before > 0 && !line.startsWith('\\')) rows.push(row('', before++, after++, '', line.slice(1)));
  }
  return h('div', { class: 'code', tabindex: 0, role: 'group', 'aria-label': PATCH.changesIn(label) }, rows);
}

/**
 * @param {number} from
 * @param {number} to
 */
function fold(from, to) {
  return h('div', { class: 'fold' }, PATCH.unchanged(from, to));
}

/**
 * @param {string} kind
 * @param {number | string} before
 * @param {number | string} after
 * @param {string} sign
 * @param {string} text
 */
function row(kind, before, after, sign, text) {
  const spoken = kind === 'add' ? 'added: ' : kind === 'del' ? 'removed: ' : '';
  return h(
    'div',
    { class: `l ${kind}` },
    // Where both texts have the line, one number is enough to hear.
    h('span', { class: 'n', 'aria-hidden': after === '' ? undefined : 'true' }, before),
    h('span', { class: 'n' }, after),
    h('span', { class: 'g', 'aria-hidden': 'true' }, sign),
    spoken && h('span', { class: 'vh' }, spoken),
    h('span', { class: 't', translate: 'no' }, text.replace(/\r$/, '') || ' '),
  );
}
