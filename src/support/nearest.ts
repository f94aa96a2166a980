/** Finds the name that was probably meant by a misspelled word. */

/**
 * The candidate that is the fewest edits away from the word. One edit is allowed in words of up to four letters, and
 * two edits are allowed in words of up to eight letters. In longer words, a third of the letters may be edited. If no
 * candidate is near enough, the result is a candidate that contains the word (cifar-10 for `cifar`), or a candidate
 * within the word (mnist for `fashion-mnist`).
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

/**
 * Smallest length of a word, in letters, at which the word is searched for inside names. Many names contain a given
 * word of one or two letters by chance.
 */
const SHORTEST_WORD = 3
/**
 * Smallest length of a name, in letters, at which the name is searched for inside a word. Many words contain a given
 * name of up to three letters by chance.
 */
const SHORTEST_NAME = 4

/**
 * The candidate that contains the word, or that the word contains. If there are several such candidates, the candidate
 * with the most similar length is chosen.
 */
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
 * Number of insertions, deletions, substitutions and swaps of neighbors that turn one word into the other (Damerau
 * 1964). No letter is edited twice.
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

/**
 * A question such as `Did you mean mlp? `. The text is empty if no candidate is near. The text is also empty if `word`
 * is no string, because callers in plain JavaScript may pass any value.
 */
export function suggestion(word: unknown, candidates: readonly string[]): string {
  if (typeof word !== 'string') return ''
  const found = nearest(word, candidates)
  return found === undefined || found === word ? '' : `Did you mean ${found}? `
}
