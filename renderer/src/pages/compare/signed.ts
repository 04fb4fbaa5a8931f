// Small differences as people read them.

/** 0.12 -> "+0.120", -0.01 -> "−0.010". */
export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`

/** -0.041 -> "−0.04". */
export const cosineText = (value: number): string => value.toFixed(2).replace('-', '−')
