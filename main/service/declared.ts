// The settings that the engine's methods declare, for hosts that need them before a service answers.
import { type SettingSpec, settingSpecs } from '../contract/setting-specs.ts'
import { declarations } from '../engine/method/index.ts'

/** Every setting that a run may have. */
export const declaredSettings = (): readonly SettingSpec[] => settingSpecs(declarations())
