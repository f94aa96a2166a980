/** The workers of this machine: a training at a time on each core. */
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { availableCores, canShareMemory } from '../backends/wasm/platform.ts'
import type { MachineOptions } from '../settings/machine.ts'
import { createWorkers, type Workers } from '../trials/workers.ts'

/** As many as there are cores, unless `threads` says how many. */
export async function workersFor({ threads, exact, winograd, memoryLimit }: MachineOptions): Promise<Workers> {
  const count = canShareMemory() ? (threads ?? (await availableCores())) : 1
  const own = canShareMemory() ? 1 : 'inline'
  return createWorkers(count, (precision) =>
    createWasmBackend({ threads: own, precision, exact, winograd, memoryLimit }),
  )
}
