// Keeps of the list those entries in which every typed word stands. `data-words` holds what an entry's
// page says beyond its title, so that a line of a log finds its rule.

const field = /** @type {HTMLInputElement} */ (document.getElementById('search'));
const found = /** @type {HTMLElement} */ (document.getElementById('found'));
const entries = [...document.querySelectorAll('.entry')].map((entry) => ({
  entry,
  text: `${entry.textContent} ${entry.getAttribute('data-words') ?? ''}`.toLowerCase(),
}));

field.addEventListener('input', () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { entry, text } of entries) {
    const fits = words.every((word) => text.includes(word));
    entry.toggleAttribute('hidden', !fits);
    shown += Number(fits);
  }
  found.textContent = words.length > 0 ? `${shown} of ${entries.length}` : '';
  if (shown === 0) found.textContent = 'Nothing has all these words. Fewer of them find more.';
});
