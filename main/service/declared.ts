// What the engine declares of its methods, for hosts that must know it before a service answers.
import { type SettingSpec, settingSpecs } from '../contract/setting-specs.ts'
import { declarations } from '../engine/method/index.ts'

/** Every setting that a run may have. */
export const declaredSettings = (): readonly SettingSpec[] => settingSpecs(declarations())
