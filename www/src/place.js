// Where the focus is, so that it is found again in what is drawn anew.

const REACHED = 'a[href], button, input, select, summary, textarea, [tabindex]';

/**
 * Most of what can be pressed has no id of its own: it is told by the nearest one around it, and by its words there.
 *
 * @param {ShadowRoot} root
 * @returns {(how?: FocusOptions) => boolean} leads the focus back, and tells whether there was a way
 */
export function keepFocus(root) {
  const focused = /** @type {HTMLElement | null} */ (root.activeElement);
  if (!focused) return () => false;
  const around = idsAround(focused);
  const words = wordsOf(focused);
  const alike = (/** @type {HTMLElement} */ each) => each.localName === focused.localName && wordsOf(each) === words;
  const there = within(root, around[0]);
  const [place, turn] = [there.indexOf(focused), there.filter(alike).indexOf(focused)];
  const again = () => {
    if (focused.isConnected) return focused;
    const id = [focused.id, ...around].find((each) => each && root.getElementById(each));
    if (id && id === focused.id) return root.getElementById(id);
    const all = within(root, id);
    if (id !== around[0]) return all[0];
    // What it says may have changed with the answer; its place is the same then.
    return all.filter(alike)[turn] ?? all[place] ?? all[0];
  };
  return (how) => {
    const element = again();
    if (element && root.activeElement !== element) element.focus(how);
    return element != null;
  };
}

/** From the nearest on. @param {Element} element */
function idsAround(element) {
  const ids = [];
  for (let each = element.parentElement; each; each = each.parentElement) if (each.id) ids.push(each.id);
  return ids;
}

/** @param {ShadowRoot} root @param {string | undefined} id of all, without one */
function within(root, id) {
  const all = (id && root.getElementById(id)) || root;
  return /** @type {HTMLElement[]} */ ([...all.querySelectorAll(REACHED)]);
}

/** @param {Element} element */
function wordsOf(element) {
  return element.getAttribute('aria-label') ?? element.textContent;
}
