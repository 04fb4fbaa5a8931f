// Words of the Share page.
import type { ExportFormat } from '../../../../main/contract/service.ts'
import type { Placement } from '../../../../main/contract/settings.ts'

export const share = {
  lead: 'A tuned prompt is a small file of numbers. It works with the model it was tuned on, and with nothing else.',
  emptyTitle: 'Nothing to take away yet',
  emptyText:
    'When a run has finished, its prompt can be saved here in a form that others load. A prompt file that somebody sent you opens here, too.',
  newRun: 'New run',
  prompt: 'Prompt',
  open: 'Open a prompt file',
  opening: 'Opening the prompt file, and checking its answers',
  opened: (name: string) => `${name} is here.`,
  tryIt: 'Try it',
  fromFile: 'Opened from a file',
  fromFileHelp: (model: string) =>
    `It was tuned elsewhere, and answers here with ${model} as it did there. Its figures are those that the file tells.`,
  forgetTitle: (name: string) => `Remove ${name}?`,
  forgetText: 'The studio forgets this prompt. The file that it came from stays where it is, and can be opened again.',
  format: 'Form',
  formats: {
    bundle: {
      name: 'Prompt file',
      who: 'For people who have Softprompt Studio, too: one file that opens in it by a click.',
      holds:
        'Holds the numbers, the exact template, how well it did, a card in plain words, and a few answers by which the other studio checks that it works there as it does here.',
    },
    peft: {
      name: 'PEFT folder',
      who: 'For people who program in Python with Hugging Face’s transformers and PEFT, and for the servers that load PEFT adapters.',
      holds:
        'Holds the numbers (safetensors), what PEFT must know about them, the exact template, a card in plain words, and a script that answers a text with it.',
    },
  } satisfies Record<ExportFormat, { name: string; who: string; holds: string }>,
  placements: {
    start: 'This prompt stands at the start, as PEFT expects: it loads as it is.',
    'before-text':
      'This prompt stands right before the text. PEFT puts it at the very start, which gives other answers: use the script apply.py in the folder, which puts it where it belongs.',
    'after-text':
      'This prompt stands behind the text. PEFT puts it at the very start, which gives other answers: use the script apply.py in the folder, which puts it where it belongs.',
  } satisfies Record<Placement, string>,
  task: (task: string) => `What it was tuned for: ${task.charAt(0).toLowerCase()}${task.slice(1)}.`,
  needs: (model: string) => `Whoever uses it needs the model ${model}, too; it is not in the files.`,
  privacy:
    'It holds none of your rows. Its labels, where it has some, and the instruction are in it: they are part of the template.',
  files: 'What you get',
  card: 'The card that goes with it',
  cardHelp: 'README.md: what the prompt is for, how well it does, and how to use it.',
  downloads: { peft: 'Download as a zip', bundle: 'Download the file' } satisfies Record<ExportFormat, string>,
  downloaded: (name: string, size: string) => `${name} (${size}) was handed to your downloads.`,
  choose: 'Save into a folder …',
  folder: 'Or write it into a folder',
  folderHelp: 'The full path of a new folder on this computer.',
  folderExample: '/home/you/my-prompt',
  write: 'Write the folder',
  written: (files: number, folder: string) => `${String(files)} files were written to ${folder}.`,
} as const
