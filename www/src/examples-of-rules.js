// `#example=etcd-slow-disk/bad` opens an example of the rule book in the advisor.

/** @typedef {import('./app.js').TimingAdvisor} TimingAdvisor */

/**
 * Takes the example the address names, if it names one and nothing else was given yet.
 *
 * @param {TimingAdvisor} advisor
 */
export function openExample(advisor) {
  const open = async () => {
    const name = /^#example=([a-z0-9-]+\/(?:bad|healthy))$/.exec(location.hash)?.[1];
    if (!name || advisor.documents.length > 0) return;
    const answer = await fetch('rules/examples.json').catch(() => undefined);
    const documents = answer?.ok ? (await answer.json())[name] : undefined;
    if (documents && advisor.documents.length === 0) advisor.documents = documents;
  };
  window.addEventListener('hashchange', open);
  return open();
}
