import type { TrainingSettings } from '../settings/options.ts'

/** Whether the loss of a step is recorded. The first step has number 0. */
export function isLogged(step: number, { logEvery, steps }: Pick<TrainingSettings, 'logEvery' | 'steps'>): boolean {
  return step % logEvery === 0 || step === steps - 1
}
