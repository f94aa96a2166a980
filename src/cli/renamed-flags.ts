/** Replaces flags and names of older versions in a command line. */
import { currentName, renamingText } from '../support/renamed.ts'

/** The current spelling of each renamed flag, by its old spelling. */
const renamedFlags: Readonly<Record<string, string>> = { '--standardise': '--standardize' }

/** Returns the command line in the current spelling. Calls `announce` with a sentence for each old spelling. */
export function withCurrentSpelling(words: readonly string[], announce: (text: string) => void): readonly string[] {
  return words.map((word, index) => {
    if (words[index - 1] === '--probes') return withCurrentProbes(word, announce)
    const [flag, ...value] = word.split('=')
    if (flag === '--probes' && value.length > 0) return `--probes=${withCurrentProbes(value.join('='), announce)}`
    if (!Object.hasOwn(renamedFlags, flag)) return word
    announce(renamingText(flag, renamedFlags[flag]))
    return [renamedFlags[flag], ...value].join('=')
  })
}

function withCurrentProbes(list: string, announce: (text: string) => void): string {
  return list
    .split(',')
    .map((text) => {
      const name = text.trim()
      const current = currentName(name)
      if (current === name) return text
      announce(renamingText(name, current))
      return current
    })
    .join(',')
}
