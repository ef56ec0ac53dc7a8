/** What follows from a model's data, without any schema library: the gateway and the pages in the browser reckon with the same code. */
export { INPUT_FIELDS, INPUT_WORDS, violations, type Violation } from './constraints';
export { durationsNear, durationsOf, durationWords } from './durations';
export { countOf, inputRole, type RequestFacts } from './facts';
export { matches } from './matches';
export { checkParams, paramSpecOf, paramWords, resolveParams, takesValue } from './params';
export { creditsFor, MICRO_USD_PER_CREDIT, vendorCostOf } from './pricing';
