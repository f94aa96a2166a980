/** Checks that a run, comparison or diagnosis resumes with the same data and in the same mode as at its start. */
import type { Mode } from '../backends/machine.ts'
import type { Dataset } from '../data/dataset.ts'
import type { DataDescription } from '../runs/run-description.ts'
import type { WorkKind } from '../runs/work-folder.ts'
import { IsobathError } from '../support/errors.ts'
import { checkBudget } from './check-call.ts'
import { hashDataset } from './hash-dataset.ts'

/** A run, comparison or diagnosis that is stored in a folder. */
export interface StoredWork {
  readonly folder: string
  readonly noun: WorkKind
}

/** Throws an `option` error if a work resumes with a smaller budget than the budget with which it began, in seconds. */
export function refuseSmallerBudget(noun: WorkKind, before: number, budget: number | undefined): void {
  if (budget === undefined) return
  checkBudget(budget)
  if (budget >= before) return
  throw new IsobathError(
    'option',
    (option) =>
      `${option('budget')}: expected at least the ${before} seconds with which the ${noun} began, got ${budget}. Leave the budget out, or give more seconds.`,
  )
}

/** A computation mode, as a folder stores it. */
type StoredMode = Partial<Omit<Mode, 'precision'> & { readonly precision: string }>

const choice = (chosen: string, other: string) => (isChosen: unknown) => (isChosen ? chosen : other)

/** Describes each part of a mode in the words that follow "expected" in an error message. */
const modeTexts: Readonly<Record<keyof Mode, (value: unknown) => string>> = {
  backend: (name) => `the backend ${name}`,
  precision: (precision) => `computation in ${precision}`,
  exact: choice('exact computation', 'computation that is not exact'),
  winograd: choice("convolutions with Winograd's algorithm", "convolutions without Winograd's algorithm"),
}

/**
 * Throws a `run` error if the requested mode differs from the stored mode. Undefined parts of the requested mode are
 * not compared.
 */
export function refuseOtherMode({ folder, noun }: StoredWork, stored: StoredMode, asked: Partial<Mode>): void {
  const mode = { backend: 'wasm', precision: 'float32', ...stored }
  for (const part of ['backend', 'precision', 'exact', 'winograd'] as const) {
    const wanted = asked[part]
    if (wanted === undefined || wanted === mode[part]) continue
    const text = modeTexts[part]
    const isMachine = part === 'backend' || part === 'precision'
    const remedy = isMachine
      ? `Give a machine like the one on which the ${noun} began.`
      : `A ${noun} keeps its mode: leave the option out.`
    throw new IsobathError(
      'run',
      `${folder}: expected ${text(mode[part])}, as in the ${noun}, got ${text(wanted)}. ${remedy}`,
    )
  }
}

/**
 * Throws a `run` error if the given samples differ from the samples with which the run, comparison or diagnosis began.
 */
export async function refuseOtherData(
  { folder, noun, anew }: StoredWork & { readonly anew: string },
  stored: DataDescription,
  data: Dataset,
): Promise<void> {
  if ((await hashDataset(data)) === stored.sha256) return
  const counts = ({ train, test }: { train: number; test: number }): string =>
    `${train} training and ${test} test samples`
  const given = counts({ train: data.train.count, test: data.test.count })
  throw new IsobathError(
    'run',
    `${folder}: expected the data that the ${noun} began with (${stored.name}, ${counts(stored)}, SHA-256 ${stored.sha256.slice(0, 12)}...), got other samples (${data.name}, ${given}). Give the same data, or ${anew}.`,
  )
}
