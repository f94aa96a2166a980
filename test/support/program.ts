/** Runs the bundled program as a separate process, which can receive a signal. */
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { builtProgram } from './build.ts'

export interface Ended {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the program in a folder. If the program still runs when `moment` resolves, the program receives the signal. */
export function runProgram(
  folder: string,
  text: string,
  signal?: NodeJS.Signals,
  moment?: (over: AbortSignal) => Promise<unknown>,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [builtProgram, ...text.split(' ')], { cwd: folder })
    const said = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].on('data', (part) => {
        said[stream] += part
      })
    }
    const over = new AbortController()
    moment?.(over.signal).then(() => child.kill(signal), reject)
    child.on('error', reject)
    child.on('close', (status, by) => {
      over.abort()
      resolve({ ...said, status, signal: by })
    })
  })
}

/** Waits until a condition holds. The condition is checked every 3 milliseconds. */
export async function until(isSo: () => boolean, over: AbortSignal): Promise<void> {
  while (!over.aborted && !isSo()) await sleep(3)
}
