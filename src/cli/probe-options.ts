/** The options for probes, which measure every layer during a training, and the pictures of the measurements. */
import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import {
  type LayerProbeName,
  layerProbeNames,
  type ProbeOptions,
  probedLayers,
  probePicture,
  type Run,
  usualProbes,
} from '../index.ts'
import { describeProbes, probePictures, probeOptions as probeTable, suggestion } from '../internal.ts'
import { fieldOption } from './field-options.ts'
import { writePicture } from './output.ts'
import { isSvg } from './output-files.ts'
import type { TrainedOn } from './run-text.ts'

export interface ProbeFlags {
  /** Names of the probes, or true if --probes was given without a list. */
  readonly probes?: true | LayerProbeName[]
  readonly probeEvery?: number
  readonly probeFigure?: string
}

const probesHelp = `\nProbes (docs/probes.md explains what each probe measures):\n${wrapped(layerProbeNames)}\n`

/** Formats names as lines of at most 80 characters. */
function wrapped(names: readonly string[]): string {
  const lines = ['']
  for (const name of names) {
    const line = lines[lines.length - 1]
    const longer = line === '' ? `  ${name}` : `${line}, ${name}`
    if (longer.length < 80) lines[lines.length - 1] = longer
    else lines.splice(-1, 1, `${line},`, `  ${name}`)
  }
  return lines.join('\n')
}

export function addProbeOptions(command: Command): Command {
  return command
    .addHelpText('after', probesHelp)
    .optionsGroup('Probes:')
    .option(
      '--probes [list]',
      'measure every layer during training with these probes, such as gradientNorm,meanSquare, or default',
      parseProbes,
    )
    .addOption(fieldOption(probeTable.every))
    .option(
      '--probe-figure <place>',
      'draw the probes over layers and steps, in one SVG file or in a folder with a file for each probe',
    )
}

/** Reads the value of --probes: `default`, or names with commas between them. */
function parseProbes(text: string): true | LayerProbeName[] {
  if (text === 'default') return true
  return text.split(',').map((word) => {
    const name = word.trim()
    const known = layerProbeNames.find((one) => one === name)
    if (known) return known
    const remedy = suggestion(name, layerProbeNames).trim() || `The probes are ${layerProbeNames.join(', ')}.`
    throw new InvalidArgumentError(
      `Expected names of probes or default, got ${name === '' ? 'an empty name' : name}. ${remedy}`,
    )
  })
}

/** Returns the options for probes. Returns undefined if no flag asks for probes. */
export function probeOptions({ probes, probeEvery, probeFigure }: ProbeFlags): ProbeOptions | undefined {
  if (probes === undefined && probeEvery === undefined && probeFigure === undefined) return undefined
  return { of: Array.isArray(probes) ? probes : undefined, every: probeEvery }
}

/** Names of the probes that the flags ask for, or of the default probes. */
export const probesAsked = ({ probes }: ProbeFlags): readonly LayerProbeName[] =>
  Array.isArray(probes) ? probes : usualProbes

/** Names of the probes of a stored run, from the settings in its folder. */
export function storedProbes(stored: unknown): readonly LayerProbeName[] {
  const names: unknown = typeof stored === 'object' && stored !== null && 'of' in stored ? stored.of : []
  return layerProbeNames.filter((name) => Array.isArray(names) && names.includes(name))
}

/**
 * Draws the readings of the probes into one SVG file, or into a folder with a file for each probe. Returns the files.
 */
export function drawProbes(run: Run, network: string, { name: dataset }: TrainedOn, place: string): string[] {
  const layers = probedLayers(run.blueprint)
  const data = { network, dataset, layers, snapshots: run.probes ?? [], quantities: describeProbes() }
  if (isSvg(place)) {
    writePicture(place, probePicture(data))
    return [place]
  }
  return probePictures(data).map(({ name, svg }) => {
    const file = join(place, `${name}.svg`)
    writePicture(file, svg)
    return file
  })
}
