// Settings that methods with updates of linear maps share.
import { type LinearName, linearNames } from '../../contract/parts.ts'
import type { SettingSpec } from '../../contract/setting-specs.ts'

/** The linear maps of each layer that are updated. */
export const linears = (usual: readonly LinearName[]) =>
  ({
    ...{ name: 'linears', option: 'linears', kind: 'list', values: linearNames },
    default: usual.join(','),
  }) as const satisfies SettingSpec

/** Rank of low-rank updates, r. */
export const rank = {
  ...{ name: 'rank', option: 'rank', first: true, kind: 'whole', min: 1, max: 1024, default: 8 },
  vary: [2, 4, 8, 16],
} as const satisfies SettingSpec

/** A low-rank update is multiplied by alpha / r. */
export const alpha = {
  ...{ name: 'alpha', option: 'alpha', kind: 'real', min: 1e-6, max: 1e6, default: 16 },
  vary: [8, 16, 32],
} as const satisfies SettingSpec
