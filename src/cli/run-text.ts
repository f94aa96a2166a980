/** What `train` says of a run that has come to its end, or was stopped. */
import { join } from 'node:path'
import { describeDivergence, describeRecipe, describeSignal, formatBytes, type Run } from '../index.ts'
import { counted, number, scoreLines, whole } from './output.ts'
import { quote } from './quote.ts'
import { sparkline } from './terminal/spark.ts'

/** What is said of the data. */
export interface TrainedOn {
  readonly name: string
  readonly train: { readonly count: number }
  readonly test: { readonly count: number }
  readonly validation?: { readonly count: number }
  readonly targetNames?: readonly string[]
  readonly notes?: readonly string[]
}

/** The JSON of a training. */
export function runSummary({ losses, train: training, test, validation, weightsSha256, run, seconds, ...rest }: Run) {
  const { diverged, steps, settings, signal, interrupted, trainingSeconds, memoryBytes, recompute } = rest
  const facts = {
    losses: losses.map(({ loss }) => loss),
    train: training,
    test,
    validation,
    weightsSha256,
    run,
    seconds,
    diverged,
  }
  return { ...facts, steps, settings, signal, interrupted, trainingSeconds, memoryBytes, recompute }
}

/** The same for people; `label` is the network as they wrote it. */
export function runText(run: Run, label: string, data: TrainedOn): string {
  const { settings, losses, steps } = run
  const epochs = ((steps * settings.batch) / data.train.count).toPrecision(3)
  const curve = sparkline(
    losses.map(({ loss }) => loss),
    60,
  )
  const fall = `${number(losses[0]?.loss ?? null)} to ${number(losses.at(-1)?.loss ?? null)}`
  return [
    `${label} on ${data.name}: ${counted(steps, 'step')} of ${counted(settings.batch, 'sample')}, ${Number(epochs)} epochs`,
    `${describeRecipe(settings)}, ${settings.loss}, seed ${settings.seed}`,
    '',
    losses.length > 0 ? `loss   ${curve}  ${fall}` : "loss   the first step's loss was not finite",
    ...scoreLines(run, data),
    ...(data.notes ?? []).map((note, index) => `${index === 0 ? 'data' : ''}`.padEnd(7) + note),
    '',
    ...remarks(run),
    `time   ${seconds(run.seconds)} in all, ${seconds(run.trainingSeconds)} for the steps${speed(run)}`,
    `memory ${formatBytes(run.memoryBytes)} for a step${run.recompute ? ', activations computed again in the backward pass' : ''}`,
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
      `Go on with: isobath train --resume ${quote(run ?? '')}`,
    )
  }
  return lines.flatMap((line) => [line, ''])
}
