/** What the load asks for: the built-in engine, so that no vendor's limits play a part. */
export const BODY = {
  prompt: 'A lighthouse at dusk, waves below, the camera rises slowly',
  model: 'animatic:animatic-1',
  duration: 5,
  aspect_ratio: '16:9',
  metadata: { source: 'bench' },
};

export function generateUrl(gatewayUrl: string): string {
  return new URL('/api/v1/generate/text-to-video', gatewayUrl).href;
}
