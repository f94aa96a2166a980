import { join } from 'node:path'
import { Command } from 'commander'
import {
  createBlueprint,
  type Dataset,
  describeDivergence,
  describeOptimizer,
  describeSignal,
  type Run,
  readWeights,
  type TrainOptions,
  train,
} from '../../index.ts'
import { addDataOptions, type DataFlags, dataChoice, dataName, readData, shapeOf } from '../data-options.ts'
import { withFreeFolder } from '../free-folder.ts'
import { interruptible } from '../interrupt.ts'
import { networkHelp, readNetwork, shortName } from '../network-argument.ts'
import { addMachineOptions, type MachineFlags, machineOptions } from '../options.ts'
import { counted, number, printJson, printText, scoreLines, whole } from '../output.ts'
import { sparkline } from '../terminal/spark.ts'
import { addTrainingOptions, type TrainingFlags, trainingOptions } from '../training-options.ts'
import { showTraining } from '../training-progress.ts'

type Flags = DataFlags & TrainingFlags & MachineFlags & { init?: string; run?: string }

/** `train NETWORK --data NAME` */
export function trainCommand(): Command {
  const command = new Command('train')
    .description('train a network, keep the run in a folder, and say how well it does')
    .argument('<network>', networkHelp)
    .optionsGroup('Run:')
    .option('--run <folder>', 'where to keep the run (default: a new folder below runs/)')
    .option('--init <file>', 'start from these weights (.safetensors) instead of drawing them')
    .addHelpText('after', '\nExample:\n  isobath train mlp:depth=3,width=128 --data glyphs --steps 300')
  addMachineOptions(addTrainingOptions(addDataOptions(command)))
  return command.action(async (text: string, flags: Flags) => {
    const options = trainingOptions(flags)
    const shape = await shapeOf(dataName(flags), dataChoice(flags))
    const network = readNetwork(text, shape)
    const blueprint = createBlueprint(network, shape.input)
    const weights = flags.init === undefined ? undefined : await readWeights(flags.init, blueprint)
    const data = await readData(flags)
    const trainInto = async (folder: string): Promise<Run> => {
      const { observer, note, close } = showTraining()
      const work = (abort: AbortSignal): Promise<Run> => {
        const places = { data, dataOptions: { ...dataChoice(flags) }, weights, run: folder }
        const all: TrainOptions = {
          ...options,
          ...machineOptions(flags),
          ...observer,
          ...places,
          seed: flags.seed,
          abort,
        }
        return train(network, all)
      }
      const stopping = 'Stopping after the steps under way, to save them. Ctrl-C again ends at once.'
      try {
        return await interruptible(work, () => note(stopping))
      } finally {
        close()
      }
    }
    const name = `${shortName(text)}-${data.name}`
    const run = await (flags.run === undefined ? withFreeFolder(name, trainInto) : trainInto(flags.run))
    if (flags.json) return printJson(summary(run))
    return printText(describe(run, text, data))
  })
}

function summary({ losses, train: training, test, weightsSha256, run, seconds, diverged, ...rest }: Run) {
  const { steps, settings, signal, interrupted, trainingSeconds, memoryBytes } = rest
  const facts = { losses: losses.map(({ loss }) => loss), train: training, test, weightsSha256, run, seconds, diverged }
  return { ...facts, steps, settings, signal, interrupted, trainingSeconds, memoryBytes }
}

function describe(run: Run, network: string, data: Dataset): string {
  const { settings, losses, steps } = run
  const epochs = ((steps * settings.batch) / data.train.count).toPrecision(3)
  const curve = sparkline(
    losses.map(({ loss }) => loss),
    60,
  )
  const fall = `${number(losses[0]?.loss ?? null)} to ${number(losses.at(-1)?.loss ?? null)}`
  return [
    `${network} on ${data.name}: ${counted(steps, 'step')} of ${counted(settings.batch, 'sample')}, ${Number(epochs)} epochs`,
    `${describeOptimizer(settings.optimizer)}, ${settings.schedule} rate, ${settings.loss}, seed ${settings.seed}`,
    '',
    losses.length > 0 ? `loss   ${curve}  ${fall}` : "loss   the first step's loss was not finite",
    ...scoreLines(run, data),
    '',
    ...remarks(run),
    `time   ${seconds(run.seconds)} in all, ${seconds(run.trainingSeconds)} for the steps${speed(run)}`,
    `run    ${run.run}`,
    `sha256 ${run.weightsSha256} (weights)`,
  ].join('\n')
}

function seconds(value: number): string {
  if (value < 1) return `${Math.round(1000 * value)} ms`
  return `${value < 10 ? value.toFixed(1) : whole(Math.round(value))} s`
}

function speed({ steps, trainingSeconds }: Run): string {
  const rate = steps / trainingSeconds
  return steps === 0 ? '' : ` (${rate >= 10 ? whole(Math.round(rate)) : rate.toPrecision(2)} a second)`
}

/** What a user must know beside the scores. */
function remarks({ signal, diverged, interrupted, steps, settings, run }: Run): string[] {
  const lines: string[] = []
  const standsOut = describeSignal(signal)
  if (standsOut !== null) lines.push(`Before training ${standsOut}.`)
  if (diverged) lines.push(`Training diverged at step ${whole(diverged.step)}: ${describeDivergence(diverged)}.`)
  if (interrupted) {
    const file = join(run ?? '', `checkpoint-${steps}.safetensors`)
    lines.push(
      `Stopped after ${whole(steps)} of ${counted(settings.steps, 'step')}. The weights reached are in ${file}.`,
    )
  }
  return lines.flatMap((line) => [line, ''])
}
