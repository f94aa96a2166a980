/** Tests the program as a process of its own: signals, pipes, and several processes at once. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { builtProgram } from '../support/build.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts the program. `onStderr` gets the whole text on stderr after each new part. */
function start(
  words: string,
  onStderr: (text: string, child: ChildProcess) => void = () => {},
  nodeOptions: readonly string[] = [],
) {
  const child = spawn(process.execPath, [...nodeOptions, builtProgram, ...words.split(' ')], { cwd: root })
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', (part) => {
    printed.stdout += String(part)
  })
  child.stderr.on('data', (part) => {
    printed.stderr += String(part)
    onStderr(printed.stderr, child)
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, ...printed }))
  })
  return { child, ended }
}

/** Waits until the condition holds or the process has ended. */
async function until(isSo: () => boolean, child: ChildProcess): Promise<void> {
  while (!isSo() && child.exitCode === null && child.signalCode === null) await sleep(20)
}

const hasContent = (file: string): boolean => existsSync(file) && statSync(file).size > 0

describe('Ctrl-C', () => {
  it('stops a training, which stores its latest weights and prints their file', async () => {
    const words = 'train mlp:depth=3,width=16 --data moons --steps 10000000 --log-every 100 --run stopped'
    const { child, ended } = start(words)
    await until(() => hasContent(join(root, 'stopped', 'metrics.jsonl')), child)
    child.kill('SIGINT')
    const { status, stdout, stderr } = await ended
    expect({ status, stderr: stderr.split('\n') }).toEqual({
      status: 0,
      stderr: expect.arrayContaining([
        'Stopping after the steps under way, and saving the run. Press Ctrl-C again to end at once.',
      ]),
    })
    const [, steps, kept] =
      /^Stopped after ([\d,]+) of 10,000,000 steps\. The latest weights are in (\S+)\.$/m.exec(stdout) ?? []
    expect(kept).toBe(`stopped/checkpoint-${steps.replaceAll(',', '')}.safetensors`)
    expect(readdirSync(join(root, 'stopped'))).toContain(kept.replace('stopped/', ''))
    expect(stdout).toMatch(/^Resume the run with: isobath train --resume stopped$/m)
    expect(readdirSync(join(root, 'stopped'))).not.toContain('lock')
    expect(JSON.parse(readFileSync(join(root, 'stopped', 'result.json'), 'utf8'))).toMatchObject({ interrupted: true })
    expect(stdout).toMatch(/^A stopped run is not scored\. Score the latest weights with: isobath evaluate stopped$/m)
    const evaluated = await start('evaluate stopped').ended
    expect(evaluated.stdout).toMatch(/^train {2}accuracy \d.*$/m)
  })

  it.each(['SIGTERM', 'SIGHUP'] as const)('saves a training, and so does %s', async (signal) => {
    const run = `stopped-by-${signal}`
    const { child, ended } = start(
      `train mlp:depth=3,width=16 --data moons --steps 10000000 --log-every 100 --run ${run}`,
    )
    await until(() => hasContent(join(root, run, 'metrics.jsonl')), child)
    child.kill(signal)
    expect(await ended).toMatchObject({ status: 0 })
    expectSaved(run)
  })

  it('stops LSUV before the first step, and a resumed run begins LSUV again', async () => {
    const words =
      'train mlp:depth=500,width=64,activation=tanh --data glyphs --samples 1024 --batch 1024 --steps 1 --rate 1e-6 --start lsuv --threads 1'
    const { child, ended } = start(`${words} --run adjusted`)
    await until(() => existsSync(join(root, 'adjusted', 'run.json')), child)
    child.kill('SIGINT')
    const { status, stdout, stderr } = await ended
    expect({ status, stderr: stderr.split('\n')[0] }).toEqual({ status: 0, stderr: 'LSUV: 0 of 501 layers (0%)' })
    expect(stderr).not.toContain('training:')
    expect(stdout).toMatch(/^Stopped while LSUV rescaled the initial weights, before the first step\./m)
    expect(stdout).toMatch(/^Resume the run with: isobath train --resume adjusted$/m)
    expect(stdout).not.toMatch(/loss|memory/)
    expectSaved('adjusted')
    const resumed = await start('train --resume adjusted --threads 1').ended
    expect(resumed.stderr).toMatch(/^LSUV: 501 layers in \d+:\d\d\ntraining: 0 of 1 step /m)
    const whole = await start(`${words} --run adjusted-at-once`).ended
    const hash = /^sha256 \w+/m
    expect(hash.exec(resumed.stdout)?.[0]).toBe(hash.exec(whole.stdout)?.[0] ?? 'a hash')
  })

  it('ends a training at once when Ctrl-C is pressed again, and leaves no lock behind', async () => {
    // Scoring the network on one thread takes much longer than the time until the second Ctrl-C, on any machine.
    const words = 'train mlp:depth=3000,width=64 --data glyphs --steps 100000 --threads 1 --run twice'
    const { child, ended } = start(words)
    await until(() => existsSync(join(root, 'twice', 'run.json')), child)
    child.kill('SIGINT')
    // The signal is sent repeatedly, because a busy process receives two signals at once, which count as one.
    const again = setInterval(() => child.kill('SIGINT'), 700)
    const { status, stdout } = await ended.finally(() => clearInterval(again))
    expect({ status, stdout }).toEqual({ status: 130, stdout: '' })
    const names = readdirSync(join(root, 'twice'))
    expect(names).toContain('run.json')
    expect(names).not.toContain('lock')
  })

  it('stops a comparison, which shows the results so far', async () => {
    const words = 'compare mlp:width=8 --depths 1,3 --seeds 50 --data moons --samples 64 --steps 20000 --threads 1'
    let pressed = false
    const { ended } = start(words, (text, child) => {
      // The signal is sent once, while many seconds of work remain.
      if (!pressed && text.includes('(1 of 100 done)')) pressed = child.kill('SIGINT')
    })
    const { status, stdout, stderr } = await ended
    expect(status).toBe(0)
    expect(stderr).toContain('Stopping. The results so far are printed. Press Ctrl-C again to end at once.')
    expect(stdout.replace(/\s+/g, ' ')).toContain('The comparison was stopped before all trainings were done.')
    expect(stdout).toMatch(/^plain +3 .* \d+ of 50$/m)
  })
})

describe('Ctrl-C before a comparison has finished a training', () => {
  it('leaves an earlier report unchanged', async () => {
    writeFileSync(join(root, 'earlier.html'), '<!doctype html>the report of yesterday')
    const words =
      'compare mlp:width=8 --depths 3 --seeds 1 --data moons --samples 64 --steps 10000000 --log-every 100000'
    let pressed = false
    const { ended } = start(`${words} --report earlier.html`, (text, child) => {
      if (!pressed && text.includes('plain 3')) pressed = child.kill('SIGINT')
    })
    const { status, stdout } = await ended
    expect(status).toBe(0)
    expect(stdout).toBe(
      'The comparison was stopped before the first training was done.\nNo training was finished, so no file was written: earlier.html\n',
    )
    expect(readFileSync(join(root, 'earlier.html'), 'utf8')).toBe('<!doctype html>the report of yesterday')
  })
})

const resultIn = (run: string): unknown => JSON.parse(readFileSync(join(root, run, 'result.json'), 'utf8'))

/** Expects the result and the last checkpoint of a stopped training in its folder, and no lock. */
function expectSaved(run: string): void {
  const { steps, interrupted } = Object.assign({ steps: 0, interrupted: false }, resultIn(run))
  expect(interrupted).toBe(true)
  expect(readdirSync(join(root, run))).toContain(`checkpoint-${steps}.safetensors`)
  expect(readdirSync(join(root, run))).not.toContain('lock')
}

// The command `script` of util-linux runs a program on a terminal. Other systems have no such command.
describe.runIf(process.platform === 'linux' && existsSync('/usr/bin/script'))('a terminal that is closed', () => {
  it('stops a training, which is saved and exits with the status of a stop', async () => {
    const words = 'train mlp:depth=3,width=16 --data moons --steps 10000000 --log-every 100 --run closed'
    // This shell forwards the signal to its job, like a shell at a prompt.
    const line = `'${process.execPath}' '${builtProgram}' ${words} & trap 'kill -HUP $!' HUP; wait $!; wait $!; echo $? > status`
    const terminal = spawn('/usr/bin/script', ['-qc', line, '/dev/null'], { cwd: root })
    await until(() => hasContent(join(root, 'closed', 'metrics.jsonl')), terminal)
    terminal.kill('SIGKILL')
    while (!hasContent(join(root, 'status'))) await sleep(20)
    expectSaved('closed')
    // The status is 130, or 134 if Node itself aborts at its end. Node 20 aborts because the terminal is gone.
    expect(readFileSync(join(root, 'status'), 'utf8')).toMatch(/^13[04]\n$/)
  })
})

/** Closes outputs of the program, like a reader that ends before the program. */
function close(child: ChildProcess, closed: string): void {
  if (closed.includes('stdout')) child.stdout?.destroy()
  if (closed.includes('stderr')) child.stderr?.destroy()
}

// `2>&1 | head` closes both outputs. So does `2>&1 | tee log` after Ctrl-C, because Ctrl-C ends tee as well.
describe.each(['stderr', 'stdout', 'stdout and stderr'])('a closed %s', (closed) => {
  const name = closed.replaceAll(' ', '-')

  it('does not stop a training before its end', async () => {
    const { child, ended } = start(`train mlp:depth=3,width=16 --data moons --steps 300 --run whole-${name}`)
    close(child, closed)
    expect(await ended).toMatchObject({ status: 0 })
    expect(resultIn(`whole-${name}`)).toMatchObject({ steps: 300, interrupted: false })
  })

  it('does not prevent Ctrl-C from saving a training, and gives status 130 if stdout is closed', async () => {
    const run = `saved-${name}`
    const words = `train mlp:depth=3,width=16 --data moons --steps 10000000 --log-every 100 --run ${run}`
    const { child, ended } = start(words)
    await until(() => hasContent(join(root, run, 'metrics.jsonl')), child)
    close(child, closed)
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ status: closed === 'stderr' ? 0 : 130 })
    expectSaved(run)
  })

  it('does not prevent Ctrl-C from saving a diagnosis and its report', async () => {
    const run = `diagnosed-${name}`
    const words = `diagnose mlp:depth=3,width=16 --data moons --steps 1000000 --seeds 1 --threads 1 --run ${run}`
    let isTraining = false
    const { child, ended } = start(words, (text) => {
      isTraining = text.includes(' of 1000000 steps')
    })
    await until(() => isTraining, child)
    close(child, closed)
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ status: closed === 'stderr' ? 0 : 130 })
    expect(resultIn(run)).toMatchObject({ interrupted: true })
    expect(readdirSync(join(root, run))).toContain('report.html')
  })

  it('does not hide the exit status of wrong input', async () => {
    const { child, ended } = start('count mlp:depth=-1')
    close(child, closed)
    expect(await ended).toMatchObject({ status: 2 })
  })
})

describe('the program', () => {
  it('prints nothing but JSON on stdout, and plain lines on stderr', async () => {
    const words = 'train residual-mlp:depth=4,width=8 --data moons --samples 64 --steps 20 --json --run plain'
    const { status, stdout, stderr } = await start(words).ended
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ run: 'plain', diverged: null })
    // On a busy machine there are more lines between and after, because long work reports its progress.
    expect(stderr).toMatch(
      /^training: 0 of 20 steps \(0%\)\n(training: \d+ of 20 .*\n)*training: 20 steps in \d+:\d\d, loss [\d.]+\n(scoring: .*\n)*$/,
    )
  })

  it('stores several runs that start at once, each in a folder of its own', async () => {
    const words = 'train mlp:width=8 --data moons --samples 64 --steps 5 --json --seed'
    const ends = await Promise.all([1, 2, 3].map((seed) => start(`${words} ${seed}`).ended))
    const runs = ends.map(({ stdout }) => String(JSON.parse(stdout).run))
    expect(runs.sort()).toEqual(['runs/mlp-moons-1', 'runs/mlp-moons-2', 'runs/mlp-moons-3'])
    for (const run of runs) expect(readdirSync(join(root, run))).toContain('checkpoint-5.safetensors')
  })

  it('exits with 2 on wrong input, with one message and no stack', async () => {
    const { status, stdout, stderr } = await start('count mlp:depth=-1').ended
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it('ends without a message if its reader closes the pipe', async () => {
    const { child, ended } = start('show plan mlp:widths=10-20-30-40-50-60-70-80-90-100')
    child.stdout?.destroy()
    const { status, stderr } = await ended
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  // Without AVX, V8 computes relaxed multiply-add wrongly. Separate multiplications and additions have the bits of
  // exact mode.
  it.runIf(process.arch === 'x64')('trains correctly on a processor without AVX', async () => {
    const words = 'train mlp:depth=3,width=64 --data glyphs --steps 200 --threads 1 --json --run'
    const without = start(`${words} without-avx`, undefined, ['--no-enable-avx']).ended
    const exact = start(`${words} exact --exact`).ended
    const [one, other] = (await Promise.all([without, exact])).map(({ stdout }) => JSON.parse(stdout))
    expect(one.weightsSha256).toBe(other.weightsSha256)
    expect(one.train.error).toBeLessThan(0.1)
  })
})
