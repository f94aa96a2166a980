/** Command lines with flags and names of older versions. */
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
 * Returns the command line in the current spelling. `announce` gets a sentence for each old spelling. Values of flags, and
 * all words after `--`, stay as they are.
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
    if (before.startsWith('--') && !before.includes('=') && !switches.has(before)) return word
    const [flag, ...value] = word.split('=')
    if (flag === '--probes' && value.length > 0) return `--probes=${probes(value.join('='))}`
    return Object.hasOwn(renamedFlags, flag) ? [tell(flag, renamedFlags[flag]), ...value].join('=') : word
  })
}
