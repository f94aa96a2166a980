/** What goes on must go on as it began: with the same data, in the same mode. */
import type { Dataset } from '../data/dataset.ts'
import type { RunDescription } from '../runs/run-description.ts'
import type { MachineOptions } from '../settings/machine.ts'
import { IsobathError } from '../support/errors.ts'
import { hashDataset } from './hash-dataset.ts'

/** What is in a folder. */
export interface Begun {
  readonly folder: string
  readonly noun: 'run' | 'diagnosis'
}

export type Mode = Pick<MachineOptions, 'exact' | 'winograd'>

/** What the parts of a mode are called, where they are chosen and where they aren't. */
const modeNames: Readonly<Record<keyof Mode, readonly [chosen: string, other: string]>> = {
  exact: ['exact', 'not exact'],
  winograd: ["computed with Winograd's algorithm", "computed without Winograd's algorithm"],
}

/** Throws a `run` error where another mode is asked for. */
export function refuseOtherMode({ folder, noun }: Begun, mode: Required<Mode>, asked: Mode): void {
  for (const part of ['exact', 'winograd'] as const) {
    const wanted = asked[part]
    if (wanted === undefined || wanted === mode[part]) continue
    const name = (isChosen: boolean): string => modeNames[part][isChosen ? 0 : 1]
    throw new IsobathError(
      'run',
      `${folder}: the ${noun} is ${name(mode[part])}, and what was asked for is ${name(wanted)}. A ${noun} keeps its mode: leave it out.`,
    )
  }
}

/** Throws a `run` error where the samples aren't those that it began with. */
export async function refuseOtherData(
  { folder, noun, anew }: Begun & { readonly anew: string },
  kept: RunDescription['data'],
  data: Dataset,
): Promise<void> {
  if ((await hashDataset(data)) === kept.sha256) return
  const counts = ({ train, test }: { train: number; test: number }): string => `${train} + ${test} samples`
  const given = counts({ train: data.train.count, test: data.test.count })
  throw new IsobathError(
    'run',
    `${folder}: expected the data that the ${noun} began with (${kept.name}, ${counts(kept)}, SHA-256 ${kept.sha256.slice(0, 12)}...), got other samples (${data.name}, ${given}). Give the same data, or ${anew}.`,
  )
}
