/** Which name was meant, where a word isn't one. */

/**
 * The candidate with the fewest edits from the word, if they are few for its length: one of up to four letters, two of up
 * to eight, and else a third of them. Otherwise one that holds the word (`cifar`: cifar-10), or that the word holds
 * (`fashion-mnist`: mnist).
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const asked = word.toLowerCase()
  let best: string | undefined
  let fewest = (asked.length < 5 ? 1 : Math.max(2, Math.floor(asked.length / 3))) + 1
  for (const candidate of candidates) {
    const edits = editDistance(asked, candidate.toLowerCase())
    if (edits < fewest) {
      best = candidate
      fewest = edits
    }
  }
  return best ?? nearestByParts(asked, candidates)
}

/** Shorter words are in many names by chance, and shorter names in many words. */
const SHORTEST_WORD = 3
const SHORTEST_NAME = 4

/** Of several, the one that is most nearly as long as the word. */
function nearestByParts(asked: string, candidates: readonly string[]): string | undefined {
  const related = candidates.filter((candidate) => {
    const known = candidate.toLowerCase()
    const isPart = asked.length >= SHORTEST_WORD && known.includes(asked)
    return isPart || (known.length >= SHORTEST_NAME && asked.includes(known))
  })
  const difference = ({ length }: string): number => Math.abs(length - asked.length)
  return related.toSorted((one, other) => difference(one) - difference(other)).at(0)
}

/**
 * Insertions, deletions, substitutions and swaps of neighbors that turn one word into the other (Damerau 1964), where no
 * letter is edited twice.
 */
function editDistance(one: string, other: string): number {
  let before: number[] = []
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const substituted = row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      const swapped = isSwap ? before[j - 2] + 1 : substituted
      next.push(Math.min(substituted, swapped, row[j] + 1, next[j - 1] + 1))
    }
    before = row
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
