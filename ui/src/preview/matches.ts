/** Where a text holds what is searched for. */

/** Split a text where it holds `needle`, whatever the case: every second piece is a match. */
export function splitMatches(text: string, needle: string): string[] {
  if (!needle) return [text];
  const pieces: string[] = [];
  const [haystack, wanted] = [text.toLowerCase(), needle.toLowerCase()];
  // Some letters change their length with their case: then nothing can be marked.
  if (haystack.length !== text.length) return [text];
  let from = 0;
  for (let at = haystack.indexOf(wanted); at >= 0; at = haystack.indexOf(wanted, from)) {
    pieces.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  return [...pieces, text.slice(from)];
}
