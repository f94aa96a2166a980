/** The list of presets and their options in the text of `isobath --help`. */
import { indented } from '../format/text.ts'
import { describePresets } from '../network/preset-help.ts'

/** Returns the list of presets and their options for the help, in lines of at most 80 characters. */
export function describeNetworks(): string {
  const written = new Set<string>()
  const groups = describePresets().flatMap(({ title, presets, options }) => {
    const names = presets.map(({ name }) => name)
    const owners = [...new Set([names.join(), ...options.map((option) => option.presets.join())])]
    return [
      '',
      ...indented(`${title}:`, 0, columns),
      ...presets.flatMap(({ name, means }) => row(name, means)),
      ...owners.flatMap((some) => {
        const own = options.filter((option) => option.presets.join() === some)
        return [...indented(optionsTitle(own[0].presets, names), 2, columns), ...optionRows(own, written)]
      }),
    ]
  })
  const first =
    'NETWORK is a preset, written as name:option=value,option=value, or a JSON file in the format of show network.'
  return [...indented(first, 0, columns), ...groups].join('\n')
}

/**
 * Title of a list of options: names the presets that have the options, or the presets that lack them if that list is
 * shorter.
 */
function optionsTitle(presets: readonly string[], all: readonly string[]): string {
  if (presets.length === all.length) return 'Options:'
  const [those, but] = [presets, all.filter((name) => !presets.includes(name))].map((names) => names.join(', '))
  return `Options of ${those.length <= columns / 2 ? those : `all but ${but}`}:`
}

/**
 * Formats the options of a group of presets for the help. If an earlier group describes an option in the same words,
 * the option is only named.
 */
function optionRows(options: ReturnType<typeof describePresets>[number]['options'], written: Set<string>): string[] {
  const rows = options.map(({ key, values, fallback, means }) => {
    return { key, lines: row(key, `${means}; ${values} (default: ${fallback})`) }
  })
  const isNew = ({ lines }: { lines: readonly string[] }) => !written.has(lines.join())
  const [shown, known] = [rows.filter(isNew), rows.filter((one) => !isNew(one))]
  for (const { lines } of shown) written.add(lines.join())
  const repeated = known.length > 0 ? row('as above', known.map(({ key }) => key).join(', ')) : []
  return [...shown.flatMap(({ lines }) => lines), ...repeated]
}

const columns = 80
const nameColumns = 17

function row(name: string, text: string): string[] {
  const lines = indented(text, nameColumns + 2, columns)
  if (name.length > nameColumns - 2) return [`  ${name}`, ...lines]
  const [first, ...rest] = lines
  return [`  ${name.padEnd(nameColumns - 2)}  ${first.trimStart()}`, ...rest]
}
