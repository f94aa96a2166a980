/** The system's Chromium browser. Playwright's own browser is not used because it would need a download. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/**
 * Path of Chromium, which the environment variable CHROMIUM can name. The value is undefined if Chromium is not
 * installed.
 */
export const chromiumPath = [process.env.CHROMIUM, ...places].find((path) => path && existsSync(path))

/** Suffix for the title of a test that is skipped. */
export const withoutChromium = '(needs Chromium: apt-get install chromium, or its path in CHROMIUM)'

export function startChromium(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update']
  return chromium.launch({ executablePath: chromiumPath, args })
}
