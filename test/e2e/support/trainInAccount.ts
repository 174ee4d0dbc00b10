/** A model that is trained in an account's double, all of it through the window. */
import { expect, type Page } from '@playwright/test'
import type { AwsDouble } from '../../support/aws/awsDouble.ts'
import { dropFile, writeSmallCsv } from './launch.ts'

interface Training {
  readonly page: Page
  readonly double: AwsDouble
  readonly dataDirectory: string
  readonly modelName: string
  readonly baseModel: string
}

/** From a file to "Completed", in the workspace that `addCompanyAccount` added. */
export async function trainInCompanyAccount(training: Training): Promise<void> {
  const { page, double, dataDirectory, modelName, baseModel } = training
  await dropFile(page, await writeSmallCsv(dataDirectory, 160))
  await page.getByRole('button', { name: 'Fix all' }).click()
  await page.getByRole('button', { name: 'Fine-tune a model with this' }).click()
  await page.getByRole('textbox', { name: 'Model name' }).fill(modelName)
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('combobox', { name: 'Where it is trained' }).click()
  await page.getByRole('option', { name: /Company account/ }).click()
  await page.getByRole('textbox', { name: 'Search' }).fill(baseModel)
  await page.getByRole('checkbox', { name: baseModel, exact: true }).first().click()
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('button', { name: /^Start at/ }).click()
  // It goes on at AWS whatever becomes of the window, and the title says what it costs.
  await passAccountTime(double, async () =>
    /^Timbre – 1 training: \$\d+\.\d\d\/h/.test(await page.title()),
  )
  await passAccountTime(
    double,
    () => page.getByText('Completed', { exact: true }).first().isVisible(),
    120_000,
  )
}

/** The account's time goes on, slower than a signature becomes too old between two calls. */
export async function passAccountTime(
  double: AwsDouble,
  isSo: () => Promise<boolean>,
  stepMs = 20_000,
): Promise<void> {
  await expect
    .poll(
      () => {
        double.advance(stepMs)
        return isSo()
      },
      { timeout: 150_000, intervals: [400] },
    )
    .toBe(true)
}
