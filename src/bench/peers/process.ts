/**
 * Runs a peer program in a separate process, which answers each JSON request, one line on stdin, with one JSON line on
 * stdout.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { grouped } from '../../format/words.ts'
import { isQuick, turnSize } from '../measure.ts'
import type { PeerProblem, PeerSetting, PreparedPeer } from './peer.ts'

export interface PeerProcess {
  /**
   * Sends a request to the peer process and returns the answer. Throws if the process ends. If the answer takes longer
   * than the time limit, the method ends the process and throws.
   */
  ask(request: object, options?: { readonly abort?: AbortSignal; readonly limitSeconds?: number }): Promise<unknown>
  stop(): void
}

/**
 * Returns the error message of an ended peer process: the last line on stderr that mentions an error, or the last line
 * if no line mentions an error.
 */
function lastWords(parts: readonly string[]): string {
  const lines = parts.join('').trim().split('\n')
  return (lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? '').trim()
}

export function startProcess(command: string, words: readonly string[]): PeerProcess {
  // The peer has its own process group, because Ctrl-C should reach only the bench, which then ends the peer.
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
  child.on('close', () => end(lastWords(errors) || 'the process ended without an answer'))
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
      const onAbort = give('the process was stopped')
      const timer = setTimeout(
        give(`the process took longer than ${limitSeconds} second${limitSeconds === 1 ? '' : 's'}`),
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

/** Reads all fields of an answer of the peer process as texts. */
export function readTexts(answer: unknown): Readonly<Record<string, string>> {
  if (!isRecord(answer)) return {}
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, String(value)]))
}

/**
 * Reads the durations of training steps in an answer of the peer process, in milliseconds. Throws if the answer has no
 * durations.
 */
export function readTimes(answer: unknown): number[] {
  const times = isRecord(answer) ? answer.times : undefined
  if (!Array.isArray(times) || times.length === 0) throw new Error('the process returned no times')
  return times.map(Number)
}

/** Throws if the peer's network has another number of parameters than the network of Isobath. */
function checkParameters(answer: unknown, ours: number): void {
  const theirs = isRecord(answer) ? Number(answer.parameters) : Number.NaN
  if (theirs === ours) return
  const text = Number.isFinite(theirs) ? grouped(theirs) : 'no number of'
  throw new Error(
    `the peer's network has ${text} parameters and Isobath's network has ${grouped(ours)}, so the two networks are not compared`,
  )
}

export interface Conduct {
  readonly settings: readonly PeerSetting[]
  /** Number of warm-up steps in each setting of the peer. */
  readonly warmUpSteps: number
  /** Time limit in seconds for the compilation and all warm-ups of the peer together. */
  readonly limitSeconds: number
}

/**
 * Builds a network in the peer process and runs its warm-up steps. The returned object times training steps of the
 * network.
 */
export async function prepareIn(
  process: PeerProcess,
  problem: PeerProblem,
  { settings, warmUpSteps, limitSeconds }: Conduct,
  abort: AbortSignal,
): Promise<PreparedPeer> {
  const { network, batch, classes, rate, weightDecay, parameters, threadLimit, effort } = problem
  const start = performance.now()
  const left = (): number => Math.max(1, Math.round(limitSeconds - (performance.now() - start) / 1000))
  const time = async (setting: PeerSetting, warmup: number, steps: number, limit: number): Promise<number[]> => {
    const request = { command: 'time', ...setting, warmup, steps, alone: threadLimit === 1 }
    return readTimes(await process.ask(request, { abort, limitSeconds: limit }))
  }
  const layouts = [...new Set(settings.map(({ layout }) => layout))]
  const request = { command: 'prepare', network, layouts, batch, classes, rate, weightDecay }
  checkParameters(await process.ask(request, { abort, limitSeconds: left() }), parameters)
  const last = new Map<PeerSetting, number>()
  const warmUp = isQuick(effort) ? 1 : warmUpSteps
  for (const setting of settings) {
    for (let step = 0; step < warmUp; step++) last.set(setting, (await time(setting, 0, 1, left()))[0])
  }
  const timeTurn = (setting: PeerSetting): Promise<number[]> => {
    const { before, steps } = turnSize(effort, last.get(setting))
    return time(setting, before, steps, 300)
  }
  return { settings, timeTurn }
}
