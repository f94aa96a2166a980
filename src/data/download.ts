/** Downloads one file from one address, and resumes where an earlier attempt stopped. Node only. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { get as getPlain, type IncomingMessage } from 'node:http'
import { get as getSecure } from 'node:https'
import { dirname } from 'node:path'
import { IsobathError } from '../support/errors.ts'
import { makeFolder, reasonOf } from '../support/files.ts'
import { version } from '../support/version.ts'

/** An error that gives the reason why an address delivered no file. */
export class DownloadFailure extends Error {}

/** A file on the disk that may hold the first bytes of a download. */
export interface PartialDownload {
  /** Path of the partial file. */
  readonly file: string
  /** Number of bytes that the partial file holds already. */
  readonly start: number
  /** Number of bytes of the complete file. */
  readonly bytes: number
}

/** Options of one download. */
export interface DownloadOptions {
  /** Longest time without a received byte before the download fails, in milliseconds. */
  readonly patience: number
  readonly abort?: AbortSignal
  /** Called with the number of bytes received so far, including earlier attempts. */
  onProgress(done: number): void
}

const MOST_REDIRECTS = 5

/**
 * Appends the missing bytes from the address to the partial file until the file is complete. Received bytes stay in the
 * partial file even if the download fails.
 *
 * Throws a `DownloadFailure` if the server can't be reached, lacks the file, has a file of another size, or stops
 * sending. If the signal aborts before the server's answer begins, throws a `DownloadFailure`. If the signal aborts
 * after the answer has begun, throws Node's error. Throws a `disk` error if the bytes can't be written.
 *
 * `download` doesn't use `fetch`, because `fetch` unpacks bytes that a server declares as packed, and so changes the
 * published bytes.
 */
export async function download(address: string, part: PartialDownload, options: DownloadOptions): Promise<void> {
  const response = await follow(address, part.start, options)
  try {
    await receive(response, part, repeatedBytes(response, part), options)
  } finally {
    response.destroy()
  }
}

async function follow(address: string, start: number, options: DownloadOptions): Promise<IncomingMessage> {
  let url = parseAddress(address)
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await ask(url, start, options)
    const { statusCode = 0, headers } = response
    if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) return response
    response.destroy()
    const next = parseAddress(headers.location, url)
    if (url.protocol === 'https:' && next.protocol !== 'https:') {
      throw new DownloadFailure(`the server redirects to ${next.href}, without https`)
    }
    url = next
  }
  throw new DownloadFailure(`the server redirects more than ${MOST_REDIRECTS} times`)
}

function parseAddress(text: string, base?: URL): URL {
  const url = URL.canParse(text, base) ? new URL(text, base) : null
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url
  throw new DownloadFailure(`${JSON.stringify(text)} is not an http address`)
}

function ask(url: URL, start: number, { patience, abort }: DownloadOptions): Promise<IncomingMessage> {
  const headers: Record<string, string> = { 'user-agent': `isobath/${version}`, 'accept-encoding': 'identity' }
  if (start > 0) headers.range = `bytes=${start}-`
  return new Promise((resolve, reject) => {
    const get = url.protocol === 'https:' ? getSecure : getPlain
    const request = get(url, { headers, signal: abort }, (response) => {
      clearTimeout(timer)
      resolve(response)
    })
    const timer = setTimeout(() => request.destroy(silence(patience)), patience)
    request.on('error', (error) => {
      clearTimeout(timer)
      reject(failureOf(error))
    })
  })
}

const silence = (patience: number): DownloadFailure => new DownloadFailure(`no answer for ${patience / 1000} seconds`)

/** Meanings of the most common network error codes, in plain words. */
const meanings: Readonly<Record<string, string>> = {
  ENOTFOUND: "the server's address can't be looked up (is this machine online?)",
  EAI_AGAIN: "the server's address can't be looked up (is this machine online?)",
  ENETUNREACH: "the network can't be reached (is this machine online?)",
  EHOSTUNREACH: "the server can't be reached",
  ECONNREFUSED: 'the server refuses connections',
  ECONNRESET: 'the connection broke off',
  ETIMEDOUT: "the server doesn't answer",
}

/**
 * Turns an error of Node into a `DownloadFailure`. Node's error for a server name with several network addresses has a
 * code but no message.
 */
function failureOf(error: Error): DownloadFailure {
  if (error instanceof DownloadFailure) return error
  const code = 'code' in error ? String(error.code) : ''
  return new DownloadFailure(meanings[code] ?? (reasonOf(error) || code))
}

/**
 * Returns the number of bytes at the start of the response that the partial file already holds. Throws a
 * `DownloadFailure` if the response belongs to another file.
 */
function repeatedBytes(
  { statusCode = 0, statusMessage, headers }: IncomingMessage,
  { start, bytes }: PartialDownload,
): number {
  const whole = (size: string | undefined): void => {
    if (size === undefined || size === '*' || Number(size) === bytes) return
    throw new DownloadFailure(`expected a file of ${bytes} bytes, got a file of ${size} bytes`)
  }
  if (statusCode === 206 && start > 0) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '')
    whole(range?.[2])
    if (Number(range?.[1]) === start) return 0
    throw new DownloadFailure(`expected bytes that begin at byte ${start}, got other bytes`)
  }
  if (statusCode !== 200) throw new DownloadFailure(`the server answers ${statusCode} ${statusMessage ?? ''}`.trim())
  whole(headers['content-length'])
  return start
}

async function receive(
  response: IncomingMessage,
  part: PartialDownload,
  repeated: number,
  options: DownloadOptions,
): Promise<void> {
  const { patience, abort, onProgress } = options
  const stalled = (): unknown => response.destroy(silence(patience))
  let timer = setTimeout(stalled, patience)
  let skip = repeated
  let done = part.start
  const output = new Output(part)
  try {
    for await (const piece of response) {
      clearTimeout(timer)
      timer = setTimeout(stalled, patience)
      const bytes: Uint8Array = piece
      const fresh = bytes.subarray(Math.min(skip, bytes.length))
      skip -= bytes.length - fresh.length
      if (done + fresh.length > part.bytes) throw new DownloadFailure(`expected ${part.bytes} bytes, got more`)
      if (fresh.length > 0) output.add(fresh)
      done += fresh.length
      onProgress(done)
    }
  } catch (error) {
    if (error instanceof IsobathError || abort?.aborted || !(error instanceof Error)) throw error
    // If the body of a response ends early, Node reports a broken connection.
    if (error instanceof DownloadFailure) throw error
    throw new DownloadFailure(`the connection broke off after ${done} of ${part.bytes} bytes`)
  } finally {
    clearTimeout(timer)
    output.close()
  }
  if (done < part.bytes) throw new DownloadFailure(`the connection ended after ${done} of ${part.bytes} bytes`)
}

/** The partial file on the disk, opened at the first write. */
class Output {
  private descriptor: number | null = null
  private position: number

  constructor(private readonly part: PartialDownload) {
    this.position = part.start
  }

  add(bytes: Uint8Array): void {
    const { file } = this.part
    if (this.descriptor === null) makeFolder(dirname(file))
    try {
      this.descriptor ??= openSync(file, this.position > 0 ? 'r+' : 'w')
      for (let offset = 0; offset < bytes.length; ) {
        const written = writeSync(this.descriptor, bytes, offset, bytes.length - offset, this.position)
        offset += written
        this.position += written
      }
    } catch (error) {
      const remedy = 'Free some space or choose another folder, and run the command again to resume.'
      throw new IsobathError('disk', `${file}: can't be written (${reasonOf(error)}). ${remedy}`)
    }
  }

  close(): void {
    if (this.descriptor !== null) closeSync(this.descriptor)
  }
}
