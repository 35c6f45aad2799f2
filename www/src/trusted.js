// Where a page demands Trusted Types, one policy vouches for the advisor's own scripts and no other.

/** @type {{ createScriptURL: (address: string) => any } | undefined} */
let policy;

/**
 * Lets the address of the advisor's worker, or of its offline copy's keeper, pass as a script.
 * Throws where the page's `trusted-types` does not name `timing-advisor`.
 *
 * @param {string} address
 * @returns {string}
 */
export function scriptAddress(address) {
  policy ??= /** @type {any} */ (globalThis).trustedTypes?.createPolicy('timing-advisor', {
    createScriptURL: (/** @type {string} */ given) => {
      if (given.startsWith('blob:') || given === 'sw.js') return given;
      throw new TypeError('only the scripts of the advisor may be named here');
    },
  });
  return policy ? policy.createScriptURL(address) : address;
}
