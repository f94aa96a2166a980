/** A Chromium of the system; playwright's own would have to be downloaded. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The program's path; CHROMIUM may name it. Undefined where there is none. */
export const chromiumPath = [process.env.CHROMIUM, ...places].find((path) => path && existsSync(path))

/** For the title of a test that is skipped. */
export const withoutChromium = '(needs Chromium: apt-get install chromium, or its path in CHROMIUM)'

export function startChromium(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update']
  return chromium.launch({ executablePath: chromiumPath, args })
}
