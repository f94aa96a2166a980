/** Tests that the pages of a diagnosis fit a phone: nothing on the page is wider than 420 pixels. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { diagnosisReport } from '../../src/report/diagnosis.ts'
import { chromiumPath, startChromium, withoutChromium } from '../support/chromium.ts'
import { collapsed } from '../support/diagnosis-sample.ts'
import { cured, healthy, interrupted, tooLargeStep, undecided } from '../support/diagnosis-samples.ts'

const samples = {
  collapsed: collapsed(),
  cured: cured(),
  healthy: healthy(),
  interrupted: interrupted(),
  undecided: undecided(),
  'too large step': tooLargeStep(),
  'long names': { ...cured(), network: 'mlp:depth=30,width=128,sigmoid', cureCode: `x${'y'.repeat(300)}` },
}

describe.skipIf(chromiumPath === undefined)(
  `the page of a diagnosis ${chromiumPath === undefined ? withoutChromium : ''}`,
  () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await startChromium()
    })
    afterAll(() => browser?.close())

    it.each(Object.entries(samples))('fits a phone without sideways scrolling: %s', async (_name, data) => {
      const page = await browser.newPage({ viewport: { width: 420, height: 900 } })
      await page.setContent(diagnosisReport(data).replaceAll('<details>', '<details open="">'))
      const widest = await page.evaluate('document.documentElement.scrollWidth')
      await page.close()
      expect(widest).toBe(420)
    })
  },
)
