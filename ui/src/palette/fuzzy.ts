/** Finding names by some of their letters. */

/** How well a name fits a text: 2 if it holds every word, 1 if it holds the letters of each word in order, else 0. */
export function rateFit(text: string, name: string): number {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const letters = name.toLowerCase();
  if (words.every((word) => letters.includes(word))) return 2;
  return words.every((word) => hasInOrder(letters, word)) ? 1 : 0;
}

function hasInOrder(letters: string, word: string): boolean {
  let at = -1;
  for (const letter of word) {
    at = letters.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/** Return the items whose name fits, the better first, otherwise in their order. */
export function fitting<T>(items: readonly T[], text: string, nameOf: (item: T) => string): T[] {
  const rated = items.map((item) => ({ item, fit: rateFit(text, nameOf(item)) })).filter(({ fit }) => fit > 0);
  return rated.sort((a, b) => b.fit - a.fit).map(({ item }) => item);
}
