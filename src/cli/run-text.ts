/** Formats the result of `train` as text and as JSON, for a run that has ended or was stopped. */
import { join } from 'node:path'
import { counted, grouped } from '../format/words.ts'
import {
  catalog,
  describeDivergence,
  type Evaluation,
  probedLayers,
  type Run,
  type Scores,
  type Task,
  type WarmupCheck,
} from '../index.ts'
import { describeRecipe, describeSignal, describeStartChange, formatBytes, type OutputNames } from '../internal.ts'
import { withFlags } from './field-options.ts'
import { number } from './output.ts'
import { programName } from './program-name.ts'
import { quote } from './quote.ts'
import { baselineLines, confusionLines, errorAfter, namesOf, scoreLines } from './score-text.ts'
import { sparkline } from './terminal/spark.ts'

/** Facts about the data that `train` prints. */
export interface TrainedOn {
  readonly name: string
  readonly train: { readonly count: number }
  readonly test: { readonly count: number }
  readonly validation?: { readonly count: number }
  readonly task?: Task
  readonly classNames?: readonly string[]
  readonly targetNames?: readonly string[]
  readonly notes?: readonly string[]
}

/** Returns the JSON of a training. `label` is the network as the user wrote it. */
export function runSummary(
  {
    losses,
    train: training,
    test,
    validation,
    baselines,
    bestTest,
    best,
    stoppedEarly,
    evaluations,
    probes,
    ...rest
  }: Run,
  label: string,
  { name, classNames, targetNames }: TrainedOn,
) {
  const { weightsSha256, run, seconds, diverged, notes, steps, settings, signal, startChange, warmup, interrupted } =
    rest
  const { trainingSeconds, measuringSeconds, scoringSeconds, memoryBytes, recompute } = rest
  const facts = {
    network: label,
    data: name,
    classNames,
    targetNames,
    losses: losses.map(({ loss }) => loss),
    train: training,
    test,
    validation,
    baselines,
    bestTest,
    best,
    stoppedEarly,
    evaluations,
    probes,
    probedLayers: probes && probedLayers(rest.blueprint),
    weightsSha256,
    run,
    seconds,
    diverged,
    notes: notes.map(withFlags),
  }
  const measured = { warmup, measuringSeconds, scoringSeconds }
  return {
    ...facts,
    steps,
    settings,
    signal,
    startChange,
    interrupted,
    trainingSeconds,
    ...measured,
    memoryBytes,
    recompute,
  }
}

/** Returns the text of a training. `label` is the network as the user wrote it. */
export function runText(run: Run, label: string, data: TrainedOn): string {
  const { settings, losses, steps } = run
  const epochs = Number(((steps * settings.batch) / data.train.count).toPrecision(3))
  const curve = sparkline(
    losses.map(({ loss }) => loss),
    60,
  )
  const fall = `${number(losses[0]?.loss ?? null)} to ${number(losses.at(-1)?.loss ?? null)}`
  return [
    `${label} on ${data.name}: ${counted(steps, 'step')} of ${counted(settings.batch, 'sample')}, ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`,
    `${describeRecipe(settings)}, ${settings.loss}, seed ${settings.seed}`,
    ...(isBeforeStart(run)
      ? []
      : ['', losses.length > 0 ? `loss   ${curve}  ${fall}` : "loss   the first step's loss was not finite"]),
    ...(run.interrupted ? [] : [...scoreLines(run, data), ...baselineLines(run, data)]),
    ...bestLines(run, data),
    ...evaluationLines(run, data),
    ...probeLines(run),
    ...(data.notes ?? []).map((note, index) => `${index === 0 ? 'data' : ''}`.padEnd(7) + withFlags(note)),
    ...(run.interrupted ? [] : confusionLines(run, data)),
    '',
    ...remarks(run, data),
    `time   ${seconds(run.seconds)} in total, ${seconds(run.trainingSeconds)} for the steps${speed(run)}${measuring(run)}${scoring(run)}`,
    ...(isBeforeStart(run)
      ? []
      : [
          `memory ${formatBytes(run.memoryBytes)} for a step${run.recompute ? ', with some activations recomputed in the backward pass' : ''}`,
        ]),
    `run    ${run.run}`,
    `sha256 ${run.weightsSha256} (weights)`,
  ].join('\n')
}

/** Formats the scores of the weights with the lowest validation loss, if they are not the last weights. */
function bestLines({ best, steps, run }: Run, data: TrainedOn): string[] {
  if (best === undefined || best.step === steps) return []
  const place = run === null ? '' : `. Use them with: ${programName()} evaluate ${quote(run)} --best`
  return ['', `best weights: after ${counted(best.step, 'step')}, with the lowest validation loss${place}`].concat(
    scoreLines(best, data),
  )
}

/**
 * Formats the curves of the training and test error, and the lowest test error, which is not the result of the run. For
 * values, R2 takes the place of the error.
 */
function evaluationLines(run: Run, data: TrainedOn): string[] {
  const { evaluations = [], bestTest, best: chosenWeights, validation, interrupted } = run
  if (evaluations.length < 2) return []
  const names = namesOf(data, run)
  const [what, extreme] = names.areValues ? ['R2', 'highest'] : ['error', 'lowest']
  const width = validation ? 10 : 6
  const curve = (pick: (evaluation: Evaluation) => Scores): string => {
    const errors = evaluations.map((evaluation) => pick(evaluation).error)
    const drawn = sparkline(
      errors.map((error) => (error === null ? Number.NaN : names.areValues ? 1 - error : error)),
      40,
    )
    return `${drawn}  ${errorAfter(errors[0], names)} to ${errorAfter(errors[errors.length - 1], names)}`
  }
  const [{ step, trainSamples }] = evaluations
  const isPart = trainSamples < evaluations[evaluations.length - 1].trainSamples
  const part = isPart ? ` (${what} on ${counted(trainSamples, 'sample')}, and on all samples at the end)` : ''
  const result = interrupted ? 'A stopped run has no result yet' : `The result of the run is the final test ${what}`
  const chosen = names.areValues ? 'values of R2' : 'test errors'
  const lowest = `the ${extreme} of ${grouped(evaluations.length)} ${chosen}, chosen with the test set itself. ${result}`
  // Weights that the validation set chose are a result. The lowest test error is none, so it is left out beside them.
  const best =
    bestTest && chosenWeights === undefined
      ? [
          `${'best'.padEnd(width)} test ${what} ${errorAfter(bestTest.error, names)} after ${counted(bestTest.step, 'step')}: ${lowest}.`,
        ]
      : []
  return [
    ...best,
    '',
    `${what} during training, first measured after ${counted(step, 'step')}:`,
    `${'train'.padEnd(width)} ${curve(({ train: scores }) => scores)}${part}`,
    ...(data.test.count === 0 ? [] : [`${'test'.padEnd(width)} ${curve(({ test: scores }) => scores)}`]),
  ]
}

function probeLines({ probes: snapshots = [], settings, blueprint }: Run): string[] {
  if (!settings.probes) return []
  const what = `${counted(snapshots.length, 'snapshot')} of ${counted(probedLayers(blueprint).length, 'layer')}, in metrics.jsonl`
  return [`probes ${what}: ${settings.probes.of.join(', ')}`]
}

function measuring({ measuringSeconds }: Run): string {
  return measuringSeconds === 0 ? '' : `, ${seconds(measuringSeconds)} for measurements between the steps`
}

/** Formats the time for scoring. A short run of a large network can take longer to score than to train. */
function scoring({ scoringSeconds, interrupted }: Run): string {
  return interrupted || scoringSeconds < 0.1 ? '' : `, ${seconds(scoringSeconds)} for the scores`
}

function seconds(value: number): string {
  if (value < 1) return `${Math.round(1000 * value)} ms`
  return `${value < 10 ? value.toFixed(1) : grouped(Math.round(value))} s`
}

function speed({ steps, trainingSeconds }: Run): string {
  const rate = steps / trainingSeconds
  return steps === 0 ? '' : ` (${rate >= 10 ? grouped(Math.round(rate)) : rate.toPrecision(2)} per second)`
}

function stoppedSentence({ steps, settings, best }: Run): string {
  const evaluations = counted(settings.earlyStopping ?? 0, 'evaluation')
  const lowest = best === undefined ? '' : `, which was lowest after ${counted(best.step, 'step')}`
  return `Stopped early after ${grouped(steps)} of ${counted(settings.steps, 'step')}: ${evaluations} in a row had no lower validation loss${lowest}.`
}

function warmupSentence(checks: readonly WarmupCheck[], names: Pick<OutputNames, 'areValues'>): string {
  const last = checks.at(-1)
  if (!last) return 'The run ended during the warm-up, before the training error was measured.'
  const seen = `with a training ${names.areValues ? 'R2' : 'error'} of ${errorAfter(last.trainingError, names)}`
  if (last.warmedUp) return `The warm-up ended at step ${grouped(last.step)}, ${seen}.`
  return `The run ended during the warm-up, ${seen} at step ${grouped(last.step)}.`
}

/**
 * Explains scores that are far worse than the losses of the batches. Without the explanation, a loss of 1e19 after a
 * few steps would look like a defect of the program.
 */
function unsettledSentence({ blueprint, losses, train: training }: Run): string | undefined {
  const hasStatistics = blueprint.parameters.some(({ role }) => role === 'runningVariance')
  // Math.max(...losses) would fail, because a long run has more losses than a call can have arguments.
  const largest = losses.reduce((most, { loss }) => Math.max(most, loss), 0)
  if (!hasStatistics || losses.length === 0 || training.loss === null || training.loss <= 10 * largest) return undefined
  return `The scores are far worse than the losses of the batches (at most ${number(largest)}). Batches are normalized by their own statistics, but scores use the running statistics, which may need more steps.`
}

/** Whether the run was stopped while LSUV rescaled the initial weights. */
const isBeforeStart = ({ interrupted, settings, startChange }: Run): boolean =>
  interrupted && settings.start === 'lsuv' && startChange === undefined

/** Returns the remarks that the user needs to judge the scores of a run. */
function remarks(all: Run, trainedOn: TrainedOn): string[] {
  const { name: data } = trainedOn
  const { signal, startChange, warmup, diverged, interrupted, notes, steps, settings, run } = all
  const lines: string[] = notes.map(withFlags)
  if (startChange) lines.push(describeStartChange(startChange))
  const standsOut = describeSignal(signal)
  if (standsOut !== null && !isBeforeStart(all)) lines.push(`Before training ${standsOut}.`)
  if (settings.augment !== 'none' && catalog.some((row) => row.name === data && row.mirrored)) {
    lines.push(
      `Some classes of ${data} are mirror images of other classes, so random flips make them alike. Use --augment none.`,
    )
  }
  if (warmup) lines.push(warmupSentence(warmup, namesOf(trainedOn, all)))
  if (all.stoppedEarly) lines.push(stoppedSentence(all))
  if (diverged) lines.push(`Training diverged at step ${grouped(diverged.step)}: ${describeDivergence(diverged)}.`)
  const unsettled = unsettledSentence(all)
  if (unsettled !== undefined) lines.push(unsettled)
  if (interrupted) {
    const file = join(run ?? '', `checkpoint-${steps}.safetensors`)
    const stopped = isBeforeStart(all)
      ? ['Stopped while LSUV rescaled the initial weights, before the first step. A resumed run begins LSUV again.']
      : [
          `Stopped after ${grouped(steps)} of ${counted(settings.steps, 'step')}. The latest weights are in ${file}.`,
          `A stopped run is not scored. Score the latest weights with: ${programName()} evaluate ${quote(run ?? '')}`,
        ]
    lines.push([...stopped, `Resume the run with: ${programName()} train --resume ${quote(run ?? '')}`].join('\n'))
  }
  return lines.flatMap((line) => [line, ''])
}
