/** A comparison with its progress on stderr, as `compare` and `start` run it. */
import {
  type Comparison,
  compare,
  comparisonPicture,
  comparisonReport,
  comparisonText,
  describeOptimizer,
  type NetworkFamily,
  parseNetwork,
  type Trial,
  version,
  withDepth,
} from '../index.ts'
import { interruptible } from './interrupt.ts'
import {
  type DataFlags,
  type MachineFlags,
  machineOptions,
  readData,
  type TrainingFlags,
  trainingOptions,
} from './options.ts'
import { stderrProgress } from './terminal/stderr.ts'

export interface CompareFlags extends DataFlags, TrainingFlags, MachineFlags {
  readonly depths: readonly number[]
  readonly seeds: number
}

export interface ComparisonResult {
  readonly comparison: Comparison
  readonly text: () => string
  readonly html: () => string
  /** The main picture, as SVG. */
  readonly picture: () => string
}

/** Short names of the dense presets; what is compared with itself under other options keeps its full text. */
const shortLabels: Readonly<Record<string, string>> = {
  mlp: 'plain',
  'residual-mlp': 'residual',
  linear: 'linear',
  'linear-residual': 'linear residual',
}

function familiesOf(texts: readonly string[], classes: number, input: readonly number[]): NetworkFamily[] {
  const presetOf = (text: string): string => text.split(':')[0]
  return texts.map((text) => {
    const isOnly = texts.filter((other) => presetOf(other) === presetOf(text)).length === 1
    const label = isOnly ? (shortLabels[presetOf(text)] ?? text) : text
    return { name: text, label, ofDepth: (depth) => parseNetwork(withDepth(text, depth), { classes, input }) }
  })
}

const trialName = ({ family, depth, seed }: Trial): string => `${family.label} ${depth}, seed ${seed}`

export async function compareNetworks(
  texts: readonly string[],
  flags: CompareFlags,
  command: string,
): Promise<ComparisonResult> {
  const data = await readData(flags)
  const families = familiesOf(texts, data.classes, data.shape)
  const seeds = Array.from({ length: flags.seeds }, (_, index) => flags.seed + index)
  const progress = stderrProgress()
  const tasks = new Map<Trial, ReturnType<typeof progress.task>>()
  const comparison = await interruptible(async (abort) => {
    try {
      return await compare(families, {
        ...trainingOptions(flags),
        ...machineOptions(flags),
        data,
        depths: flags.depths,
        seeds,
        abort,
        observer: {
          onTrials: (trials) => {
            for (const trial of trials) {
              tasks.set(trial, progress.task(trialName(trial), trial.steps, { unit: 'step', cost: trial.macs }))
            }
          },
          onProgress: (trial, done, losses) => tasks.get(trial)?.update(done, { loss: losses.at(-1)?.loss }),
          onFinished: (trial, { diverged }) => tasks.get(trial)?.finish(diverged ? 'diverged' : undefined),
        },
      })
    } finally {
      progress.close()
    }
  })
  const { settings, rows, sentence, seconds, interrupted } = comparison
  const stopped = interrupted ? ' Stopped before all trainings were done: this is what there was.' : ''
  const report = {
    command,
    dataset: { name: data.name, train: data.train.count, test: data.test.count, classes: data.classes },
    steps: settings.steps,
    batch: settings.batch,
    optimizer: `${describeOptimizer(settings.optimizer)}, ${settings.schedule} rate`,
    seconds,
    version,
    mode: `float32${flags.exact ? ', exact' : ''}`,
    families: families.map(({ name, label }) => ({ name, label })),
    depths: flags.depths,
    seeds,
    rows,
    sentence: `${sentence}${stopped}`,
  }
  return {
    comparison,
    text: () => comparisonText(report),
    html: () => comparisonReport(report),
    picture: () => comparisonPicture(report),
  }
}

/** The rows without their loss curves' steps, and the sentence. */
export function comparisonJson({ comparison }: ComparisonResult) {
  const { rows, sentence, settings, interrupted, seconds } = comparison
  return {
    rows: rows.map(({ losses, ...row }) => ({ ...row, losses: losses.map(({ loss }) => loss) })),
    sentence,
    settings,
    interrupted,
    seconds,
  }
}
