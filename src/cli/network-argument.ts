/** NETWORK on the command line: a preset with options, or a JSON file. */
import { existsSync, readFileSync } from 'node:fs'
import { describePresets, IsobathError, type Network, networkFromJson, parseNetwork } from '../index.ts'

export interface NetworkContext {
  readonly classes: number
  readonly input: readonly number[]
}

export function isNetworkFile(text: string): boolean {
  return text.endsWith('.json') || existsSync(text)
}

export function readNetwork(text: string, { classes, input }: NetworkContext): Network {
  if (!isNetworkFile(text)) return parseNetwork(text, { classes, input })
  let source: string
  try {
    source = readFileSync(text, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new IsobathError('network', `${text}: can't be read (${reason}). Give a preset or a network's JSON file.`)
  }
  try {
    return networkFromJson(JSON.parse(source))
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new IsobathError('network', `${text}: expected JSON, got something else (${error.message}).`)
    }
    if (error instanceof IsobathError) throw new IsobathError(error.code, `${text}: ${error.message}`)
    throw error
  }
}

/** The presets and their options, for help. */
export function describeNetworks(): string {
  const { presets, options } = describePresets()
  const rows = (entries: readonly (readonly [string, string])[]): string => {
    const width = Math.max(...entries.map(([name]) => name.length))
    return entries.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`).join('\n')
  }
  return [
    'NETWORK is a preset, as name:option=value,option=value, or a JSON file (isobath show network NETWORK prints one).',
    rows(presets.map(({ name, means }) => [name, means])),
    'Options of presets:',
    rows(options.map(({ key, values, means }) => [`${key}=${values}`, means])),
  ].join('\n')
}
