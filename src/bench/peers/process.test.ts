/** Tests of peers in separate processes. Small Node programs stand in for the programs of peers. */
import { describe, expect, it } from 'vitest'
import { quickEffort } from '../measure.ts'
import { type PeerProcess, prepareIn, readTexts, readTimes, startProcess } from './process.ts'

const start = (program: string): PeerProcess => startProcess(process.execPath, ['-e', program])

const answering = (answer: string): string => `
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const request = JSON.parse(line)
    console.log(JSON.stringify(${answer}))
  })`

describe('startProcess', () => {
  it('passes requests to the process and returns its answers in order', async () => {
    const peer = start(answering('{ got: request.number }'))
    expect(await peer.ask({ number: 1 })).toEqual({ got: 1 })
    expect(readTexts(await peer.ask({ number: 2 }))).toEqual({ got: '2' })
    peer.stop()
  })

  it("rejects every request to a failed process with the process's own error message", async () => {
    const peer = start("console.error('a trace\\nModuleNotFoundError: no torch\\n at last'); process.exit(1)")
    await expect(peer.ask({})).rejects.toThrowError('ModuleNotFoundError: no torch')
    await expect(peer.ask({})).rejects.toThrowError('ModuleNotFoundError: no torch')
    await expect(startProcess('/no/such/program', []).ask({})).rejects.toThrowError('ENOENT')
  })

  it('ends a process that takes too long, and a process that is aborted', async () => {
    const silent = (): PeerProcess => start('setTimeout(() => {}, 60_000)')
    await expect(silent().ask({}, { limitSeconds: 1 })).rejects.toThrowError('the process took longer than 1 second')
    const controller = new AbortController()
    const answer = silent().ask({}, { abort: controller.signal })
    controller.abort()
    await expect(answer).rejects.toThrowError('the process was stopped')
  })
})

describe('prepareIn', () => {
  const network = { kind: 'resnet', depth: 8, channels: 3, height: 8, width: 8 } as const
  const effort = { ...quickEffort, warmUpMilliseconds: 1 }
  const size = { batch: 3, classes: 2, rate: 0.1, weightDecay: 0.01, parameters: 7, threadLimit: 2, effort }
  const problem = { network, ...size }
  const setting = (threads: number, layout: 'NCHW' | 'channels_last') => ({ threads, layout })
  const settings = [setting(1, 'NCHW'), setting(1, 'channels_last'), setting(2, 'NCHW')]
  const conduct = { settings, warmUpSteps: 2, limitSeconds: 300 }
  const { signal } = new AbortController()
  /** A peer process in which `times` is the code of an expression for the step times, given the request. */
  const peerWith = (times: string): PeerProcess =>
    start(answering(`request.command === 'prepare' ? { parameters: 7 } : { times: ${times} }`))

  it('warms the network up in every setting, and times the network in the requested setting', async () => {
    const requests: object[] = []
    const peer = peerWith('Array(request.steps).fill(request.threads)')
    const noted: PeerProcess = {
      ask: (request, options) => {
        requests.push(request)
        return peer.ask(request, options)
      },
      stop: peer.stop,
    }
    const prepared = await prepareIn(noted, problem, conduct, signal)
    expect(prepared.settings).toEqual(settings)
    expect(await prepared.timeTurn(settings[2])).toEqual([2, 2])
    const [first, ...others] = requests
    const layouts = ['NCHW', 'channels_last']
    expect(first).toEqual({ command: 'prepare', network, layouts, batch: 3, classes: 2, rate: 0.1, weightDecay: 0.01 })
    const time = { command: 'time', alone: false }
    const warmUps = settings.flatMap((one) => [one, one].map(() => ({ ...time, ...one, warmup: 0, steps: 1 })))
    expect(others).toEqual([...warmUps, { ...time, ...settings[2], warmup: 1, steps: 2 }])
    peer.stop()
  })

  it('times fewer steps of a network with slow steps', async () => {
    const peer = peerWith('Array(request.steps).fill(request.threads === 1 ? 1000 : 100)')
    const long = { ...problem, effort: { ...effort, rounds: 3, steps: 7 } }
    const { timeTurn } = await prepareIn(peer, long, conduct, signal)
    expect(await timeTurn(settings[0])).toHaveLength(3)
    expect(await timeTurn(settings[2])).toHaveLength(7)
    peer.stop()
  })

  it('refuses a peer network with another number of parameters', async () => {
    const peer = peerWith('[1]')
    const refused = prepareIn(peer, { ...problem, parameters: 8000 }, conduct, signal)
    await expect(refused).rejects.toThrowError(
      "the peer's network has 7 parameters and Isobath's network has 8,000, so the two networks are not compared",
    )
    peer.stop()
  })

  it('readTimes returns the times of an answer, and throws an error if the answer has no times', () => {
    expect(readTimes({ times: [1, 2] })).toEqual([1, 2])
    for (const answer of [{}, { times: [] }, null, 3])
      expect(() => readTimes(answer)).toThrowError('the process returned no times')
  })
})
