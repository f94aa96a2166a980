/** What is looked at in each layer while a network trains, and the pictures of it. */
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
import { writeText } from './output.ts'
import { isSvg } from './output-files.ts'
import type { TrainedOn } from './run-text.ts'

export interface ProbeFlags {
  /** True where no list was given. */
  readonly probes?: true | LayerProbeName[]
  readonly probeEvery?: number
  readonly probeFigure?: string
}

const probesHelp = `\nProbes (docs/probes.md says what each of them measures):\n${wrapped(layerProbeNames)}\n`

/** Names in lines of at most 80 characters. */
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
      'look at every layer on the way, with these probes (gradientNorm,meanSquare), or the usual ones (default)',
      parseProbes,
    )
    .addOption(fieldOption(probeTable.every))
    .option('--probe-figure <place>', 'draw what they saw, layers by steps: all in one SVG file, or each in a folder')
}

/** `default`, or names with commas between them. */
function parseProbes(text: string): true | LayerProbeName[] {
  if (text === 'default') return true
  return text.split(',').map((word) => {
    const name = word.trim()
    const known = layerProbeNames.find((one) => one === name)
    if (known) return known
    const remedy = suggestion(name, layerProbeNames).trim() || `They are ${layerProbeNames.join(', ')}, or default.`
    throw new InvalidArgumentError(`There is no probe ${name === '' ? 'without a name' : name}. ${remedy}`)
  })
}

/** Undefined where nothing is asked for. */
export function probeOptions({ probes, probeEvery, probeFigure }: ProbeFlags): ProbeOptions | undefined {
  if (probes === undefined && probeEvery === undefined && probeFigure === undefined) return undefined
  return { of: Array.isArray(probes) ? probes : undefined, every: probeEvery }
}

/** The probes that the flags ask for. */
export const probesAsked = ({ probes }: ProbeFlags): readonly LayerProbeName[] =>
  Array.isArray(probes) ? probes : usualProbes

/** Those of a run that is there already, as its folder has them. */
export function storedProbes(stored: unknown): readonly LayerProbeName[] {
  const names: unknown = typeof stored === 'object' && stored !== null && 'of' in stored ? stored.of : []
  return layerProbeNames.filter((name) => Array.isArray(names) && names.includes(name))
}

/** Draws what the probes saw into an SVG file, or into a folder with a file for each. Gives what was written. */
export function drawProbes(run: Run, network: string, { name: dataset }: TrainedOn, place: string): string[] {
  const layers = probedLayers(run.blueprint)
  const data = { network, dataset, layers, snapshots: run.probes ?? [], quantities: describeProbes() }
  if (isSvg(place)) {
    writeText(place, probePicture(data))
    return [place]
  }
  return probePictures(data).map(({ name, svg }) => {
    const file = join(place, `${name}.svg`)
    writeText(file, svg)
    return file
  })
}
