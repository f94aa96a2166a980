/**
 * Tests of the PyTorch side of the bench. Without the Debian package python3-torch, the tests are skipped with a
 * message.
 */
import { expect, it, type TestContext } from 'vitest'
import { count } from '../../blueprint/count.ts'
import { createBlueprint } from '../../blueprint/create.ts'
import { quickEffort } from '../measure.ts'
import { mlpSizes, mlpWork, resnetSizes, resnetWork, type StepWork } from '../steps.ts'
import type { Peer, PeerProblem } from './peer.ts'
import { pytorchSettings, startPytorch } from './pytorch.ts'

function problemOf({ problem, peerNetwork }: StepWork, threadLimit: number): PeerProblem {
  const { parameters } = count(createBlueprint(problem.network, problem.input))
  const batch = 1
  const size = { batch, classes: 10, rate: 1e-3, weightDecay: 1e-4, parameters, threadLimit }
  return { network: peerNetwork, ...size, effort: { ...quickEffort, steps: 1 } }
}

async function withPytorch(context: TestContext, use: (peer: Peer) => Promise<void>): Promise<void> {
  const peer = await startPytorch()
  if ('missing' in peer) {
    context.skip(peer.missing)
    return
  }
  try {
    await use(peer)
  } finally {
    peer.dispose()
  }
}

const { signal } = new AbortController()

it('pytorchSettings lists one thread and all threads, each with two layouts of images', () => {
  const [mlp, resnet] = [mlpWork(mlpSizes[1]), resnetWork(resnetSizes[0])]
  expect(pytorchSettings(problemOf(mlp, 4))).toEqual([
    { threads: 1, layout: null },
    { threads: 4, layout: null },
  ])
  expect(pytorchSettings(problemOf(resnet, 1))).toEqual([
    { threads: 1, layout: 'NCHW' },
    { threads: 1, layout: 'channels_last' },
  ])
  expect(pytorchSettings(problemOf(resnet, 2))).toHaveLength(4)
})

it('PyTorch builds networks with as many parameters as Isobath, trains them, and refuses other numbers', async (context) => {
  await withPytorch(context, async (peer) => {
    // The test uses one thread, because PyTorch's threads wait for each other on a busy machine.
    for (const work of [mlpWork(mlpSizes[1]), ...resnetSizes.map(resnetWork)]) {
      const problem = problemOf(work, 1)
      const { settings, timeTurn } = await peer.prepare(problem, signal)
      for (const setting of settings) {
        for (const time of await timeTurn(setting)) expect(time, work.name).toBeGreaterThan(0)
      }
      const other = peer.prepare({ ...problem, parameters: 1 }, signal)
      await expect(other).rejects.toThrowError(
        /^the peer's network has [\d,]+ parameters and Isobath's network has 1, so the two networks are not compared$/,
      )
    }
  })
})
