/**
 * The file `metrics.jsonl` of a run, with lines in chronological order. Each logged step has a line
 * `{"step":0,"loss":2.3}`. Each measurement before a step has a line before the line of that step: an evaluation
 * `{"step":100,"train":{...},"trainSamples":5000,"test":{...}}`, a check of the warm-up
 * `{"step":100,"trainingError":0.83,"warmedUp":false}`, or a snapshot
 * `{"step":100,"probes":{"gradientNorm":[0.2,...]}}`. Node only.
 */
import { existsSync } from 'node:fs'
import { z } from 'zod'
import type { TrainingSettings } from '../settings/options.ts'
import { type GrowingFile, openGrowing, readWhole, writeWhole } from '../support/files.ts'
import { currentName, withCurrentNames } from '../support/renamed.ts'
import { isLogged } from '../training/logged-steps.ts'
import {
  dueBefore,
  isEvaluation,
  isProbeSnapshot,
  isWarmupCheck,
  type ProbeSnapshot,
  type StepMeasurement,
} from '../training/measurements.ts'
import type { LossRecord } from '../training/state.ts'
import { scoresSchema } from './run-description.ts'

/** The settings that decide which lines the file `metrics.jsonl` has. */
export type MetricsSettings = Pick<TrainingSettings, 'logEvery' | 'steps' | 'evaluateEvery' | 'probes' | 'schedule'>

export interface StoredMetrics {
  readonly losses: readonly LossRecord[]
  readonly measurements: readonly StepMeasurement[]
  /** Length of the part of the file that was read as losses and measurements, in bytes. */
  readonly bytes: number
  /** The snapshot of the layers at the requested step, if the file has a snapshot of this step. */
  readonly snapshotAtStep?: ProbeSnapshot
}

/**
 * Reads the losses and measurements before step `step`. Returns undefined if a line before step `step` is missing,
 * broken or out of order. Lines of later steps are ignored, because a resumed run writes later lines again.
 */
export function readMetrics(file: string, step: number, settings: MetricsSettings): StoredMetrics | undefined {
  const nextLine = linesOf(file)
  const losses: LossRecord[] = []
  const measurements: StepMeasurement[] = []
  let isWarm = settings.schedule.untilError === undefined
  let bytes = 0
  for (let expected = 0; expected < step; expected++) {
    for (const schema of schemasOf(dueBefore(expected, settings, isWarm))) {
      const line = nextLine()
      const measured = line && parseMeasured(line.text, schema)
      if (measured?.step !== expected) return undefined
      measurements.push(measured)
      isWarm ||= isWarmupCheck(measured) && measured.warmedUp
      bytes = line?.end ?? bytes
    }
    if (!isLogged(expected, settings)) continue
    const line = nextLine()
    const record = line && parseLoss(line.text)
    if (record?.step !== expected) return undefined
    losses.push(record)
    bytes = line?.end ?? bytes
  }
  const snapshotAtStep = settings.probes && parseMeasured(nextLine()?.text ?? '', snapshotSchema)
  return { losses, measurements, bytes, ...(snapshotAtStep?.step === step ? { snapshotAtStep } : {}) }
}

interface Line {
  readonly text: string
  /** Offset in the file of the first byte after the line end, in bytes. */
  readonly end: number
}

const lineEnd = 0x0a

/** Returns a function that reads the complete lines of a file one by one, and undefined after the last one. */
function linesOf(file: string): () => Line | undefined {
  const content = existsSync(file) ? readWhole(file) : new Uint8Array()
  const decoder = new TextDecoder()
  let start = 0
  return () => {
    const end = content.indexOf(lineEnd, start)
    if (end < 0) return undefined
    const text = decoder.decode(content.subarray(start, end))
    start = end + 1
    return { text, end: start }
  }
}

export const evaluationSchema = z.object({
  step: z.number(),
  train: scoresSchema,
  trainSamples: z.number(),
  test: scoresSchema,
  validation: scoresSchema.optional(),
})
const warmupCheckSchema = z.object({ step: z.number(), trainingError: z.number().nullable(), warmedUp: z.boolean() })

/**
 * Schema of a snapshot's line. If a line is from an older version, the old names of probes are replaced by the current
 * names.
 */
const snapshotSchema = z.object({
  step: z.number(),
  probes: z.record(z.string(), z.array(z.number().nullable())).transform((probes) => withCurrentNames(probes)),
})

/** Lists the schemas of the measurement lines before a step, in the order of the lines. */
function schemasOf({ probes, evaluation, warmupCheck }: ReturnType<typeof dueBefore>): z.ZodType<StepMeasurement>[] {
  return [
    ...(probes ? [snapshotSchema] : []),
    ...(evaluation ? [evaluationSchema] : []),
    ...(warmupCheck ? [warmupCheckSchema] : []),
  ]
}

function parseMeasured<M extends StepMeasurement>(text: string, schema: z.ZodType<M>): M | undefined {
  return schema.safeParse(parseJson(text)).data
}

function parseLoss(text: string): LossRecord | undefined {
  const record = parseJson(text)
  if (typeof record !== 'object' || record === null || !('step' in record && 'loss' in record)) return undefined
  const { step, loss } = record
  return typeof step === 'number' && typeof loss === 'number' ? { step, loss } : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Writes the first `bytes` bytes of a metrics file again under the current names of probes, if an older version wrote old
 * names. Returns the number of bytes of these lines after that. Throws a `disk` error.
 */
export function renameProbes(file: string, bytes: number): number {
  // The file may be missing if no line is kept.
  if (bytes === 0) return 0
  const text = new TextDecoder().decode(readWhole(file).subarray(0, bytes))
  const renamed = text.replace(/"(\w+)":\[/g, (_, name: string) => `"${currentName(name)}":[`)
  if (renamed === text) return bytes
  writeWhole(file, renamed)
  return new TextEncoder().encode(renamed).length
}

export interface MetricsFile {
  /** Adds lines of losses. Throws a `disk` error if a line can't be written. */
  add(records: readonly LossRecord[]): void
  /** Adds the line of a measurement, which is written to the disk later. */
  addMeasured(measured: StepMeasurement): void
  /** Returns when all lines are on the disk. Throws a `disk` error if a line can't be written. */
  save(): void
  close(): void
}

/**
 * Time in milliseconds for which lines are collected before a write to the file. A write for each step would slow short
 * steps down.
 */
const collecting = 100

/**
 * Opens the file to add lines, and cuts the file to `bytes` bytes. `check`: called before each write, and may throw.
 * Throws a `disk` error if the file can't be opened.
 */
export function openMetrics(path: string, bytes: number, check: () => void = () => {}): MetricsFile {
  const file: GrowingFile = openGrowing(path, bytes)
  let waiting = ''
  let writtenAt = performance.now()
  const write = (): void => {
    const text = waiting
    // The collected text is cleared before the write. After a failed write, part of the text may be in the file, and a
    // second write would duplicate the written part.
    waiting = ''
    writtenAt = performance.now()
    if (!text) return
    check()
    file.append(text)
  }
  return {
    add: (records) => {
      for (const { step, loss } of records) waiting += `${JSON.stringify({ step, loss })}\n`
      if (performance.now() - writtenAt >= collecting) write()
    },
    addMeasured: (measured) => {
      waiting += `${JSON.stringify(lineOf(measured))}\n`
    },
    save: () => {
      write()
      file.sync()
    },
    close: () => {
      try {
        write()
      } finally {
        file.close()
      }
    },
  }
}

/** Builds the object of a measurement's line, with its fields always in the same order. */
function lineOf(measured: StepMeasurement): object {
  if (isEvaluation(measured)) {
    const { step, train, trainSamples, test, validation } = measured
    return { step, train, trainSamples, test, validation }
  }
  if (isProbeSnapshot(measured)) return { step: measured.step, probes: measured.probes }
  const { step, trainingError, warmedUp } = measured
  return { step, trainingError, warmedUp }
}
