/** Short labels that tell several networks apart, made from the texts of presets and the names of files. */

/**
 * Short labels of the dense presets. A preset without a row is labeled with its own name, without the letter in place of
 * the depth.
 */
const presetLabels: Readonly<Record<string, string>> = {
  mlp: 'plain',
  'residual-mlp': 'residual',
  linear: 'linear',
  'linear-residual': 'linear residual',
}

/** Options whose values can be understood without the name of the option. */
const clearAlone: ReadonlySet<string> = new Set(['activation'])

/** Largest number of characters of a label, so that a label fits into tables and pictures. */
export const longestLabel = 28

interface Named {
  /** The preset, or the file's name without its ending. */
  readonly preset: string
  readonly options: ReadonlyMap<string, string>
}

/**
 * Returns a label for each network: the preset where the presets differ, and those options that differ within a preset.
 * For example, `mlp:activation=tanh` and `mlp:activation=relu,norm=batch` are labeled `tanh` and `relu, norm=batch`. A
 * network from a file is labeled with the name of the file. The labels are different if the texts are different.
 */
export function networkLabels(texts: readonly string[]): string[] {
  const networks = texts.map(read)
  const short = networks.map(({ preset }) => presetLabels[preset] ?? preset.replace(/-[ND](?=-|$)/, ''))
  // Two presets can have the same short label, such as mlp and plain-N.
  const isShared = (index: number): boolean =>
    networks.some(({ preset }, other) => preset !== networks[index].preset && short[other] === short[index])
  const presets = networks.map(({ preset }, index) => (isShared(index) ? preset : short[index]))
  const isOnePreset = new Set(presets).size === 1
  const labels = networks.map((network, index) => {
    const same = networks.filter((_, other) => presets[other] === presets[index])
    const options = differences(network, same)
    const parts = isOnePreset && options.length > 0 ? options : [presets[index], ...options]
    return parts.join(', ')
  })
  return distinct(labels.map(shortened))
}

function read(text: string): Named {
  const isFile = /\.json$/i.test(text)
  const [name, ...rest] = isFile ? [text.replace(/^.*[/\\]/, '').replace(/\.json$/i, '')] : text.split(':')
  const parts = rest.join(':').split(',')
  const options = parts.flatMap((part): [string, string][] => {
    const [key, ...value] = part.split('=').map((word) => word.trim())
    return key === '' ? [] : [[key, value.join('=')]]
  })
  return { preset: name.trim(), options: new Map(options) }
}

/** Returns the options of a network that some other network lacks or has with another value. */
function differences({ options }: Named, others: readonly Named[]): string[] {
  return [...options].flatMap(([key, value]) => {
    if (others.every((other) => other.options.get(key) === value)) return []
    return [value === '' ? key : clearAlone.has(key) ? value : `${key}=${value}`]
  })
}

const shortened = (label: string): string =>
  label.length <= longestLabel ? label : `${label.slice(0, longestLabel - 1).trimEnd()}…`

/** Numbers labels that are equal, such as `relu 1` and `relu 2`. */
function distinct(labels: readonly string[]): string[] {
  return labels.map((label, index) => {
    if (labels.filter((other) => other === label).length === 1) return label
    const rank = ` ${labels.slice(0, index + 1).filter((other) => other === label).length}`
    return `${label.slice(0, longestLabel - rank.length)}${rank}`
  })
}
