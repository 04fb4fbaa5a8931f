// Journey 7: a prompt is taken away as files, with its card in sight beforehand.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { drop } from './support/drop.ts'
import { fill } from './support/filled.ts'
import { inspect } from './support/inspect.ts'
import { useStudio } from './support/studio.ts'

test.describe('before any run', () => {
  const studio = useStudio()

  test('the page says what it is for and offers a run', async ({ page }) => {
    await studio.open(page, '#/share')
    await expect(page.getByRole('heading', { name: 'Nothing to export yet' })).toBeVisible()
  })
})

test.describe('with a tuned prompt', () => {
  const studio = useStudio(
    async (running) => {
      await fill(running)
    },
    { mayType: true },
  )

  test('asks the purpose first, beside how good the prompt is', async ({ page }) => {
    await studio.open(page, '#/share/First%20try')
    const verdict = page.getByRole('region', { name: 'How good it is' })
    await expect(verdict).toContainText(/Cannot tell|Better|Worse/)
    // A few steps of a tiny model with random weights show nothing.
    await expect(verdict.getByRole('note')).toContainText(/Hand it on with that said|should know that/)
    await expect(page.getByRole('button', { name: /Download/ })).toHaveCount(0)
    await inspect(page, 'share-purpose')
    await page.getByRole('radio', { name: /For a spreadsheet/ }).check()
    await page.getByRole('link', { name: 'Label a file' }).last().click()
    await expect(page).toHaveURL(/#\/label/)
  })

  test('offers only the files of the chosen form, and those only when they are made', async ({ page }) => {
    await studio.open(page, '#/share/First%20try')
    await page.getByRole('radio', { name: /For my program/ }).check()
    await expect(page.getByText('adapter_model.safetensors')).toBeVisible()
    // The next package comes late: until then the button gives nothing, least of all the last one.
    await page.evaluate(() => {
      const { send } = WebSocket.prototype
      WebSocket.prototype.send = function (data) {
        setTimeout(() => {
          send.call(this, data)
        }, 1500)
      }
    })
    await page.getByRole('radio', { name: /For a colleague/ }).check()
    await expect(page.getByText('adapter_model.safetensors')).toBeHidden()
    await expect(page.getByRole('button', { name: 'Download the file' })).toBeDisabled()
    await expect(page.getByText('prompt.safetensors')).toBeVisible()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the file' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('First try.softprompt')
  })

  test('says who uses the form, shows the card, and hands over a zip', async ({ page }) => {
    await studio.open(page, '#/share/First%20try')
    await page.getByRole('radio', { name: /For my program/ }).check()
    await expect(page.getByText(/Hugging Face’s transformers and PEFT/)).toBeVisible()
    const card = page.getByRole('region', { name: 'The card that goes with it' })
    await expect(card).toContainText('A soft prompt of 4 virtual tokens')
    await expect(card.getByRole('heading', { name: 'How well it does' })).toBeVisible()
    await expect(card.getByRole('table')).toContainText('tuned prompt')
    await expect(card).not.toContainText(/[0-9a-f]{64}|^#|```/m)
    await expect(page.getByText('adapter_model.safetensors')).toBeVisible()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as a zip' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('First try.zip')
    expect(
      readFileSync(await download.path())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK')
  })

  test('writes the same files into a folder that is chosen, beside what is there', async ({ page }) => {
    // The dialog is the system's own; the folder that stands in for a chosen one is real.
    await page.addInitScript(() => {
      Object.assign(window, { showDirectoryPicker: () => navigator.storage.getDirectory() })
    })
    await studio.open(page, '#/share/First%20try')
    await page.getByRole('radio', { name: /For my program/ }).check()
    for (const name of ['First try', 'First try 2']) {
      await page.getByRole('button', { name: 'Save to a folder' }).click()
      await expect(page.getByText(`5 files were saved to /${name}.`)).toBeVisible()
    }
    const sizes = await page.evaluate(async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('First try 2')
      const found: Record<string, number> = {}
      for await (const [name, handle] of folder.entries())
        if (handle instanceof FileSystemFileHandle) found[name] = (await handle.getFile()).size
      return found
    })
    const { files } = await studio.call('export', { run: 'First try', to: 'peft', folder: join(studio.home, 'same') })
    expect(sizes).toEqual(
      Object.fromEntries(files.map((name) => [name, statSync(join(studio.home, 'same', name)).size])),
    )
  })

  test('where no folder can be chosen takes its path, and says where it cannot write', async ({ page }) => {
    await page.addInitScript(() => {
      Object.assign(window, { showDirectoryPicker: undefined })
    })
    const folder = join(studio.home, 'taken', 'away')
    await studio.open(page, '#/share/First%20try')
    await page.getByRole('radio', { name: /For my program/ }).check()
    await page.getByLabel('Or save to a folder').fill(folder)
    await page.getByRole('button', { name: 'Save to the folder' }).click()
    await expect(page.getByText(`files were saved to ${folder}`)).toBeVisible()
    expect(existsSync(join(folder, 'adapter_config.json'))).toBe(true)
    // With the list of the files, by which a later export knows what it may replace.
    expect(readdirSync(folder)).toHaveLength(6)
    expect(readdirSync(folder)).toContain('.softprompt-export.json')

    await page.getByLabel('Or save to a folder').fill(join(folder, 'README.md', 'below'))
    await page.getByRole('button', { name: 'Save to the folder' }).click()
    await expect(page.getByRole('alert')).toBeVisible()
  })

  test('as one file opens again, by a click or dropped, is tried, and is removed', async ({ page }) => {
    await studio.open(page, '#/share/First%20try')
    await page.getByRole('radio', { name: /For a colleague/ }).check()
    await expect(page.getByText('prompt.safetensors')).toBeVisible()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the file' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('First try.softprompt')
    const path = await download.path()
    const buffer = readFileSync(path)

    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Open a prompt file' }).click(),
    ])
    await chooser.setFiles({ name: 'from-ann.softprompt', mimeType: 'application/zip', buffer })
    await expect(page.getByText('Opened from a file')).toBeVisible()
    await expect(page.getByRole('combobox', { name: 'Prompt' })).toHaveValue('First try 2')
    await inspect(page, 'share-opened')

    await page.getByRole('button', { name: 'Try it' }).click()
    await expect(page.getByRole('heading', { name: 'First try 2' })).toBeVisible()
    await page.getByLabel('A text to answer').fill('My parcel is late.')
    await page.getByRole('button', { name: 'Answer' }).click()
    await expect(page.getByRole('region', { name: 'First try 2' }).getByText(/%/).first()).toBeVisible()

    // The same file once more, dropped elsewhere: it is there already.
    await studio.open(page, '#/data')
    await drop(page, 'again.softprompt', buffer)
    await expect(page.getByText('First try 2 was opened.')).toBeVisible()
    await expect(page.getByRole('combobox', { name: 'Prompt' })).toHaveValue('First try 2')
    await page.getByRole('button', { name: 'Move to trash' }).click()
    await expect(page.getByText('Opened from a file')).toBeHidden()
    await page.getByText('First try 2 was moved to the trash.').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await studio.open(page, '#/share/First%20try%202')
    await expect(page.getByText('Opened from a file')).toBeVisible()
  })

  test('a folder of PEFT opens; what it does not say is asked for', async ({ page }) => {
    const folder = join(studio.home, 'theirs')
    await studio.call('export', { run: 'First try', to: 'peft', folder })
    // As another program makes it.
    rmSync(join(folder, 'softprompt.json'))
    await studio.open(page, '#/share')
    await page.getByRole('button', { name: 'Open a PEFT folder' }).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog.getByLabel('Its base model')).toHaveValue('')
    await dialog.getByLabel('Labels').fill('billing\ndelivery\n')
    await inspect(page, 'share-open-folder')
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      dialog.getByRole('button', { name: 'Choose the folder' }).click(),
    ])
    await chooser.setFiles(folder)
    await expect(page.getByRole('combobox', { name: 'Prompt' })).toHaveValue('theirs')
    await expect(page.getByText('Not checked: the file records no answers')).toBeVisible()
    await page.getByRole('radio', { name: /For my program/ }).check()
    await expect(page.getByRole('region', { name: 'The card that goes with it' })).toContainText('delivery')
  })

  test('an adapter is offered as PEFT and llama.cpp have it, and refused by name where they have none', async ({
    page,
  }) => {
    const { run, model, textColumn: text, labelColumn: label } = await studio.call('runs.show', { run: 'First try' })
    const { dataset, version } = run
    const settings = { method: 'tail-lora', tail: 2, steps: 4, validateEvery: 2, duel: false }
    await studio.call('runs.start', {
      ...{ name: 'Adapter', model: model.name, dataset, version, text, label, settings, test: 40 },
    })
    await studio.call('runs.watch', { run: 'Adapter' })
    await studio.open(page, '#/share/Adapter')
    await page.getByRole('radio', { name: /For my program/ }).check()
    await expect(page.getByText('PEFT has that as activated LoRA')).toBeVisible()
    await page.getByRole('radio', { name: /GGUF adapter/ }).check()
    await expect(page.getByText('Adapter.gguf', { exact: true })).toBeVisible()
    await inspect(page, 'share-adapter')
    await page.getByRole('combobox', { name: 'Prompt' }).selectOption('First try')
    await page.getByRole('radio', { name: /For my program/ }).check()
    await page.getByRole('radio', { name: /GGUF adapter/ }).check()
    await expect(page.getByText('A GGUF adapter cannot hold a prompt made by prefix tuning.')).toBeVisible()
  })

  test('a file that is no prompt is refused in one sentence', async ({ page }) => {
    await studio.open(page, '#/share')
    await drop(page, 'broken.softprompt', Buffer.from('hello'))
    await expect(page.getByText('broken.softprompt is damaged, or not a prompt file.')).toBeVisible()
  })
})
