/** Peers in processes of their own, with programs of Node's in the place of a peer's. */
import { describe, expect, it } from 'vitest'
import { quickEffort } from '../measure.ts'
import { type PeerProcess, prepareIn, readTexts, readTimes, startProcess } from './process.ts'

const start = (program: string): PeerProcess => startProcess(process.execPath, ['-e', program])

const answering = (answer: string): string => `
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const request = JSON.parse(line)
    console.log(JSON.stringify(${answer}))
  })`

describe('a process', () => {
  it('answers requests one after the other', async () => {
    const peer = start(answering('{ got: request.number }'))
    expect(await peer.ask({ number: 1 })).toEqual({ got: 1 })
    expect(readTexts(await peer.ask({ number: 2 }))).toEqual({ got: '2' })
    peer.stop()
  })

  it('that fails says so with its own words, also to later requests', async () => {
    const peer = start("console.error('a trace\\nModuleNotFoundError: no torch\\n at last'); process.exit(1)")
    await expect(peer.ask({})).rejects.toThrowError('ModuleNotFoundError: no torch')
    await expect(peer.ask({})).rejects.toThrowError('ModuleNotFoundError: no torch')
    await expect(startProcess('/no/such/program', []).ask({})).rejects.toThrowError('ENOENT')
  })

  it('that takes too long, or is stopped, is ended', async () => {
    const silent = (): PeerProcess => start('setTimeout(() => {}, 60_000)')
    await expect(silent().ask({}, { limitSeconds: 1 })).rejects.toThrowError('it took longer than 1 second')
    const controller = new AbortController()
    const answer = silent().ask({}, { abort: controller.signal })
    controller.abort()
    await expect(answer).rejects.toThrowError('it was stopped')
  })
})

describe('a network prepared in a process', () => {
  const problem = { depth: 2, width: 4, batch: 3, classes: 2, rate: 0.1, threadLimit: 2, effort: quickEffort }
  const conduct = { threadCounts: [1, 2], warmUpSteps: 1, limitSeconds: 300 }
  const { signal } = new AbortController()

  it('is warmed up with each number of threads, and timed by the median', async () => {
    const times = '{ times: request.steps === 1 ? [1] : [5, 1, request.threads].slice(0, request.steps + 1) }'
    const peer = start(answering(times))
    const prepared = await prepareIn(peer, problem, conduct, signal)
    expect(prepared.threadCounts).toEqual([1, 2])
    expect(await prepared.turn(2)).toBe(2)
    peer.stop()
  })

  it('whose steps are slow is timed in fewer of them', async () => {
    const peer = start(answering('{ times: Array(request.steps).fill(request.steps * 1000) }'))
    const effort = { ...quickEffort, rounds: 3, steps: 7 }
    const { turn } = await prepareIn(peer, { ...problem, effort }, conduct, signal)
    expect(await turn(1)).toBe(3000)
    peer.stop()
  })

  it('gives times, or an error', () => {
    expect(readTimes({ times: [1, 2] })).toEqual([1, 2])
    for (const answer of [{}, { times: [] }, null, 3]) expect(() => readTimes(answer)).toThrowError('it gave no times')
  })
})
