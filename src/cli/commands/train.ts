import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { createBlueprint, describeOptimizer, describeSignal, type Run, readWeights, train } from '../../index.ts'
import { interruptible } from '../interrupt.ts'
import { isNetworkFile, readNetwork } from '../network-argument.ts'
import {
  addDataOptions,
  addMachineOptions,
  addTrainingOptions,
  type DataFlags,
  datasetOptions,
  type MachineFlags,
  machineOptions,
  readData,
  type TrainingFlags,
  trainingOptions,
} from '../options.ts'
import { number, percent, printJson, printText } from '../output.ts'
import { sparkline } from '../terminal/spark.ts'
import { stderrProgress } from '../terminal/stderr.ts'

type Flags = DataFlags & TrainingFlags & MachineFlags & { init?: string; run?: string }

/** `train NETWORK --data NAME` */
export function trainCommand(): Command {
  const command = new Command('train')
    .description('train a network, keep the run in a folder, and say how well it does')
    .argument('<network>', 'a preset such as mlp:depth=16, or a JSON file')
  addMachineOptions(addTrainingOptions(addDataOptions(command)))
    .option('--init <file>', 'start from these weights (.safetensors) instead of drawing them')
    .option('--run <folder>', 'where to keep the run; by default a new folder under runs/')
  return command.action(async (text: string, flags: Flags) => {
    const data = await readData(flags)
    const network = readNetwork(text, { classes: data.classes, input: data.shape })
    const weights =
      flags.init === undefined ? undefined : await readWeights(flags.init, createBlueprint(network, data.shape))
    const progress = stderrProgress()
    const run = await interruptible(async (abort) => {
      let task: ReturnType<typeof progress.task> | undefined
      try {
        return await train(network, {
          ...trainingOptions(flags),
          ...machineOptions(flags),
          seed: flags.seed,
          data,
          dataOptions: datasetOptions(flags),
          weights,
          abort,
          run: flags.run ?? freeFolder(text, data.name),
          onProgress: (done, steps, losses) => {
            task ??= progress.task('training', steps, { unit: 'step' })
            task.update(done, { loss: losses.at(-1)?.loss })
          },
        })
      } finally {
        progress.close()
      }
    })
    if (flags.json) return printJson(summary(run))
    return printText(describe(run, text, data.name))
  })
}

/** `runs/mlp-glyphs-1`, or the first number that is free. */
function freeFolder(network: string, data: string): string {
  const name = isNetworkFile(network) ? 'network' : network.split(':')[0]
  for (let count = 1; ; count++) {
    const folder = join('runs', `${name}-${data}-${count}`)
    if (!existsSync(folder)) return folder
  }
}

function summary({ losses, train: training, test, weightsSha256, run, seconds, diverged, ...rest }: Run) {
  const { steps, settings, signal, interrupted, memoryBytes } = rest
  const facts = { losses: losses.map(({ loss }) => loss), train: training, test, weightsSha256, run, seconds, diverged }
  return { ...facts, steps, settings, signal, interrupted, memoryBytes }
}

function describe(run: Run, network: string, data: string): string {
  const { settings, losses, train: training, test, diverged, interrupted, steps, seconds } = run
  const rate = `${(steps / seconds).toFixed(0)} steps/s with all that is around them`
  const lines = [
    `${network} on ${data}: ${steps} steps of ${settings.batch} samples in ${seconds.toFixed(1)} s (${rate})`,
    `${describeOptimizer(settings.optimizer)}, ${settings.schedule} rate, seed ${settings.seed}`,
    '',
    `loss   ${sparkline(
      losses.map(({ loss }) => loss),
      60,
    )}  ${number(losses[0]?.loss ?? null)} to ${number(losses.at(-1)?.loss ?? null)}`,
    `train  loss ${number(training.loss)}, error ${percent(training.error)}`,
    `test   loss ${number(test.loss)}, error ${percent(test.error)}`,
  ]
  const signal = describeSignal(run.signal)
  if (signal) lines.push('', `Before training ${signal}.`)
  if (diverged) {
    const what =
      diverged.what === 'weights' ? 'weights stopped being finite' : 'outputs were the first that weren’t finite'
    lines.push('', `Training diverged at step ${diverged.step}: the ${what} in ${diverged.layer}.`)
  }
  if (interrupted) lines.push('', `Stopped after ${steps} of ${settings.steps} steps; the weights reached are saved.`)
  lines.push('', `run     ${run.run ?? '-'}`, `weights sha256 ${run.weightsSha256}`)
  return lines.join('\n')
}
