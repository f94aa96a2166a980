/** What goes on must go on as it began: with the same data, in the same mode. */
import type { Mode } from '../backends/machine.ts'
import type { Dataset } from '../data/dataset.ts'
import type { DataDescription } from '../runs/run-description.ts'
import type { WorkKind } from '../runs/work-folder.ts'
import { IsobathError } from '../support/errors.ts'
import { hashDataset } from './hash-dataset.ts'

/** What is in a folder. */
export interface StoredWork {
  readonly folder: string
  readonly noun: WorkKind
}

/** As a folder keeps it. */
type StoredMode = Partial<Omit<Mode, 'precision'> & { readonly precision: string }>

const choice = (chosen: string, other: string) => (isChosen: unknown) => (isChosen ? chosen : other)

/** The parts of a mode in words. */
const modeTexts: Readonly<Record<keyof Mode, (value: unknown) => string>> = {
  backend: (name) => `computed by the backend ${name}`,
  precision: (precision) => `computed in ${precision}`,
  exact: choice('exact', 'not exact'),
  winograd: choice("computed with Winograd's algorithm", "computed without Winograd's algorithm"),
}

/** Throws a `run` error where another mode is asked for. */
export function refuseOtherMode({ folder, noun }: StoredWork, stored: StoredMode, asked: Partial<Mode>): void {
  const mode = { backend: 'wasm', precision: 'float32', ...stored }
  for (const part of ['backend', 'precision', 'exact', 'winograd'] as const) {
    const wanted = asked[part]
    if (wanted === undefined || wanted === mode[part]) continue
    const text = modeTexts[part]
    const isMachine = part === 'backend' || part === 'precision'
    const remedy = isMachine
      ? 'Give a machine like the one that it began on.'
      : `A ${noun} keeps its mode: leave it out.`
    throw new IsobathError(
      'run',
      `${folder}: the ${noun} is ${text(mode[part])}, and what was asked for is ${text(wanted)}. ${remedy}`,
    )
  }
}

/** Throws a `run` error where the samples aren't those that it began with. */
export async function refuseOtherData(
  { folder, noun, anew }: StoredWork & { readonly anew: string },
  stored: DataDescription,
  data: Dataset,
): Promise<void> {
  if ((await hashDataset(data)) === stored.sha256) return
  const counts = ({ train, test }: { train: number; test: number }): string => `${train} + ${test} samples`
  const given = counts({ train: data.train.count, test: data.test.count })
  throw new IsobathError(
    'run',
    `${folder}: expected the data that the ${noun} began with (${stored.name}, ${counts(stored)}, SHA-256 ${stored.sha256.slice(0, 12)}...), got other samples (${data.name}, ${given}). Give the same data, or ${anew}.`,
  )
}
