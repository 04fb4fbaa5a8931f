// Every migration by its number, oldest first; a released one is never edited.
import type { Migration } from 'kysely/migration'
import { first } from './0001-first.ts'
import { curate } from './0002-curate.ts'
import { runs } from './0003-runs.ts'
import { studio } from './0004-studio.ts'
import { versionNames } from './0005-version-names.ts'
import { openedPrompts } from './0006-opened-prompts.ts'
import { writtenPrompts } from './0007-written-prompts.ts'
import { tasks } from './0008-tasks.ts'
import { sweeps } from './0009-sweeps.ts'
import { terms } from './0010-terms.ts'
import { namedMetrics } from './0011-named-metrics.ts'
import { precomputes } from './0012-precomputes.ts'
import { weightsHash } from './0013-weights-hash.ts'
import { diverged } from './0014-diverged.ts'
import { runMeasures } from './0015-run-measures.ts'
import { subjects } from './0016-subjects.ts'
import { starts } from './0017-starts.ts'
import { tunedModels } from './0018-tuned-models.ts'
import { labellings } from './0019-labellings.ts'
import { folds } from './0020-folds.ts'
import { fromFew } from './0021-from-few.ts'
import { untuned } from './0022-untuned.ts'
import { trash } from './0023-trash.ts'
import { sentRows } from './0024-sent-rows.ts'
import { keptData } from './0025-kept-data.ts'
import { calibrations } from './0026-calibrations.ts'
import { shelf } from './0027-shelf.ts'

export const migrations: Readonly<Record<string, Migration>> = {
  '0001-first': first,
  '0002-curate': curate,
  '0003-runs': runs,
  '0004-studio': studio,
  '0005-version-names': versionNames,
  '0006-opened-prompts': openedPrompts,
  '0007-written-prompts': writtenPrompts,
  '0008-tasks': tasks,
  '0009-sweeps': sweeps,
  '0010-terms': terms,
  '0011-named-metrics': namedMetrics,
  '0012-precomputes': precomputes,
  '0013-weights-hash': weightsHash,
  '0014-diverged': diverged,
  '0015-run-measures': runMeasures,
  '0016-subjects': subjects,
  '0017-starts': starts,
  '0018-tuned-models': tunedModels,
  '0019-labellings': labellings,
  '0020-folds': folds,
  '0021-from-few': fromFew,
  '0022-untuned': untuned,
  '0023-trash': trash,
  '0024-sent-rows': sentRows,
  '0025-kept-data': keptData,
  '0026-calibrations': calibrations,
  '0027-shelf': shelf,
}
