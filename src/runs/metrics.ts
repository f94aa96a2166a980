/**
 * `metrics.jsonl`: a line `{"step":0,"loss":2.3}` for each logged step, and one for each measurement, before that of the step
 * it was made before: `{"step":100,"train":{...},"trainSamples":5000,"test":{...}}`, or
 * `{"step":100,"trainingError":0.83,"warmedUp":false}`, or `{"step":100,"probes":{"gradientNorm":[0.2,...]}}`. In order of
 * time. Node only.
 */
import { existsSync } from 'node:fs'
import { z } from 'zod'
import type { TrainingSettings } from '../settings/options.ts'
import { type GrowingFile, openGrowing, readWhole } from '../support/files.ts'
import { withCurrentNames } from '../support/renamed.ts'
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

/** What of the settings says which lines there are. */
export type MetricsSettings = Pick<TrainingSettings, 'logEvery' | 'steps' | 'evaluateEvery' | 'probes' | 'schedule'>

export interface StoredMetrics {
  readonly losses: readonly LossRecord[]
  readonly measurements: readonly StepMeasurement[]
  /** Of the file: what they take. */
  readonly bytes: number
  /** The look at the layers as they were at that very step, where it was made. */
  readonly snapshotAtStep?: ProbeSnapshot
}

/**
 * What was logged and measured before the step `step` was. Undefined where a line of that is missing, broken or out of
 * order; what comes after is of no interest: it is made again.
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
  const snapshotAtStep = settings.probes && parseMeasured(nextLine()?.text ?? '', probesSchema)
  return { losses, measurements, bytes, ...(snapshotAtStep?.step === step ? { snapshotAtStep } : {}) }
}

interface Line {
  readonly text: string
  /** In the file, behind its line end. */
  readonly end: number
}

const lineEnd = 0x0a

/** The file's whole lines, one after the other; undefined after the last. */
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
const snapshotSchema = z.object({ step: z.number(), trainingError: z.number().nullable(), warmedUp: z.boolean() })

/** Probes have their current names, whichever version wrote the line. */
const probesSchema = z.object({
  step: z.number(),
  probes: z.record(z.string(), z.array(z.number().nullable())).transform((probes) => withCurrentNames(probes)),
})

/** Of the lines that are there before a step, in their order. */
function schemasOf({ probes, evaluation, snapshot }: ReturnType<typeof dueBefore>): z.ZodType<StepMeasurement>[] {
  return [
    ...(probes ? [probesSchema] : []),
    ...(evaluation ? [evaluationSchema] : []),
    ...(snapshot ? [snapshotSchema] : []),
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

export interface MetricsFile {
  /** Throws a `disk` error. */
  add(records: readonly LossRecord[]): void
  /** Throws a `disk` error. */
  addMeasured(measured: StepMeasurement): void
  /** Returns when all of it is on the disk. Throws a `disk` error. */
  save(): void
  close(): void
}

/** Milliseconds for which lines are collected: a write for each of many short steps would slow them down. */
const collecting = 100

/**
 * Opens the file to add to it, cut to so many bytes. `check` is asked before each write, and may throw. Throws a `disk`
 * error.
 */
export function openMetrics(path: string, bytes: number, check: () => void = () => {}): MetricsFile {
  const file: GrowingFile = openGrowing(path, bytes)
  let waiting = ''
  let writtenAt = performance.now()
  const write = (): void => {
    const text = waiting
    // Taken out first: after a failed write part of it may be there, and a second attempt would double it.
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

/** With its names in one order, wherever it comes from. */
function lineOf(measured: StepMeasurement): object {
  if (isEvaluation(measured)) {
    const { step, train, trainSamples, test, validation } = measured
    return { step, train, trainSamples, test, validation }
  }
  if (isProbeSnapshot(measured)) return { step: measured.step, probes: measured.probes }
  const { step, trainingError, warmedUp } = measured
  return { step, trainingError, warmedUp }
}
