// The catalogue of every text on screen; another language is another folder beside en/.
import { calibration } from './en/calibration.ts'
import { common } from './en/common.ts'
import { compare } from './en/compare.ts'
import { damaged } from './en/damaged.ts'
import { data } from './en/data.ts'
import { glossary } from './en/glossary.ts'
import { help } from './en/help.ts'
import { home } from './en/home.ts'
import { importing } from './en/importing.ts'
import { inspection } from './en/inspection.ts'
import { methods } from './en/methods.ts'
import { label } from './en/label.ts'
import { models } from './en/models.ts'
import { privacy } from './en/privacy.ts'
import { serve } from './en/serve.ts'
import { settings } from './en/settings.ts'
import { share } from './en/share.ts'
import { shelf } from './en/shelf.ts'
import { shell } from './en/shell.ts'
import { sweeps } from './en/sweeps.ts'
import { tasks } from './en/tasks.ts'
import { template } from './en/template.ts'
import { tryWords } from './en/try.ts'
import { tune } from './en/tune.ts'

export const t = {
  calibration,
  common,
  compare,
  damaged,
  data,
  glossary,
  help,
  home,
  importing,
  inspection,
  label,
  methods,
  models,
  privacy,
  serve,
  settings,
  share,
  shelf,
  shell,
  sweeps,
  tasks,
  template,
  try: tryWords,
  tune,
} as const
