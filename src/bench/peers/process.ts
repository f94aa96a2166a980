/** A peer in a process of its own, which answers one JSON request a line with one JSON line. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { median } from '../measure.ts'
import type { PeerProblem, PreparedPeer } from './peer.ts'

export interface PeerProcess {
  /** Throws when the process ends without an answer, or gives none within the limit; then it is ended. */
  ask(request: object, options?: { readonly abort?: AbortSignal; readonly limitSeconds?: number }): Promise<unknown>
  stop(): void
}

/** What a process said on stderr before it ended: the last line about an error, or the last of all. */
function lastWords(parts: readonly string[]): string {
  const lines = parts.join('').trim().split('\n')
  return (lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? '').trim()
}

export function startProcess(command: string, words: readonly string[]): PeerProcess {
  // A group of its own: Ctrl-C is for the bench, which then ends the peer.
  const child: ChildProcess = spawn(command, words, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  const errors: string[] = []
  let waiting: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void } | undefined
  let ended: string | undefined
  const end = (reason: string): void => {
    ended ??= reason
    waiting?.reject(new Error(ended))
    waiting = undefined
  }
  child.stderr?.setEncoding('utf8').on('data', (text: string) => errors.push(text))
  child.stdin?.on('error', () => {})
  child.on('error', (error) => end(error.message))
  child.on('close', () => end(lastWords(errors) || 'it ended without an answer'))
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      waiting?.resolve(line)
      waiting = undefined
    })
  }
  const stop = (): void => {
    child.stdin?.end()
    child.kill('SIGKILL')
  }
  return {
    ask: async (request, { abort, limitSeconds = 300 } = {}) => {
      if (ended !== undefined) throw new Error(ended)
      const give = (reason: string) => () => {
        end(reason)
        stop()
      }
      const onAbort = give('it was stopped')
      const timer = setTimeout(
        give(`it took longer than ${limitSeconds} second${limitSeconds === 1 ? '' : 's'}`),
        1000 * limitSeconds,
      )
      abort?.addEventListener('abort', onAbort)
      try {
        const line = await new Promise<string>((resolve, reject) => {
          waiting = { resolve, reject }
          child.stdin?.write(`${JSON.stringify(request)}\n`)
        })
        return JSON.parse(line)
      } finally {
        clearTimeout(timer)
        abort?.removeEventListener('abort', onAbort)
      }
    },
    stop,
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** The texts in an answer, by name. */
export function readTexts(answer: unknown): Readonly<Record<string, string>> {
  if (!isRecord(answer)) return {}
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, String(value)]))
}

/** The milliseconds of the steps in an answer. */
export function readTimes(answer: unknown): number[] {
  const times = isRecord(answer) ? answer.times : undefined
  if (!Array.isArray(times) || times.length === 0) throw new Error('it gave no times')
  return times.map(Number)
}

export interface Conduct {
  readonly threadCounts: readonly number[]
  /** Steps that a number of threads is warmed up with. */
  readonly warmUpSteps: number
  /** What all warming up, compilation included, may take. */
  readonly limitSeconds: number
}

/** Steps that take longer than this are timed fewer times in a turn: all turns together still have seven. */
const slow = 500
const least = 7

/** Prepares a network in the process and warms it up; then it can be timed. */
export async function prepareIn(
  process: PeerProcess,
  problem: PeerProblem,
  { threadCounts, warmUpSteps, limitSeconds }: Conduct,
  abort: AbortSignal,
): Promise<PreparedPeer> {
  const { depth, width, batch, classes, rate, threadLimit, effort } = problem
  const start = performance.now()
  const left = (): number => Math.max(1, Math.round(limitSeconds - (performance.now() - start) / 1000))
  const time = async (threads: number, warmup: number, steps: number, limit: number): Promise<number[]> => {
    const request = { command: 'time', threads, warmup, steps, alone: threadLimit === 1 }
    return readTimes(await process.ask(request, { abort, limitSeconds: limit }))
  }
  await process.ask({ command: 'prepare', depth, width, batch, classes, rate }, { abort, limitSeconds: left() })
  let last = 0
  for (const threads of threadCounts) {
    for (let step = 0; step < warmUpSteps; step++) last = (await time(threads, 0, 1, left()))[0]
  }
  const steps = last > slow ? Math.min(effort.steps, Math.ceil(least / effort.rounds)) : effort.steps
  return { threadCounts, turn: async (threads) => median(await time(threads, last > slow ? 0 : 1, steps, 300)) }
}
