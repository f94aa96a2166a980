/** One file from one address, gone on with where an earlier attempt stopped. Node only. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { get as getPlain, type IncomingMessage } from 'node:http'
import { get as getSecure } from 'node:https'
import { dirname } from 'node:path'
import { IsobathError } from '../support/errors.ts'
import { makeFolder, reasonOf } from '../support/files.ts'
import { version } from '../support/version.ts'

/** Why an address gave no file. */
export class DownloadFailure extends Error {}

export interface PartialDownload {
  /** Where the bytes are kept. */
  readonly file: string
  /** How many of them are there. */
  readonly start: number
  /** How many the whole file has. */
  readonly bytes: number
}

export interface DownloadOptions {
  /** Milliseconds without a byte after which the server is given up. */
  readonly patience: number
  readonly abort?: AbortSignal
  /** Called with the number of bytes that are there. */
  onProgress(done: number): void
}

const MOST_REDIRECTS = 5

/**
 * Adds to the part what the address has beyond it, until the file is whole. Throws a `Failure` where the server can't be
 * reached, has no such file or one of another size, stops sending, or the signal aborts; a `disk` error where the bytes
 * can't be written. Whatever came stays in the part.
 *
 * Not by `fetch`, which would unpack what a server declares to be packed, and so change the bytes that were published.
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
      throw new DownloadFailure(`it sends on to ${next.href}, without https`)
    }
    url = next
  }
  throw new DownloadFailure(`it sends on more than ${MOST_REDIRECTS} times`)
}

function parseAddress(text: string, base?: URL): URL {
  const url = URL.canParse(text, base) ? new URL(text, base) : null
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url
  throw new DownloadFailure(`${JSON.stringify(text)} is no http address`)
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

/** What the commonest codes mean to someone who wants a file. */
const meanings: Readonly<Record<string, string>> = {
  ENOTFOUND: "its address can't be looked up; is this machine online?",
  EAI_AGAIN: "its address can't be looked up; is this machine online?",
  ENETUNREACH: "the network can't be reached; is this machine online?",
  EHOSTUNREACH: "the server can't be reached",
  ECONNREFUSED: 'the server refuses connections',
  ECONNRESET: 'the connection broke off',
  ETIMEDOUT: "the server doesn't answer",
}

/** A failed connection to several addresses of one name has a code and no message. */
function failureOf(error: Error): DownloadFailure {
  if (error instanceof DownloadFailure) return error
  const code = 'code' in error ? String(error.code) : ''
  return new DownloadFailure(meanings[code] ?? (reasonOf(error) || code))
}

/** How many bytes at the start of what comes are there already. Throws where this is not the file. */
function repeatedBytes(
  { statusCode = 0, statusMessage, headers }: IncomingMessage,
  { start, bytes }: PartialDownload,
): number {
  const whole = (size: string | undefined): void => {
    if (size === undefined || size === '*' || Number(size) === bytes) return
    throw new DownloadFailure(`expected a file of ${bytes} bytes, got one of ${size}`)
  }
  if (statusCode === 206 && start > 0) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '')
    whole(range?.[2])
    if (Number(range?.[1]) === start) return 0
    throw new DownloadFailure(`asked for the bytes from ${start}, got others`)
  }
  if (statusCode !== 200) throw new DownloadFailure(`the server says ${statusCode} ${statusMessage ?? ''}`.trim())
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
    // A body that ends early is reported as a broken connection too.
    if (error instanceof DownloadFailure) throw error
    throw new DownloadFailure(`the connection broke off after ${done} of ${part.bytes} bytes`)
  } finally {
    clearTimeout(timer)
    output.close()
  }
  if (done < part.bytes) throw new DownloadFailure(`the connection ended after ${done} of ${part.bytes} bytes`)
}

/** The part on disk, opened when there is something to write. */
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
      const remedy = 'Free some space or choose another folder, and run the command again to go on.'
      throw new IsobathError('disk', `${file}: can't be written (${reasonOf(error)}). ${remedy}`)
    }
  }

  close(): void {
    if (this.descriptor !== null) closeSync(this.descriptor)
  }
}
