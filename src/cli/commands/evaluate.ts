import { existsSync, statSync } from 'node:fs'
import { Command } from 'commander'
import {
  createBlueprint,
  type Dataset,
  evaluate,
  hashDataset,
  IsobathError,
  lossNames,
  type Network,
  readRun,
  readWeights,
  standardisationNames,
  type TrainingOptions,
  type Weights,
} from '../../index.ts'
import { addDataOptions, type DataFlags, readData } from '../data-options.ts'
import { networkHelp, readNetwork } from '../network-argument.ts'
import { addMachineOptions, type MachineFlags, machineOptions } from '../options.ts'
import { printJson, printText, scoreLines } from '../output.ts'
import { readDataOf } from '../run-data.ts'
import { lossOption, standardiseOption } from '../training-options.ts'
import { showTraining } from '../training-progress.ts'

type Recipe = Pick<TrainingOptions, 'loss' | 'standardise'>
type Flags = DataFlags & MachineFlags & Recipe & { network?: string }

/** What is to be scored, and on what. */
interface Subject {
  readonly network: Network
  readonly weights: Weights
  readonly data: Dataset
  readonly recipe: Recipe
  readonly exact?: boolean
  /** Whether these are the samples of the training; null where that isn't known. */
  readonly sameData: boolean | null
}

/** `evaluate RUN_OR_WEIGHTS --data NAME` */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description("loss and error of a run's last checkpoint, or of a weights file, on a data set")
    .argument('<run-or-weights>', "a run's folder, or a .safetensors file with --network")
    .option('--network <network>', `the network of a weights file: ${networkHelp}`)
    .addOption(lossOption().default(undefined, "the run's, or cross-entropy"))
    .addOption(standardiseOption().default(undefined, "the run's, or per-channel"))
  addMachineOptions(addDataOptions(command, 'the data set (default: that of the run, loaded as it was)'))
  return command.action(async (place: string, flags: Flags) => {
    const { network, weights, data, recipe, sameData, exact } = await open(place, flags)
    const { observer, close } = showTraining()
    try {
      const options = { ...machineOptions(flags), exact: flags.exact ?? exact, onEvaluation: observer.onEvaluation }
      const scores = await evaluate(network, { ...options, ...recipe, data, weights })
      close()
      if (flags.json) return printJson({ of: place, data: data.name, ...scores, recipe, sameData })
      const note = sameData === false ? ' (not the samples that the run was trained on)' : ''
      return printText([`${place} on ${data.name}${note}`, ...scoreLines(scores, data)].join('\n'))
    } finally {
      close()
    }
  })
}

async function open(place: string, flags: Flags): Promise<Subject> {
  if (!existsSync(place)) {
    const found = 'there is nothing. Check the path.'
    throw new IsobathError('run', `${place}: expected a run's folder or a weights file, and ${found}`)
  }
  return statSync(place).isDirectory() ? openRun(place, flags) : openWeights(place, flags)
}

async function openRun(folder: string, flags: Flags): Promise<Subject> {
  if (flags.network !== undefined) {
    throw new IsobathError('option', `--network: ${folder} is a run and has its network. Leave it out.`)
  }
  const run = await readRun(folder)
  const data = await readDataOf(run, flags)
  const sameData = (await hashDataset(data)) === run.data.sha256
  const { network, weights, exact } = run
  const recipe = {
    loss: flags.loss ?? lossNames.find((name) => name === run.recipe.loss),
    standardise: flags.standardise ?? standardisationNames.find((name) => name === run.recipe.standardise),
  }
  return { network, weights, data, recipe, exact, sameData }
}

async function openWeights(file: string, flags: Flags): Promise<Subject> {
  if (flags.network === undefined) {
    throw new IsobathError(
      'option',
      `--network: expected the network of ${file}, got none. The file has weights alone.`,
    )
  }
  const data = await readData(flags)
  const network = readNetwork(flags.network, { classes: data.classes, input: data.shape })
  const weights = await readWeights(file, createBlueprint(network, data.shape))
  const { loss = 'cross-entropy', standardise = 'per-channel' } = flags
  return { network, weights, data, recipe: { loss, standardise }, sameData: null }
}
