import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { takeLock } from './run-lock.ts'

const root = temporaryFolder()

function folderWith(name: string, lock?: object | string): string {
  const folder = join(root, name)
  mkdirSync(folder)
  const text = typeof lock === 'string' ? lock : `${JSON.stringify(lock)}\n`
  if (lock !== undefined) writeFileSync(join(folder, 'lock'), text)
  return folder
}

const owner = { pid: process.pid, host: hostname(), since: '2026-01-01T00:00:00.000Z', process: null }
/** A process number that no process has, because the process numbers of Linux end at 2^22. */
const noProcess = 2 ** 30

/** Tries to take the lock and returns the error. A lock that was taken is released again. */
function tryLock(folder: string): string {
  return refusal(() => takeLock(folder).release())
    .replaceAll(root, 'ROOT')
    .replaceAll(String(process.pid), 'PID')
}

/**
 * Starts a shell that ends with the test. The first line that it prints is the number of the process that owns the
 * lock.
 */
async function ownerOf(script: string): Promise<number> {
  const shell = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void shell.kill('SIGKILL'))
  return new Promise((resolve, reject) => {
    shell.on('error', reject)
    shell.stdout.once('data', (text) => resolve(Number(text)))
  })
}

describe('when a process locks a folder,', () => {
  it('the lock shares one exit listener with all other locks of the process', () => {
    const before = process.listenerCount('exit')
    const locks = Array.from({ length: 12 }, (_, index) => takeLock(folderWith(`many ${index}`)))
    expect(process.listenerCount('exit')).toBe(before + 1)
    for (const lock of locks) lock.release()
    expect(process.listenerCount('exit')).toBe(before)
  })

  it('the lock exists until it is released, and a second release does nothing', () => {
    const folder = folderWith('usual')
    const lock = takeLock(folder)
    expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() })
    expect(tryLock(folder)).toMatch(/^IsobathError: ROOT\/usual: process PID has been working in this folder since /)
    lock.release()
    expect(existsSync(join(folder, 'lock'))).toBe(false)
    const next = takeLock(folder)
    lock.release()
    expect(existsSync(join(folder, 'lock'))).toBe(true)
    next.release()
  })

  it('the lock is released when the process ends', () => {
    const folder = folderWith('exit')
    const listeners = process.listenerCount('exit')
    takeLock(folder)
    const [release] = process.listeners('exit').slice(-1)
    release(130)
    expect(existsSync(join(folder, 'lock'))).toBe(false)
    expect(process.listenerCount('exit')).toBe(listeners)
  })

  it('a lock is taken over if its process is gone, also if another process has the same number', () => {
    const stale = [
      folderWith('gone', { ...owner, pid: noProcess }),
      folderWith('reused', { ...owner, process: 'another start of the machine 12345' }),
      folderWith('torn', '{"pid":'),
      folderWith('empty', ''),
      folderWith('other', { what: 'is this?' }),
    ]
    // If the system doesn't say when a process started, any process with the same number counts as the owner.
    const known = existsSync('/proc/self/stat') ? stale : stale.filter((folder) => !folder.endsWith('reused'))
    expect(known.map(tryLock)).toEqual(known.map(() => 'nothing was refused'))
  })

  it('a lock is left to a process that runs, or that may run on another machine', () => {
    const said = [
      folderWith('alive', owner),
      folderWith('elsewhere', { ...owner, pid: noProcess, host: 'elsewhere' }),
    ].map(tryLock)
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: ROOT/alive: process PID has been working in this folder since 2026-01-01T00:00:00.000Z. Wait until the process ends, or stop it.
      IsobathError: ROOT/elsewhere: process 1073741824 on elsewhere has been working in this folder since 2026-01-01T00:00:00.000Z. Wait until the process ends. If the process no longer exists, remove ROOT/elsewhere/lock."
    `)
  })

  // `exec` replaces the shell by a parent that never reaps its child, so the child stays a zombie.
  it.runIf(existsSync('/proc/self/stat')).each(['KILL', 'TERM', 'CONT'])(
    'a lock is taken over from a process that ended after the signal %s and is not reaped by its parent',
    async (signal) => {
      const pid = await ownerOf('sleep 2 & echo $!; exec sleep 1000')
      // A shell that has not been replaced yet would reap its child.
      const parent = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[3]
      while (readFileSync(`/proc/${parent}/comm`, 'utf8') !== 'sleep\n') await sleep(10)
      process.kill(pid, `SIG${signal}`)
      const isZombie = (): boolean => / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
      while (!isZombie()) await sleep(10)
      expect(process.kill(pid, 0)).toBe(true)
      expect(tryLock(folderWith(`zombie-${signal}`, { ...owner, pid }))).toBe('nothing was refused')
    },
  )

  it('the lock is taken after a short wait if the process of an earlier lock ends', async () => {
    const pid = await ownerOf('sleep 0.3 & echo $!; wait; exec sleep 1000')
    expect(tryLock(folderWith('ending', { ...owner, pid }))).toBe('nothing was refused')
  })

  it('the lock is taken after a short wait if another process releases the folder and keeps running', async () => {
    const folder = folderWith('releasing')
    const pid = await ownerOf(`echo $$; sleep 0.3; rm ${join(folder, 'lock')}; exec sleep 1000`)
    writeFileSync(join(folder, 'lock'), `${JSON.stringify({ ...owner, pid })}\n`)
    expect(tryLock(folder)).toBe('nothing was refused')
  })

  it('the lock is refused after a short wait if the process of an earlier lock keeps running', async () => {
    const pid = await ownerOf('echo $$; exec sleep 1000')
    expect(tryLock(folderWith('lasting', { ...owner, pid }))).toContain(
      `process ${pid} has been working in this folder`,
    )
  })

  /** A lock in the format of this version, whose owner gave its last sign of life `seconds` seconds ago. */
  function signedLock(name: string, seconds: number, about: object): string {
    const folder = folderWith(name, { ...owner, pid: 1, token: 'another', ...about })
    const time = Date.now() / 1000 - seconds
    utimesSync(join(folder, 'lock'), time, time)
    return folder
  }

  it.each([
    ['another machine', { host: 'elsewhere', namespace: null }],
    ['another container of the same host name', { namespace: 'pid:[1]' }],
  ])(
    'a lock of %s is left to an owner that gives signs of life, and taken over two minutes after the last sign of life',
    (_, about) => {
      const name = `signs-${Object.keys(about).length}`
      expect(tryLock(signedLock(`${name}-fresh`, 10, about))).toMatch(
        /^IsobathError: ROOT\/signs-\d-fresh: process 1 (on elsewhere|in another container of \S+) has been working in this folder since \S+\. The last sign of life of the process came 1\d s ago\. Wait until the process ends\. The folder is free 120 s after the last sign of life\.$/,
      )
      expect(tryLock(signedLock(`${name}-old`, 130, about))).toBe('nothing was refused')
    },
  )

  it('the lock file gets a new modification time as a sign of life while the lock is held', () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const folder = folderWith('signs')
    const lock = takeLock(folder)
    const file = join(folder, 'lock')
    const text = readFileSync(file, 'utf8')
    utimesSync(file, 1, 1)
    vi.advanceTimersByTime(5000)
    expect(Date.now() - statSync(file).mtimeMs).toBeLessThan(60_000)
    expect(readFileSync(file, 'utf8')).toBe(text)
    lock.release()
  })

  it('a lock that another process took over makes its former owner fail, and is not released by the former owner', () => {
    const folder = folderWith('lost')
    const lock = takeLock(folder)
    lock.check()
    const other = `${JSON.stringify({ ...owner, token: 'another' })}\n`
    writeFileSync(join(folder, 'lock'), other)
    expect(refusal(() => lock.check())).toContain('another process has taken over this folder')
    lock.release()
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe(other)
  })

  it('no temporary file is left behind, whether the lock was taken or refused', () => {
    const [given, refused] = [folderWith('tidy'), folderWith('tidy-refused', owner)]
    takeLock(given).release()
    tryLock(refused)
    expect([readdirSync(given), readdirSync(refused)]).toEqual([[], ['lock']])
  })

  it('a lock file that can not be made causes a disk error', () => {
    expect(tryLock('/proc')).toMatch(/^IsobathError: \/proc\/lock: can't be written/)
  })
})
