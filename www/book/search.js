// Filters the list of rules by every word typed.

const field = /** @type {HTMLInputElement} */ (document.getElementById('search'));
const rows = [...document.querySelectorAll('.list li')];
const found = /** @type {HTMLElement} */ (document.getElementById('found'));

field.addEventListener('input', () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const text = (row.textContent ?? '').toLowerCase();
    const fits = words.every((word) => text.includes(word));
    row.toggleAttribute('hidden', !fits);
    shown += Number(fits);
  }
  found.textContent = words.length > 0 ? `${shown} of ${rows.length}` : '';
});
