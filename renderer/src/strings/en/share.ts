// Texts of the Share page.
import type { ExportFormat } from '../../../../main/contract/service.ts'
import type { Placement } from '../../../../main/contract/settings.ts'

export const share = {
  lead: 'A tuned prompt is a small file of numbers. It works only with the model it was tuned on.',
  emptyTitle: 'Nothing to export yet',
  emptyText:
    'When a run has finished, its prompt can be exported here for use elsewhere. A prompt file that somebody sent you is opened here, too.',
  newRun: 'New run',
  prompt: 'Prompt',
  open: 'Open a prompt file',
  openFolder: 'Open a PEFT folder',
  folderLead:
    'An adapter that somebody made with Hugging Face’s PEFT: LoRA, IA3, prompt tuning or prefix tuning. A folder that the studio made says all of this itself.',
  folderModel: 'Its base model',
  folderModelHelp:
    'The exact model that it was trained on. With other weights of the same shape it answers something else.',
  asNamed: 'The one that the folder names',
  folderLabels: 'Labels',
  folderLabelsHelp: 'If it chooses among some, one a line. Without any it writes freely.',
  chooseFolder: 'Choose the folder',
  noFolder: 'The folder has no adapter_config.json. Choose the folder in which that file lies.',
  getStarterAndOpen: 'Get the starter model and open',
  opening: 'Opening the prompt file and checking its answers',
  opened: (name: string) => `${name} was opened.`,
  openedUnchecked: (name: string) =>
    `${name} was opened, but not checked: its file records no answers to compare with the model here.`,
  unchecked:
    'Not checked: the file records no answers to compare with the model here. Trust it as far as you trust where it came from.',
  tryIt: 'Try it',
  fromFile: 'Opened from a file',
  fromFileHelp: (model: string) =>
    `It was tuned elsewhere, and with ${model} it answers here as it did there. Its figures come from the file.`,
  howGood: 'How good it is',
  warnings: {
    worse: 'On its test rows it did worse than the best way without tuning. Whoever you hand it to should know that.',
    'cannot tell':
      'Its test rows do not show that it is better than the best way without tuning. Hand it on with that said, or test it on more rows first.',
  },
  wholeVerdict: 'See the whole verdict',
  figure: (share: string, rows: string) => `${share} on ${rows} test rows, as its file says.`,
  noFigure: 'Its file brings no figures: nobody can tell from it how good it is.',
  purpose: 'What is it for?',
  purposes: {
    colleague: { name: 'For a colleague', text: 'One file that opens in their Softprompt Studio.' },
    program: { name: 'For my program', text: 'Files for Python, or for a server that runs llama.cpp.' },
    spreadsheet: { name: 'For a spreadsheet', text: 'A column of answers in a table of yours. Nothing to install.' },
  },
  spreadsheet:
    'The studio reads every row of a table with this prompt, and gives the table back with two columns more: the answer, and how sure it is.',
  format: 'Format',
  formats: {
    bundle: {
      name: 'Prompt file',
      who: 'For people who have Softprompt Studio, too: one file that opens there with a click.',
      holds:
        'Contains the numbers, the exact template, its results, a card that describes it, and a few answers by which the other studio checks that it works there as it does here.',
    },
    peft: {
      name: 'PEFT folder',
      who: 'For people who program in Python with Hugging Face’s transformers and PEFT, and for servers that load PEFT adapters.',
      holds:
        'Contains the numbers (safetensors), the configuration that PEFT needs, the exact template, a card that describes it, and a script that answers a text with it.',
    },
    gguf: {
      name: 'GGUF adapter',
      who: 'For servers that run llama.cpp (llama-server) with the base model as GGUF.',
      holds: 'Contains the adapter, the exact template, and a card with the command that loads it. For LoRA only.',
    },
  } satisfies Record<ExportFormat, { name: string; who: string; holds: string }>,
  made: (name: string, base: string) =>
    `The result of this run is not a prompt but a model of its own, “${name}”: all weights of ${base} were trained. Whoever uses it needs no other model.`,
  modelFolder: 'Location',
  modelFolderHelp:
    'A folder that Hugging Face’s transformers loads as it is, and so do programs that read safetensors. Copy it to wherever it is needed.',
  modelHolds:
    'Saved elsewhere, it also gets a card that describes it and the exact template. Your rows are not included, but a model may have memorised some of them.',
  modelSave: 'Save a copy to a folder',
  modelCommand: (run: string) => `softprompt export "${run}" --to transformers FOLDER`,
  modelByCommand: 'From the command line:',
  placements: {
    start: 'This prompt stands at the start, as PEFT expects: it loads as it is.',
    'before-text':
      'This prompt stands right before the text. PEFT alone puts it at the very start, which gives other answers: use the script apply.py in the folder, which puts it in the right place.',
    'after-text':
      'This prompt stands after the text. PEFT alone puts it at the very start, which gives other answers: use the script apply.py in the folder, which puts it in the right place.',
  } satisfies Record<Placement, string>,
  adapter: 'PEFT loads this adapter as it is. The script apply.py in the folder answers a text in the right template.',
  tailAdapter:
    'This adapter acts on the end of the template and on the answer alone. PEFT has that as activated LoRA and loads it as it is; the script apply.py in the folder answers a text in the right template.',
  task: (task: string) => `Tuned for: ${task.charAt(0).toLowerCase()}${task.slice(1)}.`,
  needs: (model: string) => `Whoever uses it also needs the model ${model}, which is not included.`,
  privacy:
    'It contains none of your rows. Its labels (if any) and its instruction are included: they are part of the template.',
  files: 'What you get',
  card: 'The card that goes with it',
  cardHelp: 'README.md: what the prompt is for, how good it is, and how to use it.',
  downloads: {
    peft: 'Download as a zip',
    gguf: 'Download as a zip',
    bundle: 'Download the file',
  } satisfies Record<ExportFormat, string>,
  downloaded: (name: string, size: string) => `${name} (${size}) was saved to your downloads.`,
  choose: 'Save to a folder …',
  folder: 'Or save to a folder',
  folderHelp: 'The full path of a new folder on this computer.',
  folderExample: '/home/you/my-prompt',
  write: 'Save to the folder',
  written: (files: number, folder: string) => `${String(files)} files were saved to ${folder}.`,
} as const
