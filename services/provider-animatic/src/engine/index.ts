export { ANIMATIC_LABEL, AnimaticEngine } from './animatic-engine';
