import { existsSync, statSync } from 'node:fs'
import { Command } from 'commander'
import { createBlueprint, evaluate, IsobathError, readRun, readWeights, type Standardisation } from '../../index.ts'
import { readNetwork } from '../network-argument.ts'
import {
  addDataOptions,
  addMachineOptions,
  type DataFlags,
  type MachineFlags,
  machineOptions,
  readData,
} from '../options.ts'
import { number, percent, printJson, printText } from '../output.ts'

type Flags = DataFlags & MachineFlags & { network?: string; standardise?: Standardisation }

const standardisations: readonly Standardisation[] = ['per-channel', 'per-pixel', 'none']

/** `evaluate RUN_OR_WEIGHTS --data NAME` */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description('loss and error of a run’s last checkpoint, or of a weights file, on a data set')
    .argument('<run-or-weights>', 'a run’s folder, or a .safetensors file with --network')
  addMachineOptions(addDataOptions(command))
    .option('--network <network>', 'the network of a weights file')
    .option('--standardise <how>', 'per-channel, per-pixel or none; by default as the run did', parseStandardisation)
  return command.action(async (place: string, flags: Flags) => {
    if (!existsSync(place)) {
      throw new IsobathError(
        'run',
        `${place}: expected a run’s folder or a weights file, and there is nothing. Check the path.`,
      )
    }
    const data = await readData(flags)
    const opened = await open(place, flags, { classes: data.classes, input: data.shape })
    const standardise = flags.standardise ?? opened.standardise
    const scores = await evaluate(opened.network, {
      data,
      weights: opened.weights,
      standardise,
      ...machineOptions(flags),
    })
    if (flags.json) return printJson({ of: place, data: data.name, ...scores })
    const { train, test } = scores
    return printText(
      [
        `${place} on ${data.name}`,
        `train  loss ${number(train.loss)}, error ${percent(train.error)} of ${data.train.count} samples`,
        `test   loss ${number(test.loss)}, error ${percent(test.error)} of ${data.test.count} samples`,
      ].join('\n'),
    )
  })
}

async function open(place: string, flags: Flags, context: { classes: number; input: readonly number[] }) {
  if (statSync(place).isDirectory()) {
    const { network, weights, recipe } = await readRun(place)
    const standardise = standardisations.find((name) => name === recipe.standardise)
    return { network, weights, standardise }
  }
  if (flags.network === undefined) {
    throw new IsobathError('option', `--network: ${place} holds weights alone. Say which network they are for.`)
  }
  const network = readNetwork(flags.network, context)
  return { network, weights: await readWeights(place, createBlueprint(network, context.input)), standardise: undefined }
}

function parseStandardisation(text: string): Standardisation {
  const found = standardisations.find((name) => name === text)
  if (!found) {
    throw new IsobathError('option', `--standardise: expected ${standardisations.join(', ')}, got ${text}.`)
  }
  return found
}
