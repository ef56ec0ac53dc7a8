import { startPlatform } from '@shotloom/testing';
import { ISSUER_CLIENT, startIssuer } from '../services/gateway/test/oidc-issuer';
import { watchesAllJobsOfAUser } from './seeds/anime-platform';
import { servesTheStudio } from './seeds/i2v-studio';
import { servesTheMultiShotEngine } from './seeds/multi-shot-engine';
import { servesThePictureToVideoProduct } from './seeds/picture-to-video';
import type { Scene } from './seeds/scene';
import { Truth } from './support/truth';

/**
 * Clients of older systems, as their documents have them ask, against the real platform: every request with its fields, and every answer
 * read as the shape that the document shows. Storyboards are tried where the gateway is: services/gateway/test/seed-001-storyboard.int-spec.ts.
 */
jest.setTimeout(240_000);

let scene: Scene;
beforeAll(async () => {
  const issuer = await startIssuer();
  const platform = await startPlatform({
    providers: ['animatic'],
    simulate: ['kling', 'sora'],
    env: {
      SIMULATOR_ARGS: '--queue-ms 0,100 --run-ms 300,600 --scale 0.2',
      DEFAULT_MODEL: 'sora:sora-2',
      OIDC_GOOGLE_ISSUER: issuer.url,
      OIDC_GOOGLE_CLIENT_ID: ISSUER_CLIENT.CLIENT_ID,
      OIDC_GOOGLE_CLIENT_SECRET: ISSUER_CLIENT.CLIENT_SECRET,
    },
  });
  issuer.serve(platform.runtime.gatewayUrl);
  scene = { platform, issuer, truth: new Truth(platform.runtime) };
});
afterAll(async () => {
  await scene.truth.close();
  await scene.platform.stop();
  await scene.issuer.close();
});

describe('000: the anime platform', () => watchesAllJobsOfAUser(() => scene));
describe('002: the multi-shot engine', () => servesTheMultiShotEngine(() => scene));
describe('003: the studio', () => servesTheStudio(() => scene));
describe('004: the picture-to-video product', () => servesThePictureToVideoProduct(() => scene));
