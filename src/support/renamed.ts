/** Names that were spelled differently before version 0.2. Options and stored files may still have the old names. */

/** Current names of options and probes by their old names. */
const renamed: Readonly<Record<string, string>> = {
  standardise: 'standardize',
  unlabelled: 'unlabeled',
  neighbourSimilarity: 'neighborSimilarity',
}

/** The current name of an option or a probe. */
export const currentName = (name: string): string => (Object.hasOwn(renamed, name) ? renamed[name] : name)

/**
 * The same option values under the current names of the options. If a value is given under both names, the value under
 * the current name is used. `onOldName` is called with each old name.
 */
export function withCurrentNames<T extends object>(values: T, onOldName: (old: string) => void = () => {}): T {
  const entries = Object.entries(values)
  const old = entries.filter(([name, value]) => value !== undefined && currentName(name) !== name)
  if (old.length === 0) return values
  for (const [name] of old) onOldName(name)
  const given = entries.filter(([, value]) => value !== undefined)
  const own = given.filter(([name]) => currentName(name) === name)
  return Object.fromEntries([...given.map(([name, value]) => [currentName(name), value]), ...own]) as T
}

/** The current names of probes. `onOldName` is called with each old name. */
export function currentNames(names: readonly string[], onOldName: (old: string) => void = () => {}): readonly string[] {
  return names.map((name) => {
    const current = currentName(name)
    if (current !== name) onOldName(name)
    return current
  })
}

/** The sentence that informs the user of an old name about the current name. */
export const renamingText = (old: string, current: string): string =>
  `${old} is now spelled ${current}. The old spelling still works in this version.`

const warned = new Set<string>()

/** Warns on the console that a name is old, once for each old name. */
export function warnOfOldName(old: string): void {
  if (warned.has(old)) return
  warned.add(old)
  console.warn(`isobath: ${renamingText(old, currentName(old))}`)
}
