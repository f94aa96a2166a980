/** The candidate with the fewest edits from the word, if they are at most a third of its letters (at least two). */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  let fewest = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (edits < fewest) {
      best = candidate
      fewest = edits
    }
  }
  return best
}

/** Insertions, deletions and substitutions that turn one word into the other (Levenshtein 1966). */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const substituted = row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1)
      next.push(Math.min(substituted, row[j] + 1, next[j - 1] + 1))
    }
    row = next
  }
  return row[other.length]
}

/** `Did you mean mlp? ` or nothing, as for what is no word: callers in plain JavaScript may give anything. */
export function suggestion(word: unknown, candidates: readonly string[]): string {
  if (typeof word !== 'string') return ''
  const found = nearest(word, candidates)
  return found === undefined || found === word ? '' : `Did you mean ${found}? `
}
