/** Command lines with flags and names of older versions and of other programs. */
import { flagAliases, lossAliases, unaliased } from '../support/aliases.ts'
import { currentName, renamingText } from '../support/renamed.ts'

/** Flags that were renamed, by their old spelling. */
const renamedFlags: Readonly<Record<string, string>> = { '--standardise': '--standardize' }

/** Flags without a value. The word after any other flag is the value of that flag. */
export const switches: ReadonlySet<string> = new Set([
  '--best',
  '--exact',
  '--force',
  '--json',
  '--no-keep',
  '--no-winograd',
  '--probes',
  '--quick',
  '--random-labels',
  '--thorough',
  '--tune',
])

/**
 * Returns the command line in the current spelling, word by word. `announce` gets a sentence for each old spelling. Aliases
 * from other programs, such as `--lr` and `--loss mse`, are replaced without a sentence. Other values of flags, and all
 * words after `--`, stay as they are.
 */
export function withCurrentSpelling(words: readonly string[], announce: (text: string) => void): readonly string[] {
  const announced = new Set<string>()
  const tell = (old: string, current: string): string => {
    if (!announced.has(old)) announce(renamingText(old, current))
    announced.add(old)
    return current
  }
  const probe = (text: string): string => {
    const name = text.trim()
    const current = currentName(name)
    return current === name ? text : tell(name, current)
  }
  const probes = (list: string): string => list.split(',').map(probe).join(',')
  const end = words.indexOf('--')
  return words.map((word, index) => {
    const before = words[index - 1] ?? ''
    if (end >= 0 && index >= end) return word
    if (before === '--probes' && !word.startsWith('-')) return probes(word)
    if (before === '--loss') return unaliased(word, lossAliases)
    if (before.startsWith('--') && !before.includes('=') && !switches.has(before)) return word
    const [flag, ...value] = word.split('=')
    if (flag === '--probes' && value.length > 0) return `--probes=${probes(value.join('='))}`
    if (flag === '--loss' && value.length > 0) return `--loss=${unaliased(value.join('='), lossAliases)}`
    const current = Object.hasOwn(renamedFlags, flag) ? tell(flag, renamedFlags[flag]) : unaliased(flag, flagAliases)
    return [current, ...value].join('=')
  })
}

/**
 * Returns an error text about an unknown flag with the flag as the user typed it. `given` is the command line as typed,
 * and `words` is the same command line in the current spelling.
 */
export function withTypedFlag(text: string, given: readonly string[], words: readonly string[]): string {
  const unknown = /^error: unknown option '(--[^'=]*)/.exec(text)?.[1]
  const flagOf = (word: string): string => word.split('=')[0]
  const at = words.findIndex((word, index) => flagOf(word) === unknown && word !== given[index])
  return at < 0 || unknown === undefined ? text : text.replace(unknown, flagOf(given[at]))
}
